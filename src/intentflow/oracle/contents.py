"""What a cart's events tell of what is in it. The sentences quoted are those of `docs/semantics.md`, "Abandoned" and "Contents"."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import NamedTuple
from zlib import crc32

from intentflow.domain.event import Cart, Event


class Contents(NamedTuple):
    """Of two the larger one is known."""

    at: int
    id_hash: int
    amount: str  # empty: not known
    currency: str
    lines: int  # -1: not told


def empties(event: Event) -> bool:
    """'A `remove` or `view` that says that nothing is in it': 'by an empty list of `lines`; without `lines`, by a `value` of 0'."""
    if not isinstance(event, Cart) or event.action not in ("remove", "view"):
        return False
    if event.lines is None:
        return event.value is not None and event.value.amount == 0
    return len(event.lines) == 0


def contents_told(event: Event, at: int) -> Contents | None:
    """'Of the cart's events that have a `value` or `lines`, whatever their action.'"""
    if not isinstance(event, Cart) or (event.value is None and event.lines is None):
        return None
    lines = event.lines if event.lines is not None else ()
    amount, currency = "", ""
    if event.value is not None:
        amount, currency = text_of(nine(event.value.amount)), event.value.currency
    elif lines and all(line.price is not None for line in lines):
        currencies = {line.price.currency for line in lines if line.price is not None}
        if len(currencies) == 1:
            prices = [(line.quantity, nine(line.price.amount)) for line in lines if line.price is not None]
            decimals = max(decimals_of(price) for _, price in prices)
            units = sum(quantity * int(price.scaleb(decimals)) for quantity, price in prices)
            amount, currency = text_of(Decimal(units).scaleb(-decimals)), currencies.pop()
    id_hash = crc32(event.event_id.encode())
    return Contents(at, id_hash, amount, currency, -1 if event.lines is None else len(lines))


def nine(amount: Decimal) -> Decimal:
    """'Rounded to 9 decimals first (half to even)'; one that has no more stays as it is."""
    with localcontext(prec=100, rounding=ROUND_HALF_EVEN):
        return amount if decimals_of(amount) <= 9 else round(amount, 9)


def decimals_of(amount: Decimal) -> int:
    """How many digits stand behind the point."""
    exponent = amount.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def text_of(amount: Decimal) -> str:
    """'Written without an exponent.'"""
    return f"{amount:f}".removeprefix("-")
