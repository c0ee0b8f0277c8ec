"""Where a lead's carts and its newsletter sign-up stand at a moment, in words: for people, not for the score."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from intentflow.domain.carts import CartState, Contents
from intentflow.domain.lead import Lead

CartStands = Literal["seen", "open", "abandoned", "emptied", "bought"]
SignUpStands = Literal["provisional", "confirmed", "unsubscribed", "bounced"]


class CartTold(Struct, frozen=True, kw_only=True):
    """One cart. Times are epoch milliseconds."""

    name: str  # its id; empty: the cart of events without one
    stands: CartStands  # seen: used, but not known to have been filled
    since: int  # of an open one its last use
    contents: Contents | None  # as far as it is known
    told: bool  # that it was abandoned, and not taken back since


class SignUpTold(Struct, frozen=True):
    """The sign-up to the newsletter, and since when it stands so (epoch ms)."""

    stands: SignUpStands
    since: int


def carts_told(lead: Lead, quiet: int | None, at: int) -> Iterator[CartTold]:
    """The carts that are remembered, the one used last first. `quiet`: after so many ms alone a cart is abandoned; None: never."""
    told = lead.told or {}
    held = sorted((lead.carts or {}).items(), key=lambda one: -max(one[1].activity, one[1].purchase))
    for code, cart in held:
        stands, since = _stands(cart, quiet, at)
        yield CartTold(name=cart.name, stands=stands, since=since, contents=cart.known, told=code in told)


def _stands(cart: CartState, quiet: int | None, at: int) -> tuple[CartStands, int]:
    if cart.is_left:
        left = quiet is not None and cart.activity + quiet <= at
        return ("abandoned", cart.activity + (quiet or 0)) if left else ("open", cart.activity)
    if cart.purchase and cart.purchase >= min(cart.added, cart.activity):
        return "bought", cart.purchase
    if cart.emptied and cart.emptied >= cart.added:
        return "emptied", cart.emptied
    return "seen", cart.activity


def sign_up_told(lead: Lead) -> SignUpTold | None:
    """Where the sign-up stands; None if there was none."""
    first, last, confirm, unsubscribe, bounce = lead.newsletter or (0,) * 5
    if not last:
        return None
    if max(unsubscribe, bounce) >= last:
        return SignUpTold("unsubscribed", unsubscribe) if unsubscribe >= bounce else SignUpTold("bounced", bounce)
    since = last if unsubscribe >= first else first
    return SignUpTold("confirmed", max(confirm, since)) if confirm > unsubscribe else SignUpTold("provisional", since)
