"""A lead's carts: when each was last filled, used, bought and emptied, and what was in it. `docs/semantics.md`, "Abandoned", "Contents".

All of it is the latest of something, so events may come in any order, and two leads' carts are brought together by the later of each.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from zlib import crc32

from msgspec import Struct

from intentflow.domain.event import Cart, Line, Money
from intentflow.domain.rules import MAX_CARTS

EXACT = Context(
    prec=60, rounding=ROUND_HALF_EVEN
)  # of sums: 500 lines of a million articles, each with 13 digits and 9 decimals
NINE = Decimal("1e-9")
SAYING_EMPTY = frozenset({"remove", "view"})


class Contents(Struct, array_like=True, frozen=True, order=True, gc=False):
    """What an event told of a cart. Of two the larger one is known."""

    at: int  # epoch milliseconds
    digest: int  # CRC-32 of the event's id
    amount: str = ""  # exact to nine decimals; empty: not told
    currency: str = ""
    lines: int = -1  # how many; -1: not told


class CartState(Struct, array_like=True, frozen=True, gc=False):
    """One cart. Times are epoch milliseconds, 0 = never."""

    added: int = 0
    activity: int = 0  # anything but a purchase
    purchase: int = 0
    emptied: int = 0
    name: str = ""  # its id; empty: the cart of events without one
    contents: Contents | None = None

    @property
    def is_left(self) -> bool:
        """Whether it was filled and neither bought nor emptied: it is abandoned when it was left alone for long enough."""
        return self.added > self.purchase and self.activity > self.purchase and self.added > self.emptied

    @property
    def known(self) -> Contents | None:
        """What is in it, as far as that was told since it was emptied, or bought and filled again."""
        told = self.contents
        if told is None or told.at <= self.emptied or told.at <= self.purchase < self.added:
            return None
        return told

    def after(self, event: Cart, at: int) -> "CartState":
        """With this event brought in, whose time is `at`."""
        told, known = contents_of(event, at), self.contents
        is_purchase, is_add = event.action == "purchase", event.action == "add"
        return CartState(
            max(at, self.added) if is_add else self.added,
            self.activity if is_purchase else max(at, self.activity),
            max(at, self.purchase) if is_purchase else self.purchase,
            max(at, self.emptied) if says_empty(event) else self.emptied,
            event.cart_id or "",
            told if known is None else known if told is None else max(told, known),
        )


Carts = dict[int, CartState]  # by CRC-32 of the id


def cart_code(name: str) -> int:
    """What a state knows a cart by."""
    return crc32(name.encode())


def latest_used(carts: Carts) -> Carts:
    """The carts that are remembered: those used or bought last."""
    if len(carts) <= MAX_CARTS:
        return carts
    last = sorted(carts, key=lambda one: (max(carts[one].activity, carts[one].purchase), one))[-MAX_CARTS:]
    return {one: carts[one] for one in carts if one in last}


def merged_carts(mine: Carts | None, theirs: Carts | None) -> Carts | None:
    """The carts of two leads that are one."""
    carts = dict(mine or {})
    for code, other in (theirs or {}).items():
        cart = carts.get(code, other)
        told = [one for one in (cart.contents, other.contents) if one is not None]
        carts[code] = CartState(
            max(cart.added, other.added),
            max(cart.activity, other.activity),
            max(cart.purchase, other.purchase),
            max(cart.emptied, other.emptied),
            max(cart.name, other.name),
            max(told, default=None),
        )
    return latest_used(carts) or None


def says_empty(event: Cart) -> bool:
    """Whether the event says that nothing is in the cart any more."""
    if event.action not in SAYING_EMPTY:
        return False
    if event.lines is not None:
        return not event.lines
    return event.value is not None and not event.value.amount


def contents_of(event: Cart, at: int) -> Contents | None:
    """What the event tells of what is in the cart; None if it tells nothing."""
    lines = event.lines
    if event.value is None and lines is None:
        return None
    amount, currency = _told(event.value) if event.value is not None else _sum(lines or ())
    return Contents(at, crc32(event.event_id.encode()), amount, currency, -1 if lines is None else len(lines))


def _told(value: Money) -> tuple[str, str]:
    return format(_rounded(value.amount), "f"), value.currency


def _sum(lines: Sequence[Line]) -> tuple[str, str]:
    """What the lines cost together; nothing if that can't be said."""
    prices = [(line.quantity, line.price) for line in lines if line.price is not None]
    currencies = {price.currency for _, price in prices}
    if len(prices) < len(lines) or len(currencies) != 1:
        return "", ""
    total = Decimal(0)
    for quantity, price in prices:
        total = EXACT.add(total, EXACT.multiply(quantity, _rounded(price.amount)))
    return format(total, "f"), currencies.pop()


def _rounded(amount: Decimal) -> Decimal:
    """To nine decimals; one that has no more stays as it was written."""
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -9:
        amount = amount.quantize(NINE, context=EXACT)
    return amount.copy_abs()
