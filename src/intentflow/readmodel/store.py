"""The projector's hold on Redis: which generation serves, how far each has come, and a batch written whole or not at all.

Every batch is one transaction that also moves the positions, and is taken only where the one before it ended (`WATCH`, then compare). So
whatever happened to Redis in between (flushed, restarted with a second missing, written by somebody else) is noticed before anything is
written, and a batch can be given again at any time.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from redis.exceptions import WatchError

from intentflow.adapters.redis_client import Client
from intentflow.lane.fetching import Fetched
from intentflow.lane.follower import Place
from intentflow.readmodel.erasures import decode_mark, mark_name
from intentflow.readmodel.keys import Keys, Root
from intentflow.readmodel.projection import Before, Touched
from intentflow.readmodel.streams import Rest, without
from intentflow.readmodel.told import decode_history, decode_refused, decode_told
from intentflow.readmodel.writes import Writes

ROWS = "rows"  # among the positions: how many rows there are


class MovedError(Exception):
    """Redis is not where we left it: look where it stands, and go on from there. Nothing was written."""


class Store:
    """One app's read model in a Redis."""

    def __init__(self, redis: Client, app_id: str) -> None:
        self.redis, self.root = redis, Root(app_id)

    async def positions(self, keys: Keys) -> dict[Place, int]:
        """How far a generation has come."""
        found = await self.redis.hgetall(keys.positions)
        places = ((name.decode().rpartition("/"), int(at)) for name, at in found.items())
        return {(topic, int(number)): at for (topic, _, number), at in places if topic not in ("", "epoch")}

    async def serves(self, keys: Keys) -> bool:
        """Whether it is the one that serves, and whole."""
        return bool(await self.redis.get(self.root.current) == str(keys.number).encode() and await self.is_whole(keys))

    async def is_whole(self, keys: Keys) -> bool:
        """Whether it has as many rows as were written: nobody deleted or evicted them."""
        count, written = await self.redis.hlen(keys.rows), await self.redis.hget(keys.positions, ROWS)
        return bool(count == int(written or 0))

    async def stands_at(self, keys: Keys, expected: Mapping[Place, int | None]) -> bool:
        """Whether it is whole, and as far as it was written."""
        at = await self.positions(keys)
        return await self.is_whole(keys) and at == {place: end for place, end in expected.items() if end is not None}

    async def take(
        self,
        keys: Keys,
        serves: bool,
        batch: Sequence[Fetched],
        expected: Mapping[Place, int | None],
        touched: Touched,
        project: Callable[[Before], Writes],
    ) -> Writes:
        """What the batch says is written, and the positions moved. Raises `MovedError`, and what Redis raises."""
        async with self.redis.pipeline(transaction=True) as pipe:
            await pipe.watch(self.root.current, keys.positions)
            before, count = await self._before(keys, serves, batch, expected, touched)
            writes = project(before)
            fresh = len(writes.rows.keys() - before.rows.keys()) - len(writes.gone & before.rows.keys())
            writes.put(keys.positions, ROWS, count + fresh)
            purged = await self._purged(keys, writes)
            pipe.multi()
            for rest in purged:
                rest.write(pipe)
            writes.apply(pipe, self.root, keys)
            try:
                await pipe.execute()
            except WatchError as error:
                raise MovedError from error
            return writes

    async def _before(
        self,
        keys: Keys,
        serves: bool,
        batch: Sequence[Fetched],
        expected: Mapping[Place, int | None],
        touched: Touched,
    ) -> tuple[Before, int]:
        """What Redis holds of what a batch touches, and how many rows. Raises `MovedError` if it is not where we left it."""
        leads, told = sorted(touched.leads), sorted(touched.told)
        named, refusals = sorted(touched.told | touched.named), sorted(touched.refusals)
        partitions, places = sorted(touched.partitions), [(part.topic, part.partition) for part in batch]
        pipe = self.redis.pipeline(transaction=False)
        pipe.get(self.root.current)
        pipe.hlen(keys.rows)
        pipe.hmget(keys.positions, [ROWS, *(f"{topic}/{number}" for topic, number in places)])
        pipe.hgetall(keys.ledgers)
        pipe.hget(keys.meta, "sources")
        _ask(pipe.hmget, keys.positions, [f"epoch/{number}" for number in partitions])
        _ask(pipe.hmget, keys.rows, leads)
        _ask(pipe.hmget, keys.told, told)
        _ask(pipe.hmget, self.root.erased, [mark_name(key) for key in named])
        _ask(pipe.zmscore, keys.refusals, refusals)
        current, count, (rows, *at), ledgers, sources, epochs, held, histories, marks, scores = await pipe.execute()
        stands = [None if one is None else int(one) for one in at] == [expected[place] for place in places]
        if not stands or int(rows or 0) != count or (serves and current != str(keys.number).encode()):
            raise MovedError
        return Before(
            rows={key: row for key, row in zip(leads, held, strict=False) if row is not None},
            histories={k: decode_history(v) for k, v in zip(told, histories, strict=False) if v is not None},
            marks={key: decode_mark(mark) for key, mark in zip(named, marks, strict=False) if mark is not None},
            refusals={one for one, score in zip(refusals, scores, strict=False) if score is not None},
            epochs={number: int(epoch or 0) for number, epoch in zip(partitions, epochs, strict=False)},
            ledgers={field.decode(): row for field, row in ledgers.items()},
            sources=sources,
        ), count

    async def _purged(self, keys: Keys, writes: Writes) -> list[Rest]:
        """The feed and the rejections without the entries that are of erased leads, if there are any."""
        if not writes.marks:
            return []
        marks = {key.decode(): mark for key, mark in writes.marks.items()}

        def of_erased(fields: dict[bytes, bytes]) -> bool:
            one = decode_told(fields[b"c"])
            return one.lead in marks and marks[one.lead].covers(one.published, one.sequence)

        feed = await without(self.redis, keys.feed, of_erased)
        refused = await without(
            self.redis, keys.refused, lambda fields: decode_refused(fields[b"r"]).key in writes.marks
        )
        return [rest for rest in (feed, refused) if rest is not None]


def _ask(question: Callable[..., Any], key: str, fields: Sequence[Any]) -> None:
    """A question about some fields; about none Redis may not be asked, so about one that is never there: its answer is left over."""
    question(key, fields or [b"\0nothing"])
