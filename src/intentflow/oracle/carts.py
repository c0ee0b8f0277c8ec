"""A lead's carts, and when each was abandoned. The sentences quoted are those of `docs/semantics.md`."""

from collections.abc import Iterable
from typing import NamedTuple
from zlib import crc32

from intentflow.domain.rules import MAX_CARTS
from intentflow.oracle.conditions import Kept


class CartTimes(NamedTuple):
    """When a cart was last filled, last used and last bought; 0 = never."""

    add: int = 0
    activity: int = 0
    purchase: int = 0

    def after(self, event: Kept) -> "CartTimes":
        """'Latest `add`, latest `purchase`, latest activity (any action but purchase).'"""
        if event.action == "purchase":
            return self._replace(purchase=max(self.purchase, event.at))
        add = max(self.add, event.at) if event.action == "add" else self.add
        return self._replace(add=add, activity=max(self.activity, event.at))


def carts_of(events: Iterable[Kept]) -> dict[bytes, CartTimes]:
    """'Of more than 8 carts, those with the latest `max(activity, purchase)` are kept (ties: larger id bytes).'

    A cart is forgotten when the event of a ninth comes: if it is used again, it is a new cart. A lead knows a cart by the
    CRC-32 of its id, so these are the bytes that are compared.
    """
    carts: dict[bytes, CartTimes] = {}
    for event in events:
        carts[event.cart] = carts.get(event.cart, CartTimes()).after(event)
        if len(carts) > MAX_CARTS:
            del carts[min(carts, key=lambda cart: (max(carts[cart].activity, carts[cart].purchase), crc32(cart)))]
    return carts


def abandoned_at(cart: CartTimes, quiet: int) -> int | None:
    """'From `start = activity + quiet` on, if it has an add, and no purchase at or after the latest add, and none at or
    after the latest activity.'"""
    if not cart.add or cart.purchase >= cart.add or cart.purchase >= cart.activity:
        return None
    return cart.activity + quiet
