"""Notices of carts: one was abandoned, or one of which that was told is bought after all. `docs/semantics.md`, "Cart notices".

They are told beside the qualification changes and move no stage: a shop writes to somebody about a cart whatever the score says. They are
of the path, not of the score: what was told stays told (`Lead.told`), and a cart is told of once until it is bought.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Annotated, Literal

from msgspec import Meta, Struct

from intentflow.domain.carts import CartState
from intentflow.domain.change import ModelName, QualificationChange, Time, rfc3339
from intentflow.domain.event import Currency
from intentflow.domain.lead import Lead
from intentflow.domain.rules import Abandoned, ScoringModel


class Worth(Struct, frozen=True, gc=False):
    """An amount of money."""

    amount: Annotated[str, Meta(description="an exact decimal")]
    currency: Currency


class CartNotice(Struct, frozen=True, kw_only=True, gc=False):
    """A cart was abandoned, or one that was is bought after all. A consumer that drops repeated ids sees each notice once.

    `recovered` takes back what `abandoned` said of the same cart. Nothing in it depends on the wall clock, the process or an offset.
    """

    id: Annotated[str, Meta(description="the same whenever the same records are folded by the same model")]
    kind: Literal["abandoned", "recovered"]
    lead: Annotated[str, Meta(description="the lead's key: l:<lead id or e-mail>, or v:<visitor id>")]
    cart_id: str | None
    at: Time
    last_used: Time
    value: Worth | None
    lines: int | None
    model: ModelName


News = list[QualificationChange | CartNotice]  # what a lead has to tell, in order


class Notices:
    """What a model tells of carts."""

    def __init__(self, model: ScoringModel) -> None:
        self.quiet = min((s.quiet for s in model.signals if isinstance(s, Abandoned)), default=None)
        self._name = ModelName(model.name, model.version, model.hash)

    def next_at(self, lead: Lead) -> int:
        """When the next notice will be owed if nothing happens; 0: none will."""
        if self.quiet is None or not lead.carts:
            return 0
        told = lead.told or {}
        starts = [cart.activity for code, cart in lead.carts.items() if cart.is_left and code not in told]
        return min(starts) + self.quiet if starts else 0

    def passing(self, key: bytes, lead: Lead, until: int) -> Iterator[CartNotice]:
        """What is owed at `until`, to which time has passed; the lead notes that it was told."""
        return self._owed(key, lead, until, lambda start: f"decay:{start}")

    def after(self, key: bytes, lead: Lead, now: int, cause: str) -> Iterator[CartNotice]:
        """What is owed after something came in, whose text in ids is `cause`; the lead notes that it was told."""
        return self._owed(key, lead, now, lambda _: cause)

    def _owed(self, key: bytes, lead: Lead, now: int, cause: Callable[[int], str]) -> Iterator[CartNotice]:
        if self.quiet is None or not lead.carts:
            return
        told = {code: at for code, at in (lead.told or {}).items() if code in lead.carts}
        bought = [(cart.purchase, code, cart) for code, cart in lead.carts.items() if _is_bought(cart, told.get(code))]
        for at, code, cart in sorted(bought, key=lambda one: one[:2]):
            yield self._notice(key, "recovered", cart, told.pop(code), at, cause(at))
        left = [
            (cart.activity + self.quiet, code, cart)
            for code, cart in lead.carts.items()
            if cart.is_left and code not in told and cart.activity + self.quiet <= now
        ]
        for start, code, cart in sorted(left, key=lambda one: one[:2]):
            told[code] = cart.activity
            yield self._notice(key, "abandoned", cart, cart.activity, start, cause(start))
        lead.told = told or None

    def _notice(
        self, key: bytes, kind: Literal["abandoned", "recovered"], cart: CartState, used: int, at: int, cause: str
    ) -> CartNotice:
        known = cart.known
        return CartNotice(
            id=notice_id(key, cart.name, kind, used, cart.purchase, cause),
            kind=kind,
            lead=key.decode(),
            cart_id=cart.name or None,
            at=rfc3339(at),
            last_used=rfc3339(used),
            value=None if known is None or not known.amount else Worth(known.amount, known.currency),
            lines=None if known is None or known.lines < 0 else known.lines,
            model=self._name,
        )


def _is_bought(cart: CartState, told: int | None) -> bool:
    return told is not None and bool(cart.purchase) and (cart.purchase >= told or cart.purchase >= cart.added)


def notice_id(key: bytes, cart: str, kind: str, used: int, purchase: int, cause: str) -> str:
    """32 hex digits, the same whenever the same records are folded by the same model."""
    text = b"%b\0%b\0%b\0%d\0%d\0%b" % (key, cart.encode(), kind.encode(), used, purchase, cause.encode())
    return sha256(text).hexdigest()[:32]
