"""What `intentflow explain` tells of a lead's profile: how complete it is, how fresh, and where each attribute came from."""

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from intentflow.domain.change import rfc3339
from intentflow.domain.explain import Explanation
from intentflow.domain.fit import Attribute
from intentflow.domain.rules import DAY


def profile_document(told: Explanation) -> dict[str, object]:
    """The same as JSON has it. `completeness`: the share known of what the model asks for; null if it asks for nothing."""
    asked = len(told.known) + len(told.unknown)
    return {
        "completeness": len(told.known) / asked if asked else None,
        "known": [
            {
                "attribute": one.name,
                "value": one.value,
                "told_at": rfc3339(one.at),
                "age_days": round((told.at - one.at) / DAY, 3),
                "provenance": one.provenance,
                "given_freely": one.given_freely,
                "fresh": is_fresh(one, told.at),
                "fresh_until": None if one.until is None else rfc3339(one.until),
            }
            for one in told.known
        ],
        "unknown": list(told.unknown),
    }


def profile_table(told: Explanation) -> Table:
    """What is known, in the order of the model."""
    title = f"What is known of them: {len(told.known)} of {len(told.known) + len(told.unknown)} that the model asks for"
    table = Table("attribute", "value", "age", "from", "freely", title=title, title_justify="left")
    for one in told.known:
        age = f"{(told.at - one.at) / DAY:.0f} days" + ("" if is_fresh(one, told.at) else ", too old")
        value = str(one.value).lower() if isinstance(one.value, bool) else str(one.value)
        table.add_row(escape(one.name), escape(value), age, one.provenance, "yes" if one.given_freely else "")
    return table


def profile_lines(told: Explanation) -> Iterator[str]:
    """What is missing, in sentences."""
    if told.unknown:
        yield f"Not known: {escape(', '.join(told.unknown))}."
    old = [one.name for one in told.known if not is_fresh(one, told.at)]
    if old:
        yield f"To be asked again: {escape(', '.join(old))}."


def is_fresh(one: Attribute, at: int) -> bool:
    """Whether every signal still counts it at that time, as far as its age goes."""
    return one.until is None or at < one.until
