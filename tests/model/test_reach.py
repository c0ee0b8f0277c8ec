"""The bounds of a score are bounds."""

from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.event import Cart, time_of
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.model.reach import any_traffic, highest, most
from intentflow.model.trial import BEGINNING
from tests.model.models import reading as model_of
from tests.model.models import with_signal

HOURS = st.lists(st.integers(0, 24 * 6), min_size=1, max_size=30)


@given(HOURS, st.integers(1, 3), st.integers(1, 60))
def test_a_limited_signal_never_counts_more_than_its_bound(hours, count, half_life):
    model = model_of(
        with_signal(
            f"{{when: {{family: cart}}, axis: intent, points: 3, at_most: {count} per day, half_life: {half_life}h}}"
        )
    ).model
    fold, lead = Fold(model), Lead(applied=[], outbox=[])
    for number, hour in enumerate(sorted(hours)):
        at = BEGINNING.replace(day=1 + hour // 24, hour=hour % 24)
        event = Cart(event_id=str(number), occurred_at=at, lead_id="x", action="add")
        fold.take(b"l:x", lead, event, time_of(event), [])
        assert fold.scores.at(lead, time_of(event))[2] <= most(model.signals[1]) + 1e-9


def test_what_does_not_fade_and_has_no_cap_is_without_bound():
    model = model_of(
        with_signal("{when: {family: cart}, axis: intent, points: 3, at_most: 1 per day, half_life: never}")
    ).model
    assert highest(model, "intent", any_traffic) == float("inf")


def test_signs_against_do_not_lower_the_bound():
    model = model_of(with_signal("{when: {family: cart}, axis: engagement, points: -3, half_life: 1d}")).model
    assert highest(model, "engagement", any_traffic) == 30
