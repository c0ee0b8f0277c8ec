"""Running a model's examples: the same core that scores real leads, on leads that a marketer made up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec import Struct, convert

from intentflow.domain.event import FAMILIES, time_of
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES
from intentflow.model.example import Example
from intentflow.model.findings import Finding
from intentflow.model.load import Reading

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)  # day 0 of every example


class Expectation(Struct, frozen=True):
    """One thing that an example expects, and what came: a stage, or the score on an axis."""

    what: str
    expected: str
    came: str
    holds: bool


class Tried(Struct, frozen=True):
    """An example that was run."""

    name: str
    line: int
    expectations: tuple[Expectation, ...]

    @property
    def holds(self) -> bool:
        """Whether all that it expects came."""
        return all(each.holds for each in self.expectations)


def tried(reading: Reading) -> tuple[Tried, ...]:
    """Every example of a model, run; in the order of the file."""
    fold = Fold(reading.model)
    return tuple(Tried(example.name, example.line, tuple(_expectations(fold, example))) for example in reading.examples)


def trial(reading: Reading) -> tuple[Finding, ...]:
    """A finding for each expectation of an example that doesn't hold."""
    return findings_of_trial(tried(reading))


def findings_of_trial(ran: tuple[Tried, ...]) -> tuple[Finding, ...]:
    """The same, of examples that were run already."""
    return tuple(
        Finding(one.line, "example", f'example "{one.name}": {each.what} is {each.came}, not {each.expected}')
        for one in ran
        for each in one.expectations
        if not each.holds
    )


def _expectations(fold: Fold, example: Example) -> Iterator[Expectation]:
    lead, zero = lead_of(fold, example), int(BEGINNING.timestamp() * 1000)
    stage = fold.judge.stage(lead).name
    if example.stage is not None:
        yield Expectation("the stage", example.stage, stage, example.stage == stage)
    scores = dict(zip(AXES, fold.scores.at(lead, zero + example.at), strict=True))
    for axis, expected in example.scores:
        holds = abs(scores[axis] - expected.value) <= expected.within
        wanted, came = f"{expected.value:.10g}", f"{scores[axis]:.4g}"
        yield Expectation(axis, wanted, came if holds or came != wanted else f"{scores[axis]:.12g}", holds)


def lead_of(fold: Fold, example: Example) -> Lead:
    """The lead of an example at the time that it looks at."""
    lead, key = Lead(applied=[], outbox=[]), b"l:example"
    for number, (fields, ms) in enumerate(example.given):
        happened = {
            "event_id": f"event {number}",
            "occurred_at": BEGINNING + timedelta(milliseconds=ms),
            "lead_id": "example",
        }
        event = convert({**fields, **happened}, type=FAMILIES[str(fields["family"])])
        fold.take(key, lead, event, time_of(event), [])
    fold.pass_time(key, lead, int(BEGINNING.timestamp() * 1000) + example.at, [])
    return lead
