"""One request with events, from its head to its answer: the steps in their order.

Cheap things first, and nothing is believed before the write key is known. What is not taken for a reason of the request's own (no key,
too large, too many) is answered and counted, and leaves nothing. What a known key sends and is no good goes to the rejections. A good
answer is given when Kafka has acknowledged everything, rejections included.
"""

import re
import time

from aiohttp.web import BaseRequest
from msgspec.structs import replace

from intentflow.adapters.delivery import UnacknowledgedError
from intentflow.adapters.gathering import GatheringProducer
from intentflow.collector import asking
from intentflow.collector.allowance import Allowance
from intentflow.collector.answers import Answer, TurnedAwayError, answer
from intentflow.collector.consent import Policies
from intentflow.collector.intake import Judge, opened
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
_SENT = re.compile(r"[?&]_=(\d{13})(?:&|$)")  # how posthog-js says when it sent, where the body doesn't


class Taker:
    """Takes events."""

    def __init__(self, settings: Settings, keys: KeyRing, producer: GatheringProducer, metrics: Metrics) -> None:
        self.keys = keys
        self._settings, self._producer, self._metrics = settings, producer, metrics
        self._writer = Writer(producer, TopicNames(settings.prefix, settings.app_id), settings.partitions)
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

    async def take(self, request: BaseRequest, route: Intake, request_id: str) -> Answer:
        """Every event of the request has ended, and Kafka has what is to be kept. Raises TurnedAwayError."""
        key = self._known(asking.write_key(request.headers))
        if not self._producer.is_up:
            raise self._unacknowledged("Kafka does not answer")
        body = await self.reader.body(request)
        self._metrics.count("bytes", route.tracker, by=len(body))
        try:
            return await self._taken(request, _envelope(request, route, request_id, self._site), key, body)
        except UnacknowledgedError as error:
            raise self._unacknowledged(str(error)) from error
        finally:
            self.reader.let_go(body)

    async def _taken(self, request: BaseRequest, envelope: Envelope, key: WriteKey | None, body: bytes) -> Answer:
        found = self._opened(request, envelope, body)
        if isinstance(found, Rejection):
            raise await self._refused(found, key, envelope, body)
        key = key or self._known(found.key)
        if key is None:
            raise TurnedAwayError(
                401, "no_key", "send a write key: as the user name of Basic authentication, or as your tracker does"
            )
        self._admit(key, asking.origin(request.headers), len(found.items))
        if found.sent is not None:
            envelope = replace(envelope, sent=found.sent)
        judge = Judge(
            envelope, key, asking.wishes(request.headers), self._policies, self._settings.collector_event_bytes
        )
        ends = [judge.end(item) for item in found.items]
        links = await self._writer.write(envelope, found.items, ends, asking.trace(request.headers))
        self._metrics.taken(envelope.tracker, key.name, ends, links)
        return answer(envelope.tracker, envelope.call == PIXEL, ends, envelope.request_id)

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

    def _opened(self, request: BaseRequest, envelope: Envelope, body: bytes) -> Opened | Rejection:
        most = self._settings.collector_unpacked_bytes
        if request.method == "GET":
            query = request.raw_path.partition("?")[2].encode()
            plain = query if envelope.call == PIXEL else from_form(query, most)
        else:
            plain = unpacked(body, most)
            if envelope.tracker == "cloudevents" and "ce-specversion" in request.headers and isinstance(plain, bytes):
                plain = asking.binary_event(request.headers, plain)
        return plain if isinstance(plain, Rejection) else opened(plain, envelope)

    def _admit(self, key: WriteKey, origin: str | None, events: int) -> None:
        most = self._settings.collector_batch_events
        if key.origins and origin is not None and origin.lower() not in key.origins:
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

    async def _refused(self, why: Rejection, key: WriteKey | None, envelope: Envelope, body: bytes) -> TurnedAwayError:
        """The answer to a request that can't be opened. If its key is known it is on the rejections topic, unless it was too large."""
        if why.reason == "too_large":
            return TurnedAwayError(413, why.reason, why.detail)
        if key is not None:
            await self._writer.refuse(why, body, envelope)
        self._metrics.count("events_refused", envelope.tracker, why.reason)
        return TurnedAwayError(400, why.reason, why.detail)

    def _unacknowledged(self, why: str) -> TurnedAwayError:
        self._metrics.count("unacknowledged")
        return TurnedAwayError(503, "unacknowledged", f"{why}: send it again, under the same ids", AGAIN_SECONDS)


def _envelope(request: BaseRequest, route: Intake, request_id: str, site: Site) -> Envelope:
    headers = request.headers
    sent = _SENT.search(request.raw_path) if route.tracker == "posthog" else None
    return Envelope(
        tracker=route.tracker,
        received=time.time_ns() // 1_000_000,
        call=route.call,
        sent=None if sent is None else int(sent[1]),
        user_agent=headers.get("User-Agent"),
        page=headers.get("Referer"),
        request_id=request_id,
        site=site,
    )
