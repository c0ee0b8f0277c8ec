"""Evidence as it is written: rules about what no human did."""

from collections.abc import Iterator

from intentflow.domain.rules import Condition, Evidence
from intentflow.model.condition import Form
from intentflow.model.findings import Flaw, Path
from intentflow.model.schema import EvidenceWritten

HOUR = 3_600_000


def flaws_of_evidence(name: str, rule: EvidenceWritten) -> Iterator[Flaw]:
    """What is wrong with a rule by itself."""
    path, form = ("evidence", name), rule.when[0].form
    if form not in ("event", "repeated"):
        yield Flaw(
            (*path, "when"), "must be about events: a condition, or several within a time (at_least: 5, within: 1s)"
        )
    if rule.withdraws == "itself" and form == "repeated":
        yield Flaw((*path, "withdraws"), "must be families: several events together are about more than themselves")
    if rule.withdraws == "itself" and rule.weight:
        yield Flaw((*path, "weight"), "must be 0 with withdraws: itself, for such an event counts in nothing")
    if form == "repeated" and (rule.when[0].at_least or 0) < 2:
        yield Flaw((*path, "when"), "at_least must be 2 or more; leave it out for a single event")
    yield from _flaws_of_before(path, form, rule)


def _flaws_of_before(path: Path, form: Form, rule: EvidenceWritten) -> Iterator[Flaw]:
    """What is wrong with what it must come before."""
    if (rule.before is None) != (rule.within is None):
        missing = "within" if rule.within is None else "before"
        yield Flaw(path, f"{missing} is missing: before and within go together (before: a condition, within: 2d)")
    if rule.before is None:
        return
    if any(when.form != "event" for when in rule.before):
        yield Flaw((*path, "before"), "must be about single events")
    if form == "repeated" or rule.withdraws == "itself":
        key, what = ("withdraws", "itself") if rule.withdraws == "itself" else ("when", "several events")
        why = "that looks at the first event of an hour, and weighs the hour"
        yield Flaw((*path, key), f"must not be {what} with before: {why}")
    if rule.within is not None and rule.within < HOUR:
        yield Flaw((*path, "within"), "must be an hour at least (try 2d)")


def evidence_rule(
    name: str, rule: EvidenceWritten, conditions: tuple[Condition, ...], before: tuple[Condition, ...]
) -> Evidence:
    """The rule as the core reads it. Unless it says what it withdraws, that is what its conditions are about."""
    families = tuple(dict.fromkeys(condition.family for condition in conditions))
    return Evidence(
        name=name,
        when=conditions,
        weight=rule.weight,
        because=rule.because,
        of=() if rule.withdraws == "itself" else rule.withdraws or families,
        at_least=rule.when[0].at_least or 0,
        within=rule.within or rule.when[0].within or 0,
        before=before,
    )
