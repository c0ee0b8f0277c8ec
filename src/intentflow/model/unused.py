"""Lint: what is written and that nothing asks for."""

from collections.abc import Iterator

from intentflow.model.findings import Flaw
from intentflow.model.load import Reading


def unused(reading: Reading) -> Iterator[Flaw]:
    """Something that no stage asks for."""
    model = reading.model
    asked = [*(scores for stage in model.stages for scores in (stage.enter, stage.leave)), model.criteria.scores]
    axes = {axis for scores in (*asked, *(row.scores for row in model.likelihood)) for axis, _ in scores}
    for axis in sorted({signal.axis for signal in model.signals} - axes):
        first = next(signal for signal in model.signals if signal.axis == axis)
        yield Flaw(("signals", first.name, "axis"), f"no stage asks for {axis}, so its signals change nothing")
    facts = {fact for stage in model.stages for fact in (*stage.facts, *stage.unless)}
    facts |= {*model.criteria.facts, *model.eligible.facts, *model.eligible.unless}
    for name in sorted({fact.name for fact in model.facts} - facts):
        yield Flaw(("facts", name), "no stage asks for it; name it in enter, or take it out")
    for name in sorted({group.name for group in model.groups} - {signal.group for signal in model.signals}):
        yield Flaw(("groups", name), "no signal is in it; take it out")
    for name in reading.written.pages:
        if name not in _named_pages(reading):
            yield Flaw(("pages", name), "no url or not_url names it; take it out")


def _named_pages(reading: Reading) -> set[str]:
    written = reading.written
    whens = [when for signal in written.signals.values() for when in signal.when]
    whens += [when for fact in written.facts.values() for when in fact.whens]
    whens += [when for rule in written.evidence.values() for when in (*rule.when, *(rule.before or ()))]
    return {glob for when in whens for glob in (*when.url, *when.not_url)}
