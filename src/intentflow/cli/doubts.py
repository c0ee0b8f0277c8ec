"""What `explain` tells of evidence: which rules were told of a lead, in which hours, and what they leave."""

from rich.markup import escape
from rich.table import Table

from intentflow.domain.change import Receipt
from intentflow.domain.explain import Explanation

SHOWN = 3  # hours of a rule


def doubts_document(told: Explanation) -> list[dict[str, object]]:
    """As JSON."""
    return [doubt._asdict() for doubt in told.doubts]


def doubts_table(told: Explanation) -> Table:
    """As a table; of more than three hours the latest."""
    table = Table(
        "evidence", "leaves", "hours (UTC)", "because", title="What speaks against a human", title_justify="left"
    )
    for doubt in told.doubts:
        hours = [hour[:13].replace("T", " ") + "h" for hour in doubt.hours[-SHOWN:]]
        more = [f"and {len(doubt.hours) - SHOWN} before"] if len(doubt.hours) > SHOWN else []
        table.add_row(doubt.rule, f"{doubt.weight:.0%}", "\n".join([*hours, *more]), doubt.because)
    return table


def weighed_words(receipt: Receipt) -> str:
    """What is said beside a receipt that evidence weighs; nothing if none does."""
    if receipt.weight is None:
        return ""
    return f"\n[dim]down to {receipt.weight:.0%}: {escape(receipt.because or '')}[/]"
