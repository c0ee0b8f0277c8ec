"""Another model for leads that one model has judged: what law 7 promises to carry over is different, and nothing else."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from intentflow.domain.renewal import renew
from intentflow.domain.rules import (
    Abandoned,
    AnySignal,
    Counted,
    Graded,
    Group,
    Ideal,
    Limit,
    Once,
    Repeated,
    ScoringModel,
    SignedUp,
    Stage,
)
from intentflow.wire.rows import encode_row
from tests.domain.arms import FoldArm, ReferenceArm
from tests.domain.strategies import CAPS, HALF_LIVES, THRESHOLDS, Choices, many
from tests.oracle.made import KEY

HASH = "4567cdef"
MORE = (1.0, 0.0, 0.3, 2.0, 5.0)  # times the points there were


def other_signal(choose: Choices, signal: AnySignal) -> AnySignal:
    """Other points, caps, quiet times and windows, half-lives of what is not counted, fewer of a limit or more, a smaller `at_least`."""
    more = choose.one(MORE)
    fields: dict[str, Any] = {"points": more * signal.points}
    if isinstance(signal, Once | SignedUp | Abandoned):
        fields["half_life"] = choose.one(HALF_LIVES)
    if isinstance(signal, Counted):
        fields["cap"] = choose.one(CAPS)
        if signal.limit is not None:
            fields["limit"] = Limit(choose.between(1, 4), signal.limit.period)
    elif isinstance(signal, Abandoned):
        fields |= {"cap": choose.one(CAPS), "quiet": choose.between(20, 500)}
    elif isinstance(signal, SignedUp):
        fields["until_confirmed"] = choose.one((0.0, 1.0)) * fields["points"]
    elif isinstance(signal, Repeated):
        fields |= {"at_least": choose.between(2, signal.at_least), "within": choose.between(50, 900)}
    elif isinstance(signal, Graded):
        fields["grades"] = tuple(replace(grade, points=more * grade.points) for grade in signal.grades)
        fields["lasts"] = choose.one((signal.lasts, None, 300))
    elif isinstance(signal, Ideal):
        fields["lasts"] = choose.one((signal.lasts, None, 300))
    return replace(signal, **fields)


def other_stage(choose: Choices, stage: Stage) -> Stage:
    """Other thresholds and waits. A wait that was not there cannot be known of the time before; nor more hand-offs than were kept."""
    enter = tuple((axis, choose.one(THRESHOLDS)) for axis, _ in stage.enter)
    thresholds = dict(enter)
    leave = tuple((axis, thresholds[axis] - choose.one((0, 1, 3))) for axis, _ in stage.leave)
    if stage.hand_offs is not None:
        most = Limit(choose.between(1, stage.hand_offs.count), choose.one((400, 100, 1500)))
        stage = replace(stage, hand_offs=choose.one((most, None)))
    return replace(
        stage,
        enter=enter,
        leave=leave,
        dwell=choose.one((0, 0, 100, 400)),
        cool_down=choose.one((50, 1000)) if stage.cool_down else 0,
    )


def other_model(choose: Choices, model: ScoringModel, per_rule: Sequence[Choices]) -> ScoringModel:
    """A model with the same rules by name, and other numbers."""
    rules = iter(per_rule)
    first, *stages = model.stages
    return replace(
        model,
        hash=HASH,
        signals=tuple(other_signal(next(rules), signal) for signal in model.signals),
        groups=tuple(Group(group.name, group.axis, float(choose.between(2, 20))) for group in model.groups),
        facts=tuple(replace(fact, lasts=choose.one((fact.lasts, None, 250))) for fact in model.facts),
        stages=(first, *(other_stage(next(rules), stage) for stage in stages)),
    )


@st.composite
def others(draw: st.DrawFn, model: ScoringModel) -> ScoringModel:
    choose, *rules = many(draw, 1 + len(model.signals) + len(model.stages))
    return other_model(choose, model, rules)


class RenewedFold(FoldArm):
    """A lead whose worker was started with another model."""

    def __init__(self, model: ScoringModel, before: FoldArm) -> None:
        super().__init__(model)
        self.row, self.news = before.row, before.news

    def take_effect(self, at: int) -> None:
        """A model record comes."""
        lead = self.lead
        if lead.clock and lead.model != self.fold.tag:
            renew(self.fold, KEY, lead, at, self.news)
            self.row = encode_row(1, lead)


def renewed_reference(model: ScoringModel, before: ReferenceArm) -> ReferenceArm:
    """The same for the reference."""
    before.reference.renew(model)
    return before
