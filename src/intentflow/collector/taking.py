"""What all requests with events share: the keys, the bounds, the site's words, the way to Kafka."""

import re
import time

from intentflow.adapters.gathering import GatheringProducer
from intentflow.collector import asking
from intentflow.collector.allowance import Allowance
from intentflow.collector.answers import TurnedAwayError
from intentflow.collector.asking import Head
from intentflow.collector.consent import Policies
from intentflow.collector.keys import KeyRing, WriteKey
from intentflow.collector.metrics import Metrics
from intentflow.collector.reading import Reader
from intentflow.collector.routes import Intake
from intentflow.collector.writing import Writer
from intentflow.settings import Settings
from intentflow.wire.site import Site
from intentflow.wire.topic_names import TopicNames
from intentflow.wire.tracked import CONSENT, Envelope

AGAIN_SECONDS = 5
REMEMBERED, LONGEST_REMEMBERED = 1024, 256  # texts of `Authorization`, and characters of one
_SENT = re.compile(r"[?&]_=(\d{13})(?:&|$)")  # how posthog-js says when it sent, where the body doesn't


class Taker:
    """What a `Call` asks."""

    def __init__(self, settings: Settings, keys: KeyRing, producer: GatheringProducer, metrics: Metrics) -> None:
        self.metrics, self._producer = metrics, producer
        self._keys = keys
        # By what `Authorization` said. A dict compares texts only where their hashes agree, which nobody outside can compute, so
        # that here too the time of an answer tells nothing of a key.
        self._lately: dict[str, WriteKey] = {}
        self.writer = Writer(producer, metrics, TopicNames(settings.prefix, settings.app_id), settings.partitions)
        self.policies = Policies(
            settings.collector_do_not_track,
            settings.collector_privacy_control,
            frozenset(CONSENT + name for name in settings.collector_tracking_consents),
        )
        self._site = Site(settings.event_names, settings.landing_pages, settings.currency, cart_ids=settings.cart_ids)
        self._allowance = Allowance()
        self._most_events = settings.collector_batch_events
        self.most_unpacked, self.most_of_event = settings.collector_unpacked_bytes, settings.collector_event_bytes
        self.reader = Reader(
            most_bytes=settings.collector_body_bytes,
            most_held_bytes=settings.collector_held_bytes,
            seconds=settings.collector_body_seconds,
        )

    @property
    def keys(self) -> KeyRing:
        """The keys that are known now."""
        return self._keys

    @keys.setter
    def keys(self, keys: KeyRing) -> None:
        self._keys = keys
        self._lately.clear()

    def admit(self, head: Head) -> WriteKey | None:
        """The key that a head names, if it names one. Raises TurnedAwayError: it is not known, or Kafka is not there."""
        said = head.headers.get("Authorization")
        key = None if said is None else self._lately.get(said) or self._named(head.headers, said)
        if not self._producer.is_up:
            raise unacknowledged("Kafka does not answer")
        return key

    def known(self, secret: str | None) -> WriteKey | None:
        """The key with this text; None if none was given. Raises TurnedAwayError if it is not known."""
        if secret is None:
            return None
        key = self._keys.find(secret)
        if key is None:
            raise TurnedAwayError(
                401, "unknown_key", "this write key is not known: `intentflow collector keys` lists those that are"
            )
        return key

    def allow(self, key: WriteKey, origin: str | None, events: int) -> None:
        """So many events may come with this key, and are counted. Raises TurnedAwayError."""
        if key.origins and origin is not None and origin.lower() not in key.origins:
            raise TurnedAwayError(403, "wrong_origin", f"the write key {key.name} is not for pages of {origin}")
        if events > self._most_events:
            raise TurnedAwayError(
                413, "too_many", f"{events} events in one request, {self._most_events} may be: send smaller batches"
            )
        wait = self._allowance.wait(key, events)
        if wait:
            raise TurnedAwayError(
                429, "too_often", f"the write key {key.name} may send {key.events_per_second} events/s", wait
            )

    def envelope(self, head: Head, route: Intake, request_id: str, sent: int | None) -> Envelope:
        """What is known of a request, received now. When it was sent the body says, else perhaps its address."""
        if sent is None and route.tracker == "posthog" and (said := _SENT.search(head.target)):
            sent = int(said[1])
        return Envelope(
            tracker=route.tracker,
            received=time.time_ns() // 1_000_000,
            call=route.call,
            sent=sent,
            user_agent=asking.text(head.headers, "User-Agent"),
            request_id=request_id,
            site=self._site,
        )

    def _named(self, headers: asking.Headers, said: str) -> WriteKey | None:
        """The key that this `Authorization` names; a good one is remembered, since a tracker says the same each time."""
        key = self.known(asking.write_key(headers))
        if key is not None and len(said) <= LONGEST_REMEMBERED:
            if len(self._lately) >= REMEMBERED:
                self._lately.clear()
            self._lately[said] = key
        return key


def unacknowledged(why: str) -> TurnedAwayError:
    """Kafka has not got everything."""
    return TurnedAwayError(503, "unacknowledged", f"{why}: send it again, under the same ids", AGAIN_SECONDS)
