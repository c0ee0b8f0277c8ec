"""What the rig sends: events from a seed, with everything wrong that trackers get wrong, and the thread that sends them.

Half of all events are one lead's; one in ten is sent twice, one in twenty is poison; times are shuffled within six hours (those of
the one lead within a minute: of so many a lead remembers 64), and some lie beyond the horizon. Some are people
with several ids (`ties.py`). Times count from a fixed day, so the same seed gives the same bytes for ever.
"""

import asyncio
import random
import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from intentflow.adapters.producing import BatchProducer
from intentflow.domain.event import key_of
from intentflow.errors import IntentflowError
from intentflow.wire.events import decode
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rejections import Rejection
from tests.faults import ties

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=1)  # between two events: days pass within a run
SHUFFLED, SHUFFLED_HOT = 6 * 3600.0, 60.0  # seconds that an event may be late, as a matter of course
BEYOND = 8 * 86_400.0, 20 * 86_400.0  # seconds: over the horizon of seven days
HOT, TWICE, POISON, TOO_LATE = 0.5, 0.1, 0.05, 0.01  # of all records
TIED = 0.15  # of all records: of people with several ids
REMEMBERED = 50  # records that may be sent again
END = BEGIN + timedelta(days=365)  # behind all events: the time that passes in the end
BURST = 400  # records between two looks at what is allowed
KINDS: tuple[dict[str, Any], ...] = (
    {"family": "website_visit", "action": "view"}, {"family": "website_visit", "action": "demo"},
    {"family": "landing_page", "action": "land", "campaign": {"name": "spring"}}, {"family": "cart", "action": "add", "cart_id": "c1"},
    {"family": "cart", "action": "shipping_quote", "cart_id": "c1"}, {"family": "cart", "action": "purchase", "cart_id": "c1"},
    {"family": "newsletter_signup", "action": "signup"}, {"family": "newsletter_signup", "action": "confirm"},
    {"family": "newsletter_signup", "action": "unsubscribe"},
)  # fmt: skip
WEIGHTS = (40, 3, 12, 12, 6, 3, 9, 9, 6)
URLS = ("https://shop.example/", "https://shop.example/products/7", "https://shop.example/pricing")
POISONS: tuple[Callable[[bytes], tuple[bytes | None, bytes | None]], ...] = (
    lambda key: (key, b'{"family": "website_visit", "n": '),
    lambda key: (key, b"\xff\xfe\x00broken"),
    lambda key: (None, b'{"family": "cart"}'),
    lambda key: (key, None),
    lambda key: (key, b"[" * 5000),
    lambda key: (key, b'{"family": "page_leave", "event_id": "x", "occurred_at": "2026-03-01T00:00:00Z"}'),
    lambda key: (key, b'{"family": "cart", "action": "add", "event_id": "x", "lead_id": 7, "occurred_at": 1}'),
    lambda key: (key, b'{"family": "cart", "value": {"amount": 1e999, "currency": "EUR"}}'),
    lambda key: (b"l:somebody-else", b'{"family":"website_visit","event_id":"m","lead_id":"x","occurred_at":"2026-03-01T00:00:00Z"}'),
    lambda key: (key, b'{"event_id": "' + b"9" * 5000 + b'"}'),
)  # fmt: skip


class Sending(NamedTuple):
    """One record."""

    partition: int
    key: bytes | None
    value: bytes | None
    timestamp: int  # epoch milliseconds


def sendings(seed: int, partitions: int, leads: int = 3000) -> Iterator[Sending]:
    """For ever; the same seed gives the same."""
    chance, last = random.Random(seed), deque[Sending](maxlen=REMEMBERED)
    encode, n, people = msgspec.json.Encoder().encode, 0, ties.records(chance, KINDS, WEIGHTS)
    while True:
        n += 1
        at = BEGIN + n * STEP
        received = int(at.timestamp() * 1000)
        luck = chance.random()
        if luck < TWICE and last:
            yield chance.choice(last)._replace(timestamp=received)
            continue
        if luck > 1 - TIED:
            yield _tied(last, {"event_id": f"{seed}-{n}", "occurred_at": at, **next(people)}, partitions, received)
            continue
        lead = "hot" if chance.random() < HOT else f"lead-{min(leads, int(chance.paretovariate(0.5)))}"
        key = b"l:" + lead.encode()
        if luck < TWICE + POISON:
            told, value = POISONS[chance.randrange(len(POISONS))](key)
            yield Sending(partition_of(told or key, partitions), told, value, received)
            continue
        late = chance.random() * (SHUFFLED_HOT if lead == "hot" else SHUFFLED)
        if chance.random() < TOO_LATE:
            late = chance.uniform(*BEYOND)
        event = {
            "event_id": f"{seed}-{n}", "lead_id": lead, "occurred_at": at - timedelta(seconds=late),
            "page": {"url": URLS[n % 3]}, **chance.choices(KINDS, WEIGHTS)[0],
        }  # fmt: skip
        sending = Sending(partition_of(key, partitions), key, encode(event), received)
        last.append(sending)
        yield sending


def _tied(last: deque[Sending], fields: dict[str, Any], partitions: int, received: int) -> Sending:
    """The next record of somebody with several ids."""
    fields.setdefault("page", {"url": URLS[0]})
    value = msgspec.json.encode(fields)
    record = decode(value)
    assert not isinstance(record, Rejection), record
    key = key_of(record)
    sending = Sending(partition_of(key, partitions), key, value, received)
    last.append(sending)
    return sending


class Feeder(threading.Thread):
    """Sends the first `total` records of a seed, never more than are `allowed`; a broker that goes away is waited for."""

    def __init__(self, bootstrap: str, topic: str, partitions: int, seed: int, total: int) -> None:
        super().__init__(daemon=True)
        self.total, self.sent, self.allowed = total, 0, 0
        self.again = 0  # producers that failed; what they may not have written was sent once more
        self.failure: BaseException | None = None
        self._server, self._topic = bootstrap, topic
        self._sendings = sendings(seed, partitions)
        self._unsure: list[Sending] = []
        self._over = False

    def run(self) -> None:
        """Until all is sent or `stop` is called."""
        try:
            asyncio.run(self._feed())
        except BaseException as error:  # noqa: BLE001 - told by `done`, in the thread that waits
            self.failure = error

    def stop(self) -> None:
        """No more records than those that are there."""
        self._over = True
        if self.is_alive():
            self.join(120)

    @property
    def done(self) -> bool:
        """Whether all is sent. Raises what went wrong."""
        if self.failure is not None:
            raise self.failure
        return not self.is_alive()

    async def _feed(self) -> None:
        while not self._over and self.sent < self.total:
            try:
                async with BatchProducer(self._server) as producer:
                    await self._send(producer)
            except IntentflowError:
                self.again += 1
                await asyncio.sleep(0.5)

    async def _send(self, producer: BatchProducer) -> None:
        while not self._over and self.sent < self.total:
            count = min(BURST, self.total - self.sent, self.allowed - self.sent)
            if count <= 0 and not self._unsure:
                await asyncio.sleep(0.02)
                continue
            self._unsure = self._unsure or [next(self._sendings) for _ in range(count)]
            for partition, key, value, timestamp in self._unsure:
                await producer.add(self._topic, partition, key, value, timestamp)
            await producer.flush()
            self.sent += len(self._unsure)
            self._unsure = []
