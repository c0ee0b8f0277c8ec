"""What would move a lead up now, found by doing it: the smallest combinations of behaviours that put it into a higher stage.

Points have caps, limits and windows, and stages ask for facts: what is missing cannot be read off a difference. But the rules are code of
ours, so a copy of the lead is taken through what could happen, by the same fold that scores it. A way is told only if it ends in the stage
for every event that was made up for its words; and of ways that contain one another only the smallest.

First one thing and two at once, then one again and again, at once or once a day, then three things at once that all bear on one stage, by
its axes and facts. The search is bounded.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, combinations_with_replacement, product
from math import prod

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from intentflow.domain.event import AnyEvent
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.notices import News
from intentflow.domain.rules import AXES, DAY, MAX_WINDOW
from intentflow.model.behaviours import Behaviour, behaviours
from intentflow.model.words import NO_PAGES, Pages

MOST_AT_ONCE = 3  # things
MOST_DAYS = 7  # on which one thing is done again
MOST_TRIES = 20_000  # of the fold
MOST_READINGS = 32  # of one combination: choices of a sample for each of its parts
MOST_WAYS = 6  # that are told for a stage
KEY = b"l:copy"
_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Lead).decode


class Step(Struct, frozen=True):
    """One thing to do, and how often."""

    does: str
    times: int = 1


class Way(Struct, frozen=True, kw_only=True):
    """Steps that put the lead into the stage or a higher one, all of them now; or one of them once a day, on so many `days` from now on."""

    stage: str
    steps: tuple[Step, ...]
    days: int = 1


class Found(Struct, frozen=True):
    """The ways, lowest stage first, the shortest first. `complete`: no bound ended the search before all combinations were tried."""

    ways: tuple[Way, ...]
    complete: bool


class Try(Struct, frozen=True):
    """Behaviours, and when each of them is done, in milliseconds from now."""

    done: tuple[tuple[Behaviour, int], ...]

    @property
    def counted(self) -> Counter[tuple[str, bool]]:
        """How often each behaviour is done at once, and on other days."""
        return Counter((behaviour.words, after > 0) for behaviour, after in self.done)


def ways(fold: Fold, lead: Lead, at: int, pages: Pages = NO_PAGES) -> Found:
    """The ways up for a lead, which has been brought up to `at` (epoch ms); it is not changed."""
    search = _Search(fold, lead, at)
    done = behaviours(fold.model, pages)
    for attempt in chain(_few(done), _again(done), _three(done, search.asked)):
        search.look(attempt)
        if search.tries >= MOST_TRIES:
            break
    return Found(tuple(search.told()), search.tries < MOST_TRIES)


def _few(done: tuple[Behaviour, ...]) -> Iterator[Try]:
    """One thing, and two at once."""
    yield from (Try(((each, 0),)) for each in done)
    yield from (Try(tuple((each, 0) for each in some)) for some in combinations_with_replacement(_own(done), 2))


def _again(done: tuple[Behaviour, ...]) -> Iterator[Try]:
    """One thing again and again."""
    for times in range(2, MAX_WINDOW + 1):
        yield from (Try(((each, 0),) * times) for each in _own(done) if times > 2)
        if times <= MOST_DAYS:
            yield from (Try(tuple((each, day * DAY) for day in range(times))) for each in _own(done))


def _three(done: tuple[Behaviour, ...], asked: list[frozenset[str]]) -> Iterator[Try]:
    """Three things at once that all bear on a stage."""
    for some in combinations_with_replacement(_own(done), 3):
        if any(all(each.bears_on & stage for each in some) for stage in asked):
            yield Try(tuple((each, 0) for each in some))


def _own(done: tuple[Behaviour, ...]) -> list[Behaviour]:
    return [each for each in done if not each.by_sales]


def events_of(attempt: Try, at: int) -> Iterator[tuple[AnyEvent, ...]]:
    """What it may be that is done, event by event: one reading for each choice of samples. Now is the millisecond after `at`."""
    for reading in product(*(behaviour.events for behaviour, _ in attempt.done)):
        yield tuple(
            replace(event, event_id=f"way {number}", lead_id="copy", occurred_at=moment(at + 1 + after))
            for number, (event, (_, after)) in enumerate(zip(reading, attempt.done, strict=True))
        )


def moment(at: int) -> datetime:
    """Epoch milliseconds as a time of the contract."""
    return datetime.fromtimestamp(at // 1000, UTC).replace(microsecond=at % 1000 * 1000)


class _Search:
    """What was tried, and what was found."""

    def __init__(self, fold: Fold, lead: Lead, at: int) -> None:
        self._fold, self._row, self._at = fold, _encode(lead), at
        self._here = fold.judge.stage_of(lead)
        self._found: dict[int, list[Try]] = {
            rung.number: [] for rung in fold.judge.rungs[self._here + 1 :] if not rung.is_setback
        }
        self.asked = [
            frozenset((*(AXES[a] for a, _ in rung.enter), *(fact.name for fact, _ in rung.facts)))
            for rung in fold.judge.rungs
            if rung.number in self._found
        ]
        self.tries = 0

    def look(self, attempt: Try) -> None:
        """Try it, unless each stage above has a smaller way already that it contains."""
        if all(self._has_smaller(stage, attempt) for stage in self._found):
            return
        if prod(len(behaviour.events) for behaviour, _ in attempt.done) > MOST_READINGS:
            return
        ends = {self._end(attempt, events) for events in events_of(attempt, self._at)}
        stage = min(ends)
        if ends <= self._found.keys() and not self._has_smaller(stage, attempt):
            self._found[stage].append(attempt)

    def _has_smaller(self, stage: int, attempt: Try) -> bool:
        return any(one.counted <= attempt.counted for one in self._found[stage])

    def _end(self, attempt: Try, events: tuple[AnyEvent, ...]) -> int:
        """The stage in which the lead stands after it."""
        lead, fold = _decode(self._row), self._fold
        news: News = []
        self.tries += 1
        for event, (behaviour, after) in zip(events, attempt.done, strict=True):
            fold.take(KEY, lead, event, self._at + 1 + after, news)
            if behaviour.wait:
                fold.pass_time(KEY, lead, self._at + 1 + after + behaviour.wait, news)
        return fold.judge.stage_of(lead)

    def told(self) -> Iterator[Way]:
        for stage, found in self._found.items():
            for attempt in found[:MOST_WAYS]:
                times = Counter(behaviour.words for behaviour, _ in attempt.done)
                days = attempt.done[-1][1] // DAY + 1
                steps = tuple(Step(words, count if days == 1 else 1) for words, count in times.items())
                yield Way(stage=self._fold.judge.stages[stage].name, steps=steps, days=days)
