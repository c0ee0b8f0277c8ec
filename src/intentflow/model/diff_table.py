"""Differences between two models as lines that can be read out in a meeting."""

from collections.abc import Iterator
from itertools import groupby

from intentflow.model.difference import Difference, Part

SECTIONS: dict[Part, str] = {
    "model": "The model",
    "glossary": "What the words mean",
    "pages": "Pages",
    "stage": "Stages",
    "signal": "Signals",
    "group": "Groups",
    "fact": "Facts",
    "evidence": "Evidence",
    "answer": "Three answers",
    "example": "Examples",
}
MARKS = {"new": "+", "gone": "-", "changed": "~"}


def lines(found: tuple[Difference, ...]) -> Iterator[str]:
    """A heading for each part, a line for each difference, and below it what leads that are there already have of it, if not all."""
    for part, of_it in groupby(found, key=lambda each: each.part):
        yield f"{SECTIONS[part]}:"
        for each in of_it:
            yield f"  {MARKS[each.kind]} {each.name}: {each.text}"
            if each.carried is not None and each.carried.how != "at once":
                how = "Stored leads: in part" if each.carried.how == "partly" else "Stored leads: from now on"
                yield f"      {how}; {each.carried.why}."
    if any(each.carried is not None and each.carried.how == "at once" for each in found):
        yield "All else applies to stored leads at once, without reading their events again."
