"""Carts as trackers tell them: lines and amounts, in the names of Segment's and Snowplow's e-commerce specs.

The contents of a cart are only told when they are known. An addition names what was added and not what is in the cart then, so it has no
lines; nor has a cart with an article without an id. An amount without a currency is not told, unless the site says which one is meant.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from intentflow.domain.event import MAX_AMOUNT, MAX_LINES, Line, Money
from intentflow.wire.tracker_ids import Refusal, id_of
from intentflow.wire.tracker_texts import text_of

AMOUNTS = {  # where a cart's worth stands, by action; the `value` of an addition is that of what was added
    "purchase": ("total", "revenue", "value"),
    "checkout": ("value", "total", "revenue", "cart_value"),
    "shipping_quote": ("value", "total", "cart_value"),
    "view": ("value", "cart_value", "total"),
    "add": ("cart_value",),
    "remove": ("cart_value",),
}
ALL_OF_IT = frozenset(
    {"view", "checkout", "purchase", "shipping_quote"}
)  # actions that tell what is in the cart, if anything
_LONGEST_AMOUNT = 40  # characters
_DECIMALS = Decimal("1e-9")


def currency_of(value: object, otherwise: str | None) -> str | None:
    """The code of a currency."""
    if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha():
        return value.upper()
    return otherwise


def money_of(amount: object, currency: str | None) -> Money | None:
    """An amount that may be one, to at most nine decimals."""
    if currency is None or amount is None or isinstance(amount, bool) or not isinstance(amount, str | int | float):
        return None
    written = amount.strip() if isinstance(amount, str) else repr(amount) if isinstance(amount, float) else ""
    if isinstance(amount, int):
        written = str(amount) if abs(amount) <= MAX_AMOUNT else ""
    try:
        exact = Decimal(written) if 0 < len(written) <= _LONGEST_AMOUNT else None
    except InvalidOperation:
        return None
    if exact is None or not exact.is_finite() or not 0 <= exact <= MAX_AMOUNT:
        return None
    exponent = exact.as_tuple().exponent
    return Money(exact.quantize(_DECIMALS) if isinstance(exponent, int) and exponent < -9 else exact, currency)


def value_of(action: str, properties: Mapping[str, object], currency: str | None) -> Money | None:
    """What the cart is worth, or was bought for."""
    for name in AMOUNTS[action]:
        if (money := money_of(properties.get(name), currency)) is not None:
            return money
    return None


def lines_of(action: str, products: object, currency: str | None) -> tuple[Line, ...] | None:
    """The lines of a cart; None if they are not told in full. An empty list says of a cart that is looked at that nothing is in it."""
    if not isinstance(products, list) or len(products) > MAX_LINES or action not in ALL_OF_IT:
        return None
    if not products:
        return () if action == "view" else None
    return _lines(products, currency)


def _lines(products: Sequence[object], currency: str | None) -> tuple[Line, ...] | None:
    found = []
    for product in products:
        line = _line(product, currency) if isinstance(product, dict) else None
        if line is None:
            return None
        found.append(line)
    return tuple(found)


def _line(product: Mapping[str, object], currency: str | None) -> Line | None:
    try:
        sku = next(
            (sku for name in ("sku", "product_id", "id", "item_id") if (sku := id_of(product.get(name), name))), None
        )
    except Refusal:
        return None
    if sku is None:
        return None
    price = money_of(product.get("price"), currency_of(product.get("currency"), currency))
    return Line(
        sku, text_of(product.get("name") or product.get("item_name")), _quantity(product.get("quantity")), price
    )


def _quantity(value: object) -> int:
    try:
        number = int(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else 1
    except (ValueError, OverflowError):
        return 1
    return number if 1 <= number <= 1_000_000 else 1
