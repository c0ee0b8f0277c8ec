"""What a batch of records does to Redis: collected first, then applied at once, or not at all."""

from collections import Counter

from intentflow.adapters.redis_client import Client
from intentflow.readmodel.erasures import Mark, encode_mark, mark_name
from intentflow.readmodel.keys import INDEXES, Index, Keys, Root
from intentflow.readmodel.standing import Standing
from intentflow.readmodel.told import KeptRefusal, Told, encode

FEED = 10_000  # changes that the feed keeps
REFUSALS = 1_000  # rejections that are kept
REFUSALS_KNOWN = 10_000  # ids of rejections, to drop repeats
HISTORY = 20  # changes that are kept of a lead


class Writes:
    """What is to be written, and what is to go."""

    def __init__(self) -> None:
        self.rows: dict[bytes, bytes] = {}
        self.gone: set[bytes] = set()  # leads that are no more
        self.marks: dict[bytes, Mark] = {}  # of leads that were erased; some have begun anew
        self.histories: dict[bytes, list[Told]] = {}
        self.feed: list[tuple[bytes, Told]] = []
        self.entered: Counter[str] = Counter()
        self.refused: list[KeptRefusal] = []
        self.reasons: Counter[str] = Counter()
        self.refused_from: Counter[str] = Counter()
        self.strange = 0  # records that are none of ours
        self.hashes: dict[str, dict[str | bytes, bytes | str | int]] = {}  # others: key -> field -> value
        self.rates: Counter[str] = Counter()
        self.shelves: set[int] = set()
        self._scores: dict[tuple[Index, int], dict[bytes, float]] = {}
        self._left: dict[int, set[bytes]] = {}  # shelf -> leads that stand there no more
        self._words: dict[
            str, tuple[set[bytes], set[bytes]]
        ] = {}  # names or companies -> those that come, those that go

    def moved(self, key: bytes, before: Standing | None, after: Standing | None) -> None:
        """A lead stands elsewhere now, or has other numbers; None: it is not shown."""
        if before is not None and (after is None or after.shelf != before.shelf):
            self._left.setdefault(before.shelf, set()).add(key)
        if after is not None:
            self.shelves.add(after.shelf)
            for index in INDEXES:
                self._scores.setdefault((index, after.shelf), {})[key] = after.numbers[index]
        self._word("names", key, before and before.name, after and after.name)
        self._word("companies", key, before and before.company, after and after.company)

    def _word(self, kind: str, key: bytes, before: bytes | None, after: bytes | None) -> None:
        if (before or b"") == (after or b""):
            return
        come, go = self._words.setdefault(kind, (set(), set()))
        if before:
            go.add(before + b"\0" + key)
        if after:
            come.add(after + b"\0" + key)

    def put(self, key: str, field: str | bytes, value: bytes | str | int) -> None:
        """A field of one of the small hashes."""
        self.hashes.setdefault(key, {})[field] = value

    def apply(self, pipe: Client, root: Root, keys: Keys) -> None:
        """Queue all of it."""
        self._leads(pipe, keys)
        self._changes(pipe, keys)
        self._refusals(pipe, keys)
        for second, count in self.rates.items():
            pipe.hincrby(keys.rates, second, count)
        if self.marks:
            pipe.hset(root.erased, mapping={mark_name(key): encode_mark(mark) for key, mark in self.marks.items()})
        for key, fields in self.hashes.items():
            pipe.hset(key, mapping=fields)

    def _leads(self, pipe: Client, keys: Keys) -> None:
        if self.rows:
            pipe.hset(keys.rows, mapping=self.rows)
        if self.gone:
            pipe.hdel(keys.rows, *self.gone)
        for shelf, members in self._left.items():
            for index in INDEXES:
                pipe.zrem(keys.by(index, shelf), *members)
        for (index, shelf), scores in self._scores.items():
            pipe.zadd(keys.by(index, shelf), scores)
        if self.shelves:
            pipe.sadd(keys.shelves, *self.shelves)
        for kind, (come, go) in self._words.items():
            name = keys.names if kind == "names" else keys.companies
            if go:
                pipe.zrem(name, *go)
            if come:
                pipe.zadd(name, dict.fromkeys(come, 0.0))

    def _changes(self, pipe: Client, keys: Keys) -> None:
        if nothing := [key for key, history in self.histories.items() if not history]:
            pipe.hdel(keys.told, *nothing)
        told = {key: encode(history[-HISTORY:]) for key, history in self.histories.items() if history}
        if told:
            pipe.hset(keys.told, mapping=told)
        for _, one in self.feed:
            pipe.xadd(keys.feed, {b"c": encode(one)}, maxlen=FEED, approximate=True)
        for field, count in self.entered.items():
            if count:
                pipe.hincrby(keys.entered, field, count)

    def _refusals(self, pipe: Client, keys: Keys) -> None:
        for one in self.refused:
            pipe.xadd(keys.refused, {b"r": encode(one)}, maxlen=REFUSALS, approximate=True)
        if self.refused:
            pipe.zadd(keys.refusals, {one.id: one.at for one in self.refused})
            pipe.zremrangebyrank(keys.refusals, 0, -REFUSALS_KNOWN - 1)
        for reason, count in self.reasons.items():
            pipe.hincrby(keys.reasons, reason, count)
        for source, count in self.refused_from.items():
            pipe.hincrby(keys.refused_from, source, count)
