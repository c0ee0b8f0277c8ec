"""What changed in a model's rules of evidence, and what leads that are there already have of it: the hours and rules that were told."""

from collections.abc import Iterator, Sequence

from intentflow.domain.rules import Evidence, ScoringModel
from intentflow.model.difference import Aspect, Carried, Difference, Sides, changes
from intentflow.model.words import Pages, evidence_words

OPEN = Carried("partly", "periods that are still open are weighed anew; closed ones stay as they were weighed")
FROM_NOW_ON = Carried("from now on", "what happened before was not looked at in this way")


def evidence_differences(old: ScoringModel, new: ScoringModel, pages: Sides) -> Iterator[Difference]:
    """Of the rules of evidence."""
    before, after = {e.name: e for e in old.evidence}, {e.name: e for e in new.evidence}
    for name, rule in after.items():
        if name in before:
            yield from changes("evidence", name, ASPECTS, (before[name], rule), pages)
        else:
            text = f"{_left(rule, pages.new)} of who {evidence_words(rule, pages.new)}"
            yield Difference(part="evidence", name=name, kind="new", text=text, carried=FROM_NOW_ON)
    for name in before:
        if name not in after:
            yield Difference(part="evidence", name=name, kind="gone", text="no longer weighs anything", carried=OPEN)


def _left(rule: Evidence, _pages: Pages) -> str:
    return f"leaves {rule.weight:.0%}"


def _withdraws(rule: Evidence, _pages: Pages) -> str:
    return f"withdraws {' and '.join(rule.of) or 'itself'}"


ASPECTS: Sequence[Aspect[Evidence]] = (
    Aspect(
        lambda e: (e.when, e.at_least, e.within, e.before),
        lambda e, p: f"who {evidence_words(e, p)}",
        lambda _a, _b: FROM_NOW_ON,
    ),
    Aspect(lambda e: e.weight, _left, lambda _old, _new: OPEN),
    Aspect(lambda e: e.of, _withdraws, lambda _old, _new: OPEN),
    Aspect(lambda e: e.because, lambda e, _: f'because "{e.because}"', lambda _old, _new: None),
)
