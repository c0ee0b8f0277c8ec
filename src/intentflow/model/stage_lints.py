"""Lints of how stages treat a lead: who is sold to, how often, and what bars a stage for good."""

from collections.abc import Iterator

from intentflow.domain.rules import Fact
from intentflow.model.findings import Flaw
from intentflow.model.load import Reading
from intentflow.model.sample import meets, samples

NOT_YET = ("suspect", "inquiry", "prospect", "mql", "recycled", "disqualified")  # stages that are not to be sold to


def sold_to_too_early(reading: Reading) -> Iterator[Flaw]:
    """A stage that is not ready to be sold to goes to sales."""
    for stage in reading.model.stages:
        if stage.name in NOT_YET and stage.treatment == "sales":
            text = "is sales, but who is there is not ready to be sold to; a call too early devalues the lead (nurture)"
            yield Flaw(("stages", stage.name, "treatment"), text)


def hand_offs_without_end(reading: Reading) -> Iterator[Flaw]:
    """A stage that sales acts on, as often as a lead comes and goes."""
    for stage in reading.model.stages:
        if stage.treatment == "sales" and stage.hand_offs is None:
            text = "sales is sent to the same lead as often as it comes and goes; say how often at most (hand_offs: 2 per 90d)"
            yield Flaw(("stages", stage.name), text)


def barred_for_ever(reading: Reading) -> Iterator[Flaw]:
    """A stage that `unless` closes whenever a fact that it asks for holds."""
    facts = {fact.name: fact for fact in reading.model.facts}
    for stage in reading.model.stages:
        for asked in stage.facts:
            for barring in stage.unless:
                if _goes_with(facts[barring], facts[asked]):
                    text = f'nobody can reach this stage: who has the fact "{asked}" has "{barring}" too, for as long'
                    yield Flaw(("stages", stage.name, "unless"), text)


def _goes_with(other: Fact, fact: Fact) -> bool:
    """Whether the other fact holds whenever this one does, as far as events that were made up tell."""
    lasts_as_long = other.lasts is None or (fact.lasts is not None and fact.lasts <= other.lasts)
    events = [event for condition in fact.when for event in samples(condition)]
    return lasts_as_long and bool(events) and all(meets(other.when, event) for event in events)
