"""Reading a lead under a model that is not the one it was counted with (law 7)."""

import pytest
from msgspec.structs import replace

from intentflow.domain.fold import Fold
from intentflow.domain.rules import Repeated
from tests.domain.arms import FoldArm
from tests.oracle.made import KEY, T0, VISIT, model, visit

TWICE = Repeated(name="came back", axis="intent", points=6.0, when=VISIT, at_least=2, within=100)


@pytest.mark.parametrize("asked", [3, 10])
def test_a_smaller_at_least_counts_at_once_what_is_kept_of_a_larger_one(asked):
    before = FoldArm(model(replace(TWICE, at_least=asked)))
    for at in (0, 30, 60):
        before.event(visit(at))
    lead, after = before.lead, Fold(replace(model(TWICE), hash="other"))
    assert after.scores.at(lead, T0 + 129)[2] == 6.0  # the second latest is of 30
    assert after.scores.at(lead, T0 + 130)[2] == 0.0
    after.take(KEY, lead, visit(90), T0 + 90, [])
    assert after.scores.at(lead, T0 + 159)[2] == 6.0
    assert after.scores.at(lead, T0 + 160)[2] == 0.0
    assert {len(held) for held in (lead.windows or {}).values()} == {20}
