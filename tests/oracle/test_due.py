"""The two ways in which the reference finds a due time agree, and the fast one does for weeks what the slow one does for seconds."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from intentflow.domain.rules import DAY, Abandoned, Counted, Fact, Group, Once, Stage
from intentflow.oracle import Reference, every_millisecond, safe_strides
from tests.domain.strategies import histories, models
from tests.oracle.made import CART, KEY, LAND, T0, VISIT, Told, cart, land, model, visit

YEAR = 365 * DAY


@settings(max_examples=1_000)
@given(models(), histories(most=10, span=800), st.integers(0, 1500))
def test_strides_find_what_asking_at_every_millisecond_finds(made, steps, later):
    events = [step.event for step in steps if step.event is not None]
    assume(events)
    reference = Reference(made)
    for event in events:
        reference.event(KEY, event, T0)
    lead = reference._leads[KEY]
    until = lead.standing.clock + later
    assert safe_strides(lead.pieces, lead.standing, until) == every_millisecond(lead.pieces, lead.standing, until)


def test_a_fall_after_weeks_is_found_to_the_millisecond():
    """8 points, half of them after 14 days; below 4 a millisecond later than that."""
    warm = Stage(name="warm", enter=(("intent", 8.0),), leave=(("intent", 4.0),))
    lead = Told(
        model(Counted(name="views", axis="intent", points=8.0, half_life=14 * DAY, when=VISIT), stages=[warm]), visit(0)
    )
    due = lead.due(YEAR)
    assert due is not None
    assert 14 * DAY < due <= 14 * DAY + 2  # the slack of 1e-9 is less than a millisecond of fading
    assert (
        lead.reference.score(KEY, T0 + due)["intent"] < 4.0 - 1e-9 <= lead.reference.score(KEY, T0 + due - 1)["intent"]
    )


def test_nothing_is_due_where_a_score_only_comes_close():
    """What lasts is worth 5, what fades is worth ever less, and 5 is not below 5."""
    lasting = Once(name="lasting", axis="intent", points=5.0, when=LAND)
    fading = Counted(name="fading", axis="intent", points=8.0, half_life=DAY, when=VISIT)
    warm = Stage(name="warm", enter=(("intent", 5.0),), leave=(("intent", 5.0),))
    assert Told(model(lasting, fading, stages=[warm]), land(0), visit(0)).due(100 * YEAR) is None


def test_a_crossing_that_moves_nobody_is_passed():
    """The score falls below the leave of a stage above on the way."""
    warm = Stage(name="warm", enter=(("intent", 4.0),), leave=(("intent", 1.0),))
    hot = Stage(name="hot", enter=(("intent", 6.0),), facts=("asked",), leave=(("intent", 2.0),))
    made = model(
        Counted(name="views", axis="intent", points=8.0, half_life=DAY, when=VISIT),
        stages=[warm, hot],
        facts=(Fact("asked", LAND),),
    )
    due = Told(made, visit(0)).due(YEAR)
    assert due is not None
    assert 3 * DAY < due <= 3 * DAY + 2


def test_a_rise_and_fall_between_two_fading_signs_is_not_jumped_over():
    """Losses fade faster than gains, so the score rises to its height for a while and falls again."""
    gains = Counted(name="gains", axis="intent", points=10.0, half_life=4 * DAY, when=VISIT)
    losses = Counted(name="losses", axis="intent", points=-10.0, half_life=DAY, when=VISIT)
    warm = Stage(name="warm", enter=(("intent", 4.7),), leave=(("intent", 4.7),))  # its height is 4.72, after 2.67 days
    lead = Told(model(gains, losses, stages=[warm]), visit(0))
    lead.clock(YEAR)
    assert [(left, entered) for left, entered, _, _ in lead.moves] == [("low", "warm"), ("warm", "low")]
    (_, _, risen, _), (_, _, fallen, _) = lead.moves
    assert 2 * DAY < risen < 8 / 3 * DAY < fallen < 3 * DAY
    for at in (risen, fallen):
        before, after = (10 * (2 ** (-t / (4 * DAY)) - 2 ** (-t / DAY)) for t in (at - 1, at))
        assert (before >= 4.7 - 1e-9) != (after >= 4.7 - 1e-9)


def test_a_cap_that_holds_for_long_is_no_reason_for_small_strides():
    """A thousand visits hold the cap of 5 for 8 half-lives, and the group's cap of 6 for as long."""
    views = Counted(name="views", axis="intent", points=1.0, half_life=DAY, when=VISIT, cap=5.0, group="all")
    carts = Abandoned(name="carts", axis="intent", points=3.0, quiet=DAY, group="all")
    more = Once(name="more", axis="intent", points=0.5, half_life=DAY, when=CART)
    warm = Stage(name="warm", enter=(("intent", 5.0),), leave=(("intent", 5.0),))
    made = model(views, carts, more, stages=[warm], groups=(Group("all", "intent", 6.0),))
    lead = Told(made, cart(0), *(visit(0) for _ in range(1000)))
    due = lead.due(YEAR)
    assert due is not None
    score = lead.reference.score(KEY, T0 + due)["intent"]
    assert score < 5.0 - 1e-9 <= lead.reference.score(KEY, T0 + due - 1)["intent"]
