"""Reads one partition number of all topics of an app into a `Snapshot`, in the order that makes it one.

First what is committed: all of it is durable and published. Then the changelog to its end, whose books say how far the sources
are counted. Then the sources up to there, and last the changes and rejections. So a worker may go on meanwhile: what it does after the
first step lies behind the committed offsets and is known as such.
"""

from collections.abc import Callable, Set
from typing import Any

from intentflow.adapters.offsets import Offsets
from intentflow.adapters.partition_records import PartitionRecords
from intentflow.errors import ConfigError
from intentflow.verify.log import LeadLog
from intentflow.verify.mail import Mail
from intentflow.verify.snapshot import Headers, Published, Refused, Snapshot, Told
from intentflow.wire.topic_names import TopicNames


class Gatherer:
    """Gathers partitions of one app. `follow`: of which leads the history is kept; `read` is told of records as they come."""

    def __init__(
        self,
        offsets: Offsets,
        reader: PartitionRecords,
        names: TopicNames,
        partitions: int,
        follow: Callable[[bytes], bool],
        read: Callable[[int], None],
    ) -> None:
        self.offsets, self.reader, self.names, self.partitions = offsets, reader, names, partitions
        self.follow, self.read = follow, read

    async def mail(self) -> Mail:
        """What leads told each other, on all partitions, as it is now. None of it if the app has no identities topic."""
        names, mail = self.names, Mail(self.names.identities, self.partitions)
        mail.committed = await self.offsets.committed(names.app_id)
        if names.identities not in await self.reader.topics():
            return mail
        for number in range(self.partitions):
            firsts, ends = await self.reader.bounds([names.identities], number)
            _require_all(firsts)
            mail.ends[number] = ends[names.identities, number]
            async for records in self.reader.read(names.identities, number, mail.ends[number]):
                mail.take(number, records)
        return mail

    async def moved(self, mail: Mail) -> bool:
        """Whether leads have told each other more since then."""
        for number, end in mail.ends.items():
            _, ends = await self.reader.bounds([self.names.identities], number)
            if ends[self.names.identities, number] != end:
                return True
        return False

    async def gather(self, number: int, only: bytes | None = None, among: Set[bytes] | None = None) -> Snapshot:
        """The partition as it is now; of one lead alone if `only` is given, or of some.

        Raises `ConfigError` if nobody has taken it yet, or if a topic no longer begins with its first record.
        """
        names = self.names
        committed = await self.offsets.committed(names.app_id)
        _, before = await self.reader.bounds([names.changelog], number)
        log = LeadLog(self.follow)
        async for records in self.reader.read(names.changelog, number, before[names.changelog, number]):
            log.feed(records)
        topics = [topic.name for topic in log.sources()]
        if not topics:
            raise ConfigError(
                f"{names.changelog}-{number} has no record of its sources: has a worker run with this app id?"
            )
        firsts, ends = await self.reader.bounds([*topics, names.changes, names.rejections], number)
        _require_all(firsts)
        snapshot = Snapshot(
            partition=number, partitions=self.partitions, names=names, log=log,
            committed={topic: committed[topic, number] for topic in topics if (topic, number) in committed},
            ends={topic: ends[topic, number] for topic in topics},
            records={}, control=[], changes={}, rejections=[], only=only,
        )  # fmt: skip
        wanted = {only} if only is not None else among
        for source, topic in enumerate(topics):
            await self._source(snapshot, source, topic, wanted)
        await self._outputs(snapshot, wanted)
        _, after = await self.reader.bounds([names.changelog, *topics], number)
        now = {topic: after[topic, number] for topic in topics}
        snapshot.moved = now != snapshot.ends or after[names.changelog, number] != before[names.changelog, number]
        return snapshot

    async def _source(self, snapshot: Snapshot, source: int, topic: str, wanted: Set[bytes] | None) -> None:
        """The records of a source that are in its books."""
        position = min(snapshot.log.counted_at.get(source, (0, 0))[0], snapshot.ends[topic])
        async for records in self.reader.read(topic, snapshot.partition, position):
            self.read(len(records))
            for record in records:
                key = record.key or b""
                if topic == self.names.control:
                    snapshot.control.append(_told(source, record, record.key))
                elif wanted is None or key in wanted:
                    group = snapshot.records.get(key)
                    if group is None:
                        group = snapshot.records[key] = []
                    same = group[0].key if group and group[0].key == record.key else record.key  # one object for all
                    group.append(_told(source, record, same))

    async def _outputs(self, snapshot: Snapshot, wanted: Set[bytes] | None) -> None:
        number, names = snapshot.partition, self.names
        outputs = [(names.changes, snapshot.changes), (names.cart_notices, snapshot.notices)]
        there = await self.reader.topics()  # an app of an earlier version has told no notices
        outputs = [(topic, told) for topic, told in outputs if topic in there]
        _, ends = await self.reader.bounds([*(topic for topic, _ in outputs), names.rejections], number)
        for topic, told in outputs:
            async for records in self.reader.read(topic, number, ends[topic, number]):
                for record in records:
                    key, name = record.key or b"", _header(record.headers, "ce_id")
                    if wanted is None or key in wanted:
                        one = Published(record.offset, name, record.value or b"", record.headers)
                        told.setdefault(key, []).append(one)
        async for records in self.reader.read(names.rejections, number, ends[names.rejections, number]):
            snapshot.rejections += [_refused(record) for record in records if wanted is None or record.key in wanted]


def _require_all(firsts: dict[tuple[str, int], int]) -> None:
    for (topic, number), first in firsts.items():
        if first:
            raise ConfigError(
                f"{topic}-{number} begins at offset {first}: what was before has expired (retention), and a fold that begins in the middle "
                "proves nothing. Keep what is to be verified (retention.ms), or verify an app that began anew"
            )


def _told(source: int, record: Any, key: bytes | None) -> Told:
    return Told(source, record.offset, record.timestamp, key, record.value, record.headers)


def _refused(record: Any) -> Refused:
    headers: Headers = record.headers
    offset = _header(headers, "source_offset")
    return Refused(
        record.offset, _header(headers, "rejection_id"), _header(headers, "source_topic"), int(offset) if offset.isdigit() else -1,
        _header(headers, "reason"), record.key, record.value, bool(_header(headers, "cut")),
    )  # fmt: skip


def _header(headers: Headers, name: str) -> str:
    """A header's text; empty if it isn't there."""
    return next((value.decode(errors="replace") for key, value in headers if key == name), "")
