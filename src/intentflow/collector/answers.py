"""What a tracker is told: the answers that each one understands, and one form for everything that went wrong.

A request is answered well if at least one of its events was taken, or was nothing to us: trackers send what failed again, all of it,
and it would fail again. Errors are problem documents (RFC 9457) with our reason and the id of the request.
"""

from base64 import b64decode
from collections.abc import Sequence
from http import HTTPStatus

from msgspec import Struct
from msgspec.json import encode

from intentflow.collector.intake import Ended
from intentflow.errors import RejectedError
from intentflow.wire.tracked import Tracker

JSON = "application/json"
PROBLEM = "application/problem+json"
GIF = b64decode(b"R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # one transparent dot


class Answer(Struct, frozen=True):
    """Status and body."""

    status: int
    body: bytes
    kind: str = JSON
    retry_after: int = 0  # seconds


class TurnedAwayError(RejectedError):
    """A request of which nothing is taken."""

    def __init__(self, status: int, reason: str, detail: str, retry_after: int = 0) -> None:
        super().__init__(detail)
        self.status, self.reason, self.detail, self.retry_after = status, reason, detail, retry_after

    def answer(self, request_id: str) -> Answer:
        """As the client gets it."""
        problem = {
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "reason": self.reason,
            "detail": self.detail,
            "request_id": request_id,
        }
        return Answer(self.status, encode(problem), PROBLEM, self.retry_after)


def answer(tracker: Tracker, is_pixel: bool, ends: Sequence[Ended], request_id: str) -> Answer:
    """What a tracker is told of its events, once Kafka has them."""
    refused = [one.rejection for one in ends if one.rejection is not None]
    if len(refused) < len(ends) or not ends:
        return _well(tracker, is_pixel, ends, request_id)
    first = refused[0]
    status = 403 if all(one.reason == "not_permitted" for one in refused) else 400
    if tracker == "cloudevents":
        return Answer(status, _results(ends, request_id))
    return TurnedAwayError(status, first.reason, first.detail).answer(request_id)


def _well(tracker: Tracker, is_pixel: bool, ends: Sequence[Ended], request_id: str) -> Answer:
    if is_pixel:
        return PIXEL_ANSWER
    return Answer(200, _results(ends, request_id)) if tracker == "cloudevents" else WELL[tracker]


def _results(ends: Sequence[Ended], request_id: str) -> bytes:
    """What became of each event, in the order in which they were sent."""
    results = [
        {"result": one.end}
        if one.rejection is None
        else {"result": one.end, "reason": one.rejection.reason, "detail": one.rejection.detail}
        for one in ends
    ]
    return encode({"request_id": request_id, "results": results})


PIXEL_ANSWER = Answer(200, GIF, "image/gif")
WELL: dict[Tracker, Answer] = {
    "segment": Answer(200, b'{"success":true}'),
    "snowplow": Answer(200, b"ok", "text/plain"),
    "posthog": Answer(200, b'{"status":1}'),
}
