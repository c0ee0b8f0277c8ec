"""The newsletter: provisional points for a sign-up, all of them when it is confirmed, none once it is withdrawn."""

import pytest

from intentflow.domain.lead import Lead
from intentflow.domain.rules import SignedUp, Stage
from intentflow.domain.shopping import SignUpTold, sign_up_told
from tests.domain.arms import FoldArm, ReferenceArm
from tests.oracle.made import T0, model, newsletter

SIGN_UP = SignedUp(name="signed up", axis="engagement", points=30.0, until_confirmed=15.0)
MODEL = model(SIGN_UP, stages=[Stage(name="mql", enter=(("engagement", 25.0),), leave=(("engagement", 18.0),))])


def after(*done: tuple[int, str]) -> FoldArm:
    """What both arms say is the same."""
    fold, reference = FoldArm(MODEL), ReferenceArm(MODEL)
    for at, action in done:
        for arm in (fold, reference):
            arm.event(newsletter(at, action, f"{action} {at}"))
    assert fold.scores(T0 + 900) == reference.scores(T0 + 900)
    assert fold.moves == reference.moves
    return fold


def worth(*done: tuple[int, str]) -> float:
    return after(*done).scores(T0 + 900)["engagement"]


def test_a_sign_up_is_worth_its_provisional_points_until_it_is_confirmed():
    assert worth((0, "signup")) == 15.0
    assert worth((0, "signup"), (10, "confirm")) == 30.0


def test_a_confirmation_that_is_read_before_the_sign_up_counts_too():
    assert worth((10, "confirm"), (0, "signup")) == 30.0
    assert worth((10, "confirm")) == 0.0


@pytest.mark.parametrize("action", ["unsubscribe", "bounce"])
def test_an_unsubscribe_and_a_hard_bounce_withdraw_the_sign_up_at_once(action):
    arm = after((0, "signup"), (10, "confirm"), (20, action))
    assert arm.scores(T0 + 900)["engagement"] == 0.0
    assert [(move.left, move.entered, move.at) for move in arm.moves] == [("low", "mql", 10), ("mql", "low", 20)]


@pytest.mark.parametrize("action", ["unsubscribe", "bounce"])
def test_a_withdrawal_at_the_time_of_the_sign_up_wins(action):
    assert worth((5, "signup"), (5, action)) == 0.0


def test_who_signs_up_again_after_an_unsubscribe_is_provisional_again():
    assert worth((0, "signup"), (10, "confirm"), (20, "unsubscribe"), (30, "signup")) == 15.0
    assert worth((0, "signup"), (10, "confirm"), (20, "unsubscribe"), (30, "signup"), (40, "confirm")) == 30.0


def test_a_second_sign_up_counts_no_second_time():
    assert worth((0, "signup"), (10, "signup"), (20, "confirm")) == 30.0


@pytest.mark.parametrize("action", ["open", "click"])
def test_opens_and_clicks_are_signals_of_their_own(action):
    assert worth((0, "signup"), (10, action)) == worth((0, "signup"))


@pytest.mark.parametrize(
    ("done", "stands", "since"),
    [
        ([(0, "signup")], "provisional", 0),
        ([(0, "signup"), (10, "confirm")], "confirmed", 10),
        ([(0, "signup"), (10, "confirm"), (20, "unsubscribe")], "unsubscribed", 20),
        ([(0, "signup"), (20, "bounce")], "bounced", 20),
        ([(0, "signup"), (20, "unsubscribe"), (30, "signup")], "provisional", 30),
    ],
)
def test_where_a_sign_up_stands_is_told_in_a_word(done, stands, since):
    assert sign_up_told(after(*done).lead) == SignUpTold(stands, T0 + since)
    assert sign_up_told(Lead([], [])) is None
