"""What a tracker is told."""

import json

import pytest

from intentflow.collector.answers import GIF, TurnedAwayError, answer
from intentflow.collector.intake import Ended
from intentflow.wire.rejections import Rejection
from intentflow.wire.tracked import Tracker

GOOD, IGNORED, PRIVATE = Ended("accepted"), Ended("ignored"), Ended("not_tracked")
BAD = Ended("refused", rejection=Rejection("bad_time", "set the clock"))
FORBIDDEN = Ended("refused", rejection=Rejection("not_permitted", "ask for a key"))


@pytest.mark.parametrize("tracker", ["segment", "snowplow", "posthog", "cloudevents"])
@pytest.mark.parametrize(
    ("ends", "status"),
    [
        ([], 200),
        ([GOOD], 200),
        ([IGNORED], 200),
        ([PRIVATE, PRIVATE], 200),
        ([BAD, GOOD, FORBIDDEN], 200),
        ([BAD], 400),
        ([BAD, FORBIDDEN], 400),
        ([FORBIDDEN, FORBIDDEN], 403),
    ],
)
def test_a_request_is_answered_well_if_one_of_its_events_was_not_refused(tracker, ends, status):
    assert answer(tracker, is_pixel=False, ends=ends, request_id="r").status == status


def test_what_each_tracker_takes_for_a_good_answer():
    bodies: dict[Tracker, bytes] = {"segment": b'{"success":true}', "snowplow": b"ok", "posthog": b'{"status":1}'}
    for tracker, body in bodies.items():
        assert answer(tracker, is_pixel=False, ends=[GOOD], request_id="r").body == body
    assert answer("snowplow", is_pixel=True, ends=[GOOD], request_id="r").body == GIF


def test_of_our_own_api_each_event_is_told_of_in_its_place():
    said = json.loads(answer("cloudevents", is_pixel=False, ends=[GOOD, BAD, PRIVATE], request_id="r").body)
    assert said == {
        "request_id": "r",
        "results": [
            {"result": "accepted"},
            {"result": "refused", "reason": "bad_time", "detail": "set the clock"},
            {"result": "not_tracked"},
        ],
    }


def test_an_error_says_what_is_wrong_and_of_which_request():
    told = TurnedAwayError(429, "too_often", "slowly", 7).answer("r")
    assert (told.status, told.kind, told.retry_after) == (429, "application/problem+json", 7)
    assert json.loads(told.body) == {
        "title": "Too Many Requests",
        "status": 429,
        "reason": "too_often",
        "detail": "slowly",
        "request_id": "r",
    }
