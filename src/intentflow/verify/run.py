"""A verification of a whole app: partition by partition, so that memory holds one of them."""

import time
from collections.abc import AsyncIterator, Callable
from itertools import chain
from zlib import crc32

from msgspec import Struct

from intentflow.adapters.offsets import Offsets
from intentflow.adapters.partition_records import PartitionRecords
from intentflow.domain.fold import Fold
from intentflow.domain.rules import ScoringModel
from intentflow.errors import ConfigError
from intentflow.lane.reader import ChangelogReader
from intentflow.servers import Kafka
from intentflow.verify.books import Rejections
from intentflow.verify.findings import Checked, Difference, Report
from intentflow.verify.gather import Bounds, Gatherer
from intentflow.verify.histories import by_partition, learn
from intentflow.verify.log import everybody
from intentflow.verify.partition import LONGEST, Judged, Options, PartitionJudge, Post, judge_of
from intentflow.verify.same import require_no_other
from intentflow.verify.snapshot import Snapshot
from intentflow.verify.tied import TiedJudge
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.topic_names import TopicNames

ALL_PATHS = 100_000  # records of all sources: up to here every path is walked, beyond it a sample of leads
SHARES = 1 << 32  # of what CRC-32 gives
AT_ONCE = 100_000  # records of one partition that are read into memory at once; of more, one share of the leads after the other
LEARNT_AT_ONCE = 20_000  # leads that became part of others, whose records are in memory at once

Progress = Callable[[str, int, int], None]  # what is done, records done of it, records in all


class Wish(Struct, frozen=True):
    """What is to be verified, and how thoroughly."""

    path: str = "sample"  # all, sample or none
    seed: int = 1
    partition: int | None = None
    lead: bytes | None = None  # a key
    until: int | None = None
    settled: bool = False
    show: int = 20  # differences that are told in full
    longest: int = LONGEST  # events of a lead whose path is walked, unless all are
    at_once: int = AT_ONCE
    learnt_at_once: int = LEARNT_AT_ONCE


class Verifier:
    """Verifies an app against a model. Everything is read from the topics; nothing is written, no group is joined."""

    def __init__(self, kafka: Kafka, names: TopicNames, model: ScoringModel, progress: Progress) -> None:
        self.kafka, self.names, self.fold, self.progress = kafka, names, Fold(model), progress

    async def run(self, wish: Wish) -> Report:
        """All that was asked for, judged.

        Raises `ConfigError` if the app is not there or not as the model says, `ServerMissingError` if Kafka isn't.
        """
        began, model = time.monotonic(), self.fold.model
        report = Report(model=f"{model.name} {model.version} ({model.hash[:12]})", seed=wish.seed)
        async with Offsets(self.kafka) as offsets, PartitionRecords(self.kafka) as reader:
            partitions = await self._partitions()
            numbers = _numbers(wish, partitions)
            counted = await self._records(offsets, numbers)
            report.sampled = share(wish, sum(counted.values()))
            walks = sampler(wish, report.sampled)
            post = await self._post(Gatherer(offsets, reader, self.names, partitions, lambda _: False, lambda _: None))
            gatherer = Gatherer(
                offsets, reader, self.names, partitions, lambda key: key in post.mail.tied or walks(key), lambda _: None
            )
            await self._learn(gatherer, post, wish)
            for number in numbers:
                await self._partition(gatherer, post, number, walks, wish, report, counted[number])
            self._close(post, partitions, wish, report)
        report.seconds = time.monotonic() - began
        return report

    async def _partitions(self) -> int:
        async with ChangelogReader(self.kafka, self.names.changelog) as log:
            numbers = await log.partitions()
        if not numbers:
            raise ConfigError(
                f"{self.kafka}: no topic {self.names.changelog}: has the worker run? Is INTENTFLOW_APP_ID (or --app-id) its app id?"
            )
        return len(numbers)

    async def _records(self, offsets: Offsets, numbers: list[int]) -> dict[int, int]:
        """How many records are to be judged, about: what is committed, by partition."""
        committed = await offsets.committed(self.names.app_id)
        found = dict.fromkeys(numbers, 0)
        for (_, number), offset in committed.items():
            if number in found:
                found[number] += offset
        return found

    async def _post(self, gatherer: Gatherer) -> Post:
        self.progress("what leads told each other", 0, 0)
        return Post.of(await gatherer.mail())

    async def _learn(self, gatherer: Gatherer, post: Post, wish: Wish) -> None:
        """What those leads were that sent their states, as far as it matters to what is to be judged."""
        wanted = set(post.mail.senders) if wish.lead is None else post.mail.needed(wish.lead)
        senders = [key for key in post.mail.senders if key in wanted]  # whoever sent to another comes before that one
        for at in range(0, len(senders), wish.learnt_at_once):
            await self._learn_some(gatherer, post, senders[at : at + wish.learnt_at_once])

    async def _learn_some(self, gatherer: Gatherer, post: Post, senders: list[bytes]) -> None:
        mail, judges = post.mail, dict[int, TiedJudge]()
        for number, keys in sorted(by_partition(senders, mail.partitions).items()):
            self.progress(f"partition {number}: leads that became part of others", len(judges), mail.partitions)
            snapshot = await gatherer.gather(await gatherer.bounds(number), keys.__contains__)
            too_late = Rejections(snapshot).too_late
            judges[number] = judge_of(snapshot, self.fold, Options(), Checked(), False, too_late, post)
        learn(mail, judges, senders)

    def _close(self, post: Post, partitions: int, wish: Wish, report: Report) -> None:
        """What holds over all partitions, if all were judged and are settled."""
        mail, topic = post.mail, self.names.identities
        if wish.lead is None:
            report.checked.repeats += mail.repeats
            report.found(mail.wrong, wish.show)
        if report.checked.settled == partitions and not mail.moved:
            report.found(post.balance.differs(topic), wish.show)
        if wish.settled and mail.moved:
            moved = Difference("not_settled", topic, 0, None, None, "leads told each other more while this was read")
            report.found([moved], wish.show)

    async def _partition(
        self,
        gatherer: Gatherer,
        post: Post,
        number: int,
        walks: Callable[[bytes], bool],
        wish: Wish,
        report: Report,
        records: int,
    ) -> None:
        """One partition, so many of its leads at once as `wish.at_once` allows."""
        longest = wish.longest if wish.path == "sample" else 1 << 62
        judge = PartitionJudge(self.fold, Options(wish.settled, wish.until, longest, walks), report.checked, post)
        bounds = await gatherer.bounds(number)
        shares = 1 if wish.lead is not None else max(1, -(-records // wish.at_once))
        for n in range(shares):
            where = f"partition {number}" if shares == 1 else f"partition {number}, share {n + 1} of {shares}"
            gatherer.read = Steps(self.progress, f"{where}: reading", records)
            judged = Steps(self.progress, f"{where}: judging", records // shares)
            async for one in self._share(gatherer, post, judge, bounds, (n, shares), wish):
                report.found(one.differences, wish.show)
                judged(one.records)

    async def _share(
        self,
        gatherer: Gatherer,
        post: Post,
        judge: PartitionJudge,
        bounds: Bounds,
        which: tuple[int, int],
        wish: Wish,
    ) -> AsyncIterator[Judged]:
        """One share of a partition's leads, which is forgotten before the next is read; with the last the partition's books."""
        number, shares = which
        snapshot = await gatherer.gather(bounds, share_of(number, shares), wish.lead)
        require_no_other(self.fold.model, snapshot)
        _require_lead(wish, snapshot)
        post.mail.moved = post.mail.moved or await gatherer.moved(post.mail)
        for one in chain(judge.leads(snapshot), judge.close(snapshot) if number + 1 == shares else ()):
            yield one


class Steps:
    """Tells how far something is."""

    def __init__(self, progress: Progress, what: str, total: int) -> None:
        self.progress, self.what, self.total, self.done = progress, what, total, 0

    def __call__(self, more: int) -> None:
        self.done += more
        self.progress(self.what, self.done, self.total)


def _numbers(wish: Wish, partitions: int) -> list[int]:
    if wish.lead is not None:
        return [partition_of(wish.lead, partitions)]
    if wish.partition is None:
        return list(range(partitions))
    if not 0 <= wish.partition < partitions:
        raise ConfigError(f"--partition {wish.partition}: the app has partitions 0 to {partitions - 1}")
    return [wish.partition]


def _require_lead(wish: Wish, snapshot: Snapshot) -> None:
    if wish.lead is not None and not (snapshot.records or snapshot.changes or wish.lead in snapshot.log.rows):
        where = f"{snapshot.names.changelog}-{snapshot.partition}"
        raise ConfigError(f"--lead {wish.lead.decode(errors='replace')}: no such lead in {where}")


def share_of(number: int, shares: int) -> Callable[[bytes], bool]:
    """Whether a lead is in this share of all leads."""
    return everybody if shares == 1 else lambda key: crc32(key) % shares == number


def share(wish: Wish, records: int) -> float:
    """Of which share of the leads the path is walked."""
    if wish.path == "none":
        return 0.0
    return 1.0 if wish.path == "all" or wish.lead is not None else min(1.0, ALL_PATHS / max(1, records))


def sampler(wish: Wish, sampled: float) -> Callable[[bytes], bool]:
    """Whether a lead is in the sample: the same leads for the same seed, whatever else is there."""
    begin, below = crc32(str(wish.seed).encode()), int(sampled * SHARES)
    return lambda key: crc32(key, begin) < below
