"""What `intentflow explain` tells of a lead's carts and of its newsletter sign-up."""

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from intentflow.cli.when import when_words
from intentflow.domain.change import rfc3339
from intentflow.domain.explain import Explanation
from intentflow.domain.shopping import CartTold


def carts_document(told: Explanation) -> list[dict[str, object]]:
    """The carts as JSON has them, the one used last first."""
    return [
        {
            "cart_id": one.name or None,
            "stands": one.stands,
            "since": rfc3339(one.since),
            "value": {"amount": one.contents.amount, "currency": one.contents.currency}
            if one.contents is not None and one.contents.amount
            else None,
            "lines": None if one.contents is None or one.contents.lines < 0 else one.contents.lines,
            "notice_told": one.told,
        }
        for one in told.carts
    ]


def sign_up_document(told: Explanation) -> dict[str, object] | None:
    """The sign-up as JSON has it; null if there was none."""
    sign_up = told.sign_up
    return None if sign_up is None else {"stands": sign_up.stands, "since": rfc3339(sign_up.since)}


def carts_and_sign_up(told: Explanation) -> Iterator[Table | str]:
    """Both as people read them, as far as there are any."""
    if told.carts:
        yield carts_table(told)
    if told.sign_up is not None:
        yield f"Newsletter: {told.sign_up.stands} since {when_words(told.sign_up.since)}."


def carts_table(told: Explanation) -> Table:
    """The carts as people read them."""
    table = Table("cart", "stands", "since", "value", "lines", title="Its carts", title_justify="left")
    table.columns[3].justify = table.columns[4].justify = "right"
    for one in told.carts:
        lines = "" if one.contents is None or one.contents.lines < 0 else str(one.contents.lines)
        stands = one.stands + (", told" if one.told else "")
        table.add_row(escape(one.name) or "without id", stands, when_words(one.since), _value(one), lines)
    return table


def _value(cart: CartTold) -> str:
    contents = cart.contents
    return "" if contents is None or not contents.amount else f"{contents.amount} {contents.currency}"
