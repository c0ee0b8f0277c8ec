"""One request with events, from its head to its answer: the steps in their order.

Cheap things first, and nothing is believed before the write key is known. What is not taken for a reason of the request's own (no key,
too large, too many) is answered and counted, and leaves nothing. What a known key sends and is no good goes to the rejections. A good
answer is given when Kafka has acknowledged everything, rejections included.

Nothing in here waits: `work` ends when the records are with the producer, and `acknowledged` is called when they are in Kafka.
"""

import time
from collections.abc import Callable

from intentflow.adapters.delivery import UnacknowledgedError
from intentflow.collector import asking
from intentflow.collector.answers import Answer, TurnedAwayError, answer
from intentflow.collector.asking import Head
from intentflow.collector.intake import Ended, Judge, opened
from intentflow.collector.keys import WriteKey
from intentflow.collector.reading import BodyError
from intentflow.collector.routes import PIXEL, Intake
from intentflow.collector.taking import Taker, unacknowledged
from intentflow.collector.unpacking import from_form, unpacked
from intentflow.collector.written import written
from intentflow.wire.rejections import Rejection
from intentflow.wire.tracked import Opened

OF_GET = ("snowplow", "posthog")  # trackers that also send by GET
NO_KEY = "send a write key: as the user name of Basic authentication, or as your tracker does"


class Call:
    """One request that brings events, until it is answered."""

    __slots__ = ("_began", "_ends", "_held", "_key", "_send", "_taker", "head", "origin", "request_id", "route")

    def __init__(self, taker: Taker, head: Head, route: Intake, send: Callable[[bytes], None]) -> None:
        """`send` gets the answer, once."""
        self._taker, self.head, self.route, self._send = taker, head, route, send
        self.request_id, self.origin = asking.request_id(head.headers), asking.origin(head.headers)
        self._began, self._held = time.perf_counter(), 0
        self._key: WriteKey | None = None
        self._ends: list[Ended] = []

    def admit(self) -> None:
        """Before the body is read: what the head says may come in. Raises TurnedAwayError."""
        if self.head.method != "POST" and not (self.head.method == "GET" and self.route.tracker in OF_GET):
            raise TurnedAwayError(405, "method", f"{self.head.method[:10]} is not understood here: send a POST")
        self._key = self._taker.admit(self.head)

    def work(self, body: bytes) -> None:
        """Every event has ended, and it will be answered when Kafka has what is to be kept. The reader holds the body until then.

        Raises only what nobody foresaw.
        """
        self._held = len(body)
        self._taker.metrics.count("bytes", self.route.tracker, by=len(body))
        try:
            found = self._opened(body)
            if isinstance(found, Rejection):
                self._refuse(found, body)
            else:
                self._take(found)
        except TurnedAwayError as error:
            self.turn_away(error)
        except UnacknowledgedError as error:
            self.turn_away(unacknowledged(str(error)))
        except BaseException:
            self._let_go()
            raise

    def _opened(self, body: bytes) -> Opened | Rejection:
        head, tracker, most = self.head, self.route.tracker, self._taker.most_unpacked
        if head.method == "GET":
            query = head.target.partition("?")[2].encode()
            plain = query if self.route.call == PIXEL else from_form(query, most)
        else:
            plain = unpacked(body, most)
            if tracker == "cloudevents" and "ce-specversion" in head.headers and isinstance(plain, bytes):
                plain = asking.binary_event(head.headers, plain)
        return plain if isinstance(plain, Rejection) else opened(plain, tracker, self.route.call)

    def _take(self, found: Opened) -> None:
        taker, headers, items = self._taker, self.head.headers, found.items
        key = self._key = self._key or taker.known(found.key)
        if key is None:
            raise TurnedAwayError(401, "no_key", NO_KEY)
        taker.allow(key, self.origin, len(items))
        envelope = taker.envelope(self.head, self.route, self.request_id, found.sent)
        judge = Judge(envelope, key, asking.wishes(headers), taker.policies, taker.most_of_event)
        self._ends = ends = [judge.end(item) for item in items]
        taker.writer.write(envelope, items, ends, asking.trace(headers), self.acknowledged)

    def _refuse(self, why: Rejection, body: bytes) -> None:
        """A request that can't be opened. If its key is known it goes to the rejections, unless it was too large."""
        if why.reason == "too_large":
            raise TurnedAwayError(413, why.reason, why.detail)
        self._taker.metrics.count("events_refused", self.route.tracker, why.reason)
        problem = TurnedAwayError(400, why.reason, why.detail)
        if self._key is None:
            raise problem

        def told(unwritten: str) -> None:
            self.turn_away(unacknowledged(unwritten) if unwritten else problem)

        envelope = self._taker.envelope(self.head, self.route, self.request_id, None)
        self._taker.writer.refuse(why, body, envelope, told)

    def acknowledged(self, why: str) -> None:
        """It is answered: Kafka has everything, or `why` says why nobody waits for that any longer."""
        if why or self._key is None:
            self.turn_away(unacknowledged(why))
            return
        tracker = self.route.tracker
        self._taker.metrics.taken(tracker, self._key.name, self._ends)
        self.answer(answer(tracker, self.route.call == PIXEL, self._ends, self.request_id))

    def turn_away(self, error: BodyError | TurnedAwayError) -> None:
        """It is answered with an error."""
        if isinstance(error, BodyError):
            error = TurnedAwayError(error.status, "body", str(error), 1 if error.status == 503 else 0)
        if error.reason == "unacknowledged":
            self._taker.metrics.count("unacknowledged")
        self.answer(error.answer(self.request_id))

    def answer(self, answer: Answer) -> None:
        """It is answered."""
        self._let_go()
        self._taker.metrics.answered(self.route.tracker, answer.status, time.perf_counter() - self._began)
        self._send(written(self.head, answer, self.origin, self.request_id))

    def _let_go(self) -> None:
        held, self._held = self._held, 0
        self._taker.reader.let_go(held)
