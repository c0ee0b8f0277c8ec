"""What happened, dealt out to leads that know nothing of each other, and those leads merged."""

from collections.abc import Sequence
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from intentflow.domain.counting import ENTRY, PERIOD
from intentflow.domain.event import AnyEvent
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.merge import Merger
from intentflow.domain.rules import ScoringModel
from intentflow.wire.rows import encode_row
from tests.domain.arms import FoldArm, assert_close
from tests.domain.strategies import SPAN, Step
from tests.oracle.made import T0

END = T0 + 2 * SPAN  # later than anything that happens
LATER = (END, END + 1, END + 777, END + 20_000)
MOST = 25  # events of a history
DEALT = st.binary(min_size=MOST, max_size=MOST)  # to which lead each event comes: its byte, modulo the number of leads


def first_of_each_id(steps: Sequence[Step]) -> list[Step]:
    """The same without repeats: an event comes to one lead, once."""
    seen: set[str] = set()
    kept = []
    for step in steps:
        if step.event is None or step.event.event_id not in seen:
            kept.append(step)
        if step.event is not None:
            seen.add(step.event.event_id)
    assume(seen)
    return kept


def tell(arm: FoldArm, steps: Sequence[Step]) -> list[str]:
    """What became of each event."""
    outcomes = []
    for step in steps:
        if step.event is None:
            arm.clock(step.at)
        else:
            outcomes.append(arm.event(step.event))
    return outcomes


def dealt(model: ScoringModel, steps: Sequence[Step], to: bytes, leads: int) -> list[FoldArm]:
    """So many leads, each with its part of the events and all clocks."""
    parts: list[list[Step]] = [[] for _ in range(leads)]
    for step, chosen in zip(steps, to, strict=False):
        for part in parts if step.event is None else [parts[chosen % leads]]:
            part.append(step)
    arms = [FoldArm(model) for _ in parts]
    for arm, part in zip(arms, parts, strict=True):
        tell(arm, part)
    return arms


def one(model: ScoringModel, steps: Sequence[Step]) -> FoldArm:
    """One lead that saw everything."""
    arm = FoldArm(model)
    tell(arm, steps)
    return arm


def merged(*arms: FoldArm) -> FoldArm:
    """The first of these leads after the others came into it, one by one; it is judged with the next event."""
    into, fold = FoldArm(arms[0].fold.model), arms[0].fold
    lead = arms[0].lead
    for arm in arms[1:]:
        merge(fold, lead, arm.lead)
    into.row = encode_row(1, lead)
    return into


def merge(fold: Fold, lead: Lead, other: Lead) -> None:
    Merger(fold.counting, fold.model).merge(lead, other)
    now = max(lead.clock, other.clock)
    if now and not lead.clock:
        lead.model, lead.since = fold.tag, now
    lead.clock, lead.room, lead.paid = now, [0.0, 0.0, 0.0], 0
    lead.due = min((due for due in (lead.due, other.due, now) if due), default=0)  # may be early


def pieces(arm: FoldArm) -> dict[str, Any]:
    """Everything that a merge brings together but the sums, which are compared as scores, and `left`, which is of the lead's own path."""
    lead = arm.lead
    codes = [lead.signals[i : i + 4] for i in range(0, len(lead.signals), 4)]
    latest = [(code, at, events) for code, (_, at, events) in zip(codes, ENTRY.iter_unpack(lead.counts), strict=True)]
    named = ("newest", "floor", "seen_hashes", "seen_times", "firsts", "lasts", "windows", "newsletter", "carts")
    return {"periods": sorted([*latest, *PERIOD.iter_unpack(lead.older)])} | {n: getattr(lead, n) for n in named}


def assert_same(found: FoldArm, expected: FoldArm) -> None:
    assert pieces(found) == pieces(expected)
    for t in (max(found.lead.clock, expected.lead.clock), *LATER):
        assert_close(found.scores(t), expected.scores(t))


def events_of(steps: Sequence[Step]) -> list[AnyEvent]:
    return [step.event for step in steps if step.event is not None]
