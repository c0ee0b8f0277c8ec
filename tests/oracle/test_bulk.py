"""The scores of the benchmark's reference are those of the reference that goes the whole way."""

from hypothesis import given, settings

from intentflow.oracle import FinalScores, Reference
from tests.domain.strategies import SPAN, histories, models
from tests.oracle.made import T0


@settings(max_examples=1_000)
@given(models(), histories(most=40))
def test_final_scores_need_no_path(model, steps):
    reference, bulk = Reference(model), FinalScores(model)
    for number, step in enumerate(steps):
        if step.event is not None:
            key = b"lead %d" % (number % 2)
            assert bulk.event(key, step.event, step.at) == reference.event(key, step.event, step.at)
            reference.clock(key, step.at)
    scores = dict(bulk.scores(T0 + 2 * SPAN))
    assert tuple(scores) == reference.leads
    assert scores == {key: reference.score(key, T0 + 2 * SPAN) for key in scores}
