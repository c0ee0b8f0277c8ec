"""A lead's carts, and when each was abandoned. The sentences quoted are those of `docs/semantics.md`."""

from collections.abc import Iterable
from typing import NamedTuple
from zlib import crc32

from intentflow.domain.rules import MAX_CARTS
from intentflow.oracle.conditions import Kept
from intentflow.oracle.contents import Contents
from intentflow.oracle.past import Entry, Joined


class CartTimes(NamedTuple):
    """When a cart was last filled, last used, last bought and last emptied (0 = never), and what was told of it."""

    add: int = 0
    activity: int = 0
    purchase: int = 0
    emptied: int = 0
    contents: Contents | None = None

    def after(self, event: Kept) -> "CartTimes":
        """'Latest `add`, latest `purchase`, latest activity (any action but purchase).'"""
        told = self._replace(contents=larger(self.contents, event.contents))
        if event.action == "purchase":
            return told._replace(purchase=max(self.purchase, event.at))
        add = max(self.add, event.at) if event.action == "add" else self.add
        emptied = max(self.emptied, event.at) if event.empties else self.emptied
        return told._replace(add=add, activity=max(self.activity, event.at), emptied=emptied)

    def with_those_of(self, other: "CartTimes") -> "CartTimes":
        """'By id, the later of each, the larger contents.'"""
        return CartTimes(
            max(self.add, other.add),
            max(self.activity, other.activity),
            max(self.purchase, other.purchase),
            max(self.emptied, other.emptied),
            larger(self.contents, other.contents),
        )


def larger(one: Contents | None, other: Contents | None) -> Contents | None:
    """'The one with the largest' of all that it says."""
    return max((told for told in (one, other) if told is not None), default=None)


Carts = dict[bytes, CartTimes]


def carts_of(entries: Iterable[Entry]) -> Carts:
    """'Of more than 8 carts, those with the latest `max(activity, purchase)` are kept (ties: larger id bytes).'

    A cart is forgotten when the event of a ninth comes: if it is used again, it is a new cart. A lead knows a cart by the
    CRC-32 of its id, so these are the bytes that are compared.
    """
    carts: Carts = {}
    for entry in entries:
        if isinstance(entry, Joined):
            for cart, times in carts_of(entry.entries).items():
                carts[cart] = carts.get(cart, times).with_those_of(times)
        else:
            carts[entry.cart] = carts.get(entry.cart, CartTimes()).after(entry)
        while len(carts) > MAX_CARTS:
            del carts[_oldest(carts)]
    return carts


def _oldest(carts: Carts) -> bytes:
    return min(carts, key=lambda cart: (max(carts[cart].activity, carts[cart].purchase), crc32(cart)))


def abandoned_at(cart: CartTimes, quiet: int) -> int | None:
    """'From `start = activity + quiet` on, if it has an add, no purchase at or after the latest add, none at or after the
    latest activity, and was not emptied at or after the latest add.'"""
    if not cart.add or cart.purchase >= cart.add or cart.purchase >= cart.activity or cart.emptied >= cart.add:
        return None
    return cart.activity + quiet


def known_of(cart: CartTimes) -> Contents | None:
    """'Contents told at or before the emptying are not known, nor those told at or before the latest purchase if the latest
    add is after it.'"""
    told = cart.contents
    if told is None or told.at <= cart.emptied or (cart.add > cart.purchase and told.at <= cart.purchase):
        return None
    return told
