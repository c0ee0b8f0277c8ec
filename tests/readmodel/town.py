"""A small town of leads, scored by the real core, and its topics as Kafka would hold them: what tests of the read model share."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from intentflow.adapters.redis_client import Client
from intentflow.domain.change import rfc3339
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead, Unpublished
from intentflow.lane.changelog import headers_of_tombstone
from intentflow.lane.fetching import Fetched
from intentflow.lane.marks import Fence, Topic, encode_fence, encode_ledger, encode_model, encode_sources, ledger_key
from intentflow.model.load import read
from intentflow.readmodel.generations import FORMAT, Generations, Plan
from intentflow.readmodel.keys import Keys, Root
from intentflow.readmodel.projection import Before, Projection, touched_by
from intentflow.readmodel.queries import ReadModel
from intentflow.readmodel.store import Store
from intentflow.readmodel.writes import Writes
from intentflow.wire.changes import headers_of
from intentflow.wire.chunk import Scorer
from intentflow.wire.erasing import forget
from intentflow.wire.records import Ledger
from intentflow.wire.rejections import Rejection, collected_headers, rejection_headers
from intentflow.wire.rows import decode_row, encode_row, encode_stub
from intentflow.wire.topic_names import TopicNames

NOW = 1_780_000_000_000  # 2026-05-28
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
READING = read("retail")
FOLD = Fold(READING.model)
NAMES = TopicNames()


class Record(Struct, frozen=True):
    """A record of a topic."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Town:
    """One partition of the topics, as a worker with an epoch writes them."""

    def __init__(self, names: TopicNames = NAMES) -> None:
        self.names = names
        self.topics: dict[str, list[Record]] = {names.changelog: [], names.changes: [], names.rejections: []}
        self.scorer, self.epoch, self.now = Scorer(READING.model, sources=1), 1, NOW
        self.rows: dict[bytes, bytes] = {}
        self.ledger, self.clocks = Ledger(), Ledger()
        self._told = 0
        self.take(1)

    def take(self, epoch: int) -> None:
        """A worker takes the partition."""
        self.epoch = epoch
        self._write(*encode_fence(Fence(epoch, bytes(16))))
        self._write(b"\0sources", encode_sources(epoch, [Topic(self.names.events), Topic(self.names.control)]))
        self._write(b"\0model", encode_model(epoch, READING.model.hash, 0))

    def happens(self, key: str, at: int, **event: Any) -> None:
        """An event is scored, its rows and changes are written."""
        identity = {
            "lead_id" if key.startswith("l:") and "@" not in key else "email" if "@" in key else "visitor_id": key[2:]
        }
        said = {"event_id": f"e{self._told}", "occurred_at": rfc3339(at), **identity, **event}
        record = Record(self._told, at, key.encode(), msgspec.json.encode(said))
        self._told += 1
        folded = self.scorer.fold_events(self.rows, [record], source=0, partition=0, partitions=1)
        assert not folded.rejected, folded.rejected
        self.ledger.position += 1
        self.ledger.counted += folded.counted
        self._write(ledger_key(0), encode_ledger(self.epoch, self.ledger))
        for lead_key, lead, told in folded.leads:
            self.holds(lead_key, lead, told)

    def ticks(self) -> None:
        """A clock record is read from the control topic."""
        self.clocks.position += 1
        self.clocks.counted += 1
        self._write(ledger_key(1), encode_ledger(self.epoch, self.clocks))

    def holds(self, key: bytes, lead: Lead, told: Iterable[Unpublished] = ()) -> None:
        """A lead is as it is now, and has told something."""
        self.rows[key] = encode_row(self.epoch, lead)
        self._write(key, self.rows[key])
        for one in told:
            if one.to is None:
                self.tells(key, one.payload)

    def tells(self, key: bytes, payload: bytes) -> None:
        """A change is published."""
        self._append(self.names.changes, key, payload, tuple(headers_of(payload)))

    def signs_up(self, key: str, at: int) -> None:
        """What makes an mql of somebody."""
        self.happens(key, at, family="newsletter_signup", action="signup")
        self.happens(key, at + 1, family="newsletter_signup", action="confirm")

    def erases(self, key: str) -> None:
        """Of the lead a stub is left, and it tells its last change."""
        name, at = key.encode(), self.now
        stub, news = forget(FOLD, name, decode_row(self.rows[name]), at)
        self.rows[name] = encode_stub(self.epoch, stub)
        self._write(name, self.rows[name])
        for one in news:
            self.tells(name, msgspec.json.encode(one))

    def buries(self, key: str, epoch: int | None = None) -> None:
        """The stub goes as well."""
        headers = tuple(headers_of_tombstone(self.epoch if epoch is None else epoch))
        self._append(self.names.changelog, key.encode(), None, headers)
        self.rows.pop(key.encode(), None)

    def refuses(self, key: bytes | None, value: bytes | None, reason: str = "not_json", offset: int = 0) -> None:
        """A record is refused."""
        headers = rejection_headers(Rejection(reason, "mend it"), self.names.events, 0, offset, self.now)  # type: ignore[arg-type]
        self._append(self.names.rejections, key, value, tuple(headers))

    def is_refused_at_the_door(self, value: bytes, place: int) -> None:
        """The collector refuses this event of a request."""
        headers = collected_headers(Rejection("not_json", "mend it"), "r1", place, self.now)
        self._append(self.names.rejections, None, value, tuple(headers))

    def _write(self, key: bytes, value: bytes) -> None:
        self._append(self.names.changelog, key, value)

    def zombie(self, key: str, row: bytes, epoch: int) -> None:
        """A record of an owner that was fenced off."""
        self._write(key.encode(), epoch.to_bytes(4, "big") + row[4:])

    def _append(
        self, topic: str, key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes], ...] = ()
    ) -> None:
        self.now += 1
        records = self.topics[topic]
        records.append(Record(len(records), self.now, key, value, headers))


class Feeder:
    """Projects a town into Redis, a few records of each topic at a time."""

    def __init__(self, client: Client, town: Town, now: Callable[[], int] | None = None) -> None:
        self.client, self.town, self.names = client, town, town.names
        self.root, self.store = Root(self.names.app_id), Store(client, self.names.app_id)
        self.generations = Generations(client, self.root)
        self.now = now or (lambda: town.now)
        self.keys: Keys = self.root.generation(0)
        self.live = True

    async def begin(self, serves: bool = True) -> "Feeder":
        """A new generation."""
        self.keys = await self.generations.begin(Plan(FORMAT, {}, {}), self.now(), serves)
        await self.generations.finish(self.keys)
        return self

    async def positions(self) -> dict[tuple[str, int], int]:
        return await self.store.positions(self.keys)

    async def feed(self, step: int = 1000, topics: Sequence[str] = ()) -> list[Writes]:
        """Everything that Redis does not have yet."""
        done = []
        while batch := await self._batch(step, topics or tuple(self.town.topics)):
            done.append(await self.take(batch))
        return done

    async def _batch(self, step: int, topics: Sequence[str]) -> list[Fetched]:
        at, found = await self.positions(), []
        for topic in topics:
            first = at.get((topic, 0), 0)
            records = self.town.topics[topic][first : first + step]
            if records:
                found.append(Fetched(topic, 0, first, first + len(records), records))
        return found

    async def take(
        self, batch: list[Fetched], expected: dict[tuple[str, int], int | None] | None = None, serves: bool = True
    ) -> Writes:
        """One batch, as the projector writes it."""
        at = await self.positions()
        if expected is None:
            expected = {(part.topic, 0): at.get((part.topic, 0)) for part in batch}
        projection = Projection(FOLD, self.names, self.keys)

        def project(before: Before) -> Writes:
            return projection.of(batch, before, self.now(), self.live)

        return await self.store.take(self.keys, serves, batch, expected, touched_by(batch, self.names), project)

    @property
    def ask(self) -> ReadModel:
        """The read model's doors."""
        return ReadModel(self.client, self.names.app_id, READING, self.now)


async def digest(client: Client, keys: Keys) -> dict[str, Any]:
    """All that a generation holds, in a form that two of them can be compared in; without its rates, and stages that nobody stands in."""
    found: dict[str, Any] = {}
    async for name in client.scan_iter(match=f"{keys.prefix}:*".replace("{", "\\{"), count=1000):
        what = name.decode().removeprefix(keys.prefix)
        kind = (await client.type(name)).decode()
        if kind == "hash" and what not in (":meta", ":rates"):
            found[what] = {field: value for field, value in (await client.hgetall(name)).items() if value != b"0"}
        elif kind == "zset":
            found[what] = sorted(await client.zrange(name, 0, -1, withscores=True))
        elif kind == "stream":
            found[what] = [entry for _, entry in await client.xrange(name)]
        elif kind == "set" and what != ":shelves":
            found[what] = await client.smembers(name)
    return found
