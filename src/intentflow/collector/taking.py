"""One request with events, from its head to its answer: the steps in their order.

Cheap things first, and nothing is believed before the write key is known. What is not taken for a reason of the request's own (no key,
too large, too many) is answered and counted, and leaves nothing. What a known key sends and is no good goes to the rejections. A good
answer is given when Kafka has acknowledged everything, rejections included.
"""

import re
import time
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from intentflow.adapters.delivery import UnacknowledgedError
from intentflow.adapters.gathering import GatheringProducer
from intentflow.collector import asking
from intentflow.collector.allowance import Allowance
from intentflow.collector.answers import Answer, TurnedAwayError, answer
from intentflow.collector.asking import Head
from intentflow.collector.consent import Policies
from intentflow.collector.intake import Ended, Judge, opened
from intentflow.collector.keys import KeyRing, WriteKey
from intentflow.collector.metrics import Metrics
from intentflow.collector.reading import Reader
from intentflow.collector.routes import PIXEL, Intake
from intentflow.collector.unpacking import from_form, unpacked
from intentflow.collector.writing import Writer
from intentflow.settings import Settings
from intentflow.wire.rejections import Rejection
from intentflow.wire.site import Site
from intentflow.wire.topic_names import TopicNames
from intentflow.wire.tracked import CONSENT, Envelope, Opened

AGAIN_SECONDS = 5
Done = Callable[[Answer], None]  # called once
_SENT = re.compile(r"[?&]_=(\d{13})(?:&|$)")  # how posthog-js says when it sent, where the body doesn't


class Taker:
    """Takes events."""

    def __init__(self, settings: Settings, keys: KeyRing, producer: GatheringProducer, metrics: Metrics) -> None:
        self.keys = keys
        self._settings, self._producer, self._metrics = settings, producer, metrics
        self._writer = Writer(producer, metrics, TopicNames(settings.prefix, settings.app_id), settings.partitions)
        self._policies = Policies(
            settings.collector_do_not_track,
            settings.collector_privacy_control,
            frozenset(CONSENT + name for name in settings.collector_tracking_consents),
        )
        self._site = Site(settings.event_names, settings.landing_pages, settings.currency, cart_ids=settings.cart_ids)
        self._allowance = Allowance()
        self.reader = Reader(
            most_bytes=settings.collector_body_bytes,
            most_held_bytes=settings.collector_held_bytes,
            seconds=settings.collector_body_seconds,
        )

    def admit(self, head: Head) -> WriteKey | None:
        """Before a body is read: the key that the head names, if it names one. Raises TurnedAwayError."""
        key = self._known(asking.write_key(head.headers))
        if not self._producer.is_up:
            raise self._unacknowledged("Kafka does not answer")
        return key

    def envelope(self, head: Head, route: Intake, request_id: str) -> Envelope:
        """What the head of a request says, received now."""
        sent = _SENT.search(head.target) if route.tracker == "posthog" else None
        return Envelope(
            tracker=route.tracker,
            received=time.time_ns() // 1_000_000,
            call=route.call,
            sent=None if sent is None else int(sent[1]),
            user_agent=asking.text(head.headers, "User-Agent"),
            request_id=request_id,
            site=self._site,
        )

    def take(self, head: Head, envelope: Envelope, key: WriteKey | None, body: bytes, done: Done) -> None:
        """Every event of the request has ended; `done` gets the answer when Kafka has what is to be kept. Raises TurnedAwayError."""
        self._metrics.count("bytes", envelope.tracker, by=len(body))
        try:
            self._take(head, envelope, key, body, done)
        except UnacknowledgedError as error:
            raise self._unacknowledged(str(error)) from error

    def _take(self, head: Head, envelope: Envelope, key: WriteKey | None, body: bytes, done: Done) -> None:
        found = self._opened(head, envelope, body)
        if isinstance(found, Rejection):
            self._refuse(found, key, envelope, body, done)
            return
        key = key or self._known(found.key)
        if key is None:
            raise TurnedAwayError(
                401, "no_key", "send a write key: as the user name of Basic authentication, or as your tracker does"
            )
        self._allow(key, head.headers, len(found.items))
        if found.sent is not None:
            envelope = replace(envelope, sent=found.sent)
        judge = Judge(envelope, key, asking.wishes(head.headers), self._policies, self._settings.collector_event_bytes)
        ends = [judge.end(item) for item in found.items]
        told = partial(self._taken, envelope, key, ends, done)
        self._writer.write(envelope, found.items, ends, asking.trace(head.headers), told)

    def _taken(self, envelope: Envelope, key: WriteKey, ends: list[Ended], done: Done, why: str) -> None:
        if why:
            done(self._unacknowledged(why).answer(envelope.request_id))
            return
        self._metrics.taken(envelope.tracker, key.name, ends)
        done(answer(envelope.tracker, envelope.call == PIXEL, ends, envelope.request_id))

    def _known(self, secret: str | None) -> WriteKey | None:
        """The key with this text; None if none was given. Raises TurnedAwayError if it is not known."""
        if secret is None:
            return None
        key = self.keys.find(secret)
        if key is None:
            raise TurnedAwayError(
                401, "unknown_key", "this write key is not known: `intentflow collector keys` lists those that are"
            )
        return key

    def _opened(self, head: Head, envelope: Envelope, body: bytes) -> Opened | Rejection:
        most = self._settings.collector_unpacked_bytes
        if head.method == "GET":
            query = head.target.partition("?")[2].encode()
            plain = query if envelope.call == PIXEL else from_form(query, most)
        else:
            plain = unpacked(body, most)
            if envelope.tracker == "cloudevents" and "ce-specversion" in head.headers and isinstance(plain, bytes):
                plain = asking.binary_event(head.headers, plain)
        return plain if isinstance(plain, Rejection) else opened(plain, envelope)

    def _allow(self, key: WriteKey, headers: asking.Headers, events: int) -> None:
        most = self._settings.collector_batch_events
        if key.origins and (origin := asking.origin(headers)) is not None and origin.lower() not in key.origins:
            raise TurnedAwayError(403, "wrong_origin", f"the write key {key.name} is not for pages of {origin}")
        if events > most:
            raise TurnedAwayError(
                413, "too_many", f"{events} events in one request, {most} may be: send smaller batches"
            )
        wait = self._allowance.wait(key, events)
        if wait:
            raise TurnedAwayError(
                429, "too_often", f"the write key {key.name} may send {key.events_per_second} events/s", wait
            )

    def _refuse(self, why: Rejection, key: WriteKey | None, envelope: Envelope, body: bytes, done: Done) -> None:
        """A request that can't be opened. If its key is known it goes to the rejections, unless it was too large."""
        if why.reason == "too_large":
            raise TurnedAwayError(413, why.reason, why.detail)
        self._metrics.count("events_refused", envelope.tracker, why.reason)
        problem = TurnedAwayError(400, why.reason, why.detail)
        if key is None:
            raise problem

        def told(unwritten: str) -> None:
            done((self._unacknowledged(unwritten) if unwritten else problem).answer(envelope.request_id))

        self._writer.refuse(why, body, envelope, told)

    def _unacknowledged(self, why: str) -> TurnedAwayError:
        self._metrics.count("unacknowledged")
        return TurnedAwayError(503, "unacknowledged", f"{why}: send it again, under the same ids", AGAIN_SECONDS)
