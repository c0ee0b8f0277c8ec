"""What a lead tells of its carts. The sentences quoted are those of `docs/semantics.md`, "Cart notices"."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple
from zlib import crc32

from intentflow.domain.rules import Abandoned, ScoringModel
from intentflow.oracle.carts import Carts, abandoned_at, carts_of, known_of
from intentflow.oracle.past import Entry, that_met

Told = dict[bytes, int]  # cart -> the latest activity as of when its abandonment was told


class Notice(NamedTuple):
    """A notice of a cart. Times are epoch milliseconds."""

    id: str
    kind: str
    cart: str  # its id; "" for all carts without one
    at: int
    last_used: int
    amount: str  # empty: not known
    currency: str
    lines: int  # -1: not known


def carts_by(model: ScoringModel, entries: Sequence[Entry]) -> tuple[Carts, int] | None:
    """A lead's carts, and `quiet`, 'the shortest of its Abandoned signals'; None if the model has none."""
    signals = [signal for signal in model.signals if isinstance(signal, Abandoned)]
    if not signals:
        return None
    return carts_of(that_met(signals[0].name, entries)), min(signal.quiet for signal in signals)


def owed(key: bytes, carts: Carts, quiet: int, told: Told, t: int, cause: Callable[[int], str]) -> Iterator[Notice]:
    """'Notices owed at time t, in this order'; `told` is as it is after them. `cause` makes the cause's text from a notice's time."""
    for cart in [cart for cart in told if cart not in carts]:
        del told[cart]  # 'A cart that is forgotten takes its `told` with it.'

    def in_order(times: dict[bytes, int]) -> list[tuple[bytes, int]]:
        return sorted(times.items(), key=lambda one: (one[1], crc32(one[0])))

    def notice(kind: str, cart: bytes, at: int, last_used: int) -> Notice:
        purchase = carts[cart].purchase
        text = [key, cart, kind.encode(), str(last_used).encode(), str(purchase).encode(), cause(at).encode()]
        known = known_of(carts[cart])
        amount, currency, lines = ("", "", -1) if known is None else (known.amount, known.currency, known.lines)
        identity = sha256(b"\0".join(text)).hexdigest()[:32]
        return Notice(identity, kind, cart.decode(), at, last_used, amount, currency, lines)

    bought = {
        cart: times.purchase
        for cart, times in carts.items()
        if cart in told and times.purchase and times.purchase >= min(told[cart], times.add)
    }
    for cart, at in in_order(bought):
        yield notice("recovered", cart, at, told.pop(cart))
    starts = {cart: abandoned_at(times, quiet) for cart, times in carts.items() if cart not in told}
    for cart, at in in_order({cart: start for cart, start in starts.items() if start is not None and start <= t}):
        told[cart] = carts[cart].activity
        yield notice("abandoned", cart, at, told[cart])
