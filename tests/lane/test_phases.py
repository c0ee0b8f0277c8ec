import pytest

from intentflow.errors import IntentflowError
from intentflow.lane import phases
from intentflow.lane.phases import MOVES, Phase, move


def test_an_event_that_cannot_happen_now_is_an_error():
    with pytest.raises(IntentflowError, match="'open' cannot happen while reading"):
        move(Phase.READING, "open")


def test_every_phase_but_the_end_can_be_closed_and_every_phase_can_be_reached():
    assert {phase for phase, event in MOVES if event == "close"} == set(Phase) - {Phase.ENDED}
    assert set(MOVES.values()) == set(Phase) - {Phase.NEW}


def test_the_picture_shows_every_phase_and_every_event():
    picture = phases.__doc__ or ""
    words = {event for _, event in MOVES} - {"stop"} | {phase.value for phase in Phase} - {"ended"}
    assert {word for word in words if word not in picture} == set()
