"""Reads one partition number of all topics of an app into a `Snapshot`, in the order that makes it one.

First what is committed: all of it is durable and published. Then the changelog to its end, whose books say how far the sources
are counted. Then the sources up to there, and last the changes and rejections. So a worker may go on meanwhile: what it does after the
first step lies behind the committed offsets and is known as such.

A large partition is read several times, a share of its leads each time, so that memory holds one share. Each time it is read between
the same bounds.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from intentflow.adapters.offsets import Offsets, Places
from intentflow.adapters.partition_records import PartitionRecords
from intentflow.errors import ConfigError
from intentflow.verify.log import LeadLog, everybody
from intentflow.verify.mail import Mail
from intentflow.verify.snapshot import Headers, Published, Refused, Snapshot, Told
from intentflow.wire.topic_names import TopicNames


class Bounds(Struct):
    """Up to where a partition is read, however often."""

    number: int
    committed: Places
    log_end: int  # of the changelog
    ends: Places = {}  # of sources and outputs; empty until it was read once
    purged_to: int = 0  # where the rejections begin


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
        return bool(mail.ends) and await self.reader.ends(self.names.identities, self.partitions) != mail.ends

    async def bounds(self, number: int) -> Bounds:
        """What is committed of a partition now, and then where its changelog ends."""
        committed = await self.offsets.committed(self.names.app_id)
        _, ends = await self.reader.bounds([self.names.changelog], number)
        return Bounds(number, committed, ends[self.names.changelog, number])

    async def gather(
        self, bounds: Bounds, wants: Callable[[bytes], bool] = everybody, only: bytes | None = None
    ) -> Snapshot:
        """The partition as it was when the bounds were taken; `wants`: of these leads alone, `only`: of one.

        Raises `ConfigError` if nobody has taken it yet, or if a topic no longer begins with its first record.
        """
        names, number = self.names, bounds.number
        wants = wants if only is None else only.__eq__
        log = LeadLog(self.follow, wants)
        async for records in self.reader.read(names.changelog, number, bounds.log_end):
            log.feed(records)
        topics = [topic.name for topic in log.sources()]
        if not topics:
            raise ConfigError(
                f"{names.changelog}-{number} has no record of its sources: has a worker run with this app id?"
            )
        if not bounds.ends:
            bounds.ends = await self._ends(topics, bounds)
        snapshot = Snapshot(
            partition=number, partitions=self.partitions, names=names, log=log,
            committed={topic: bounds.committed[topic, number] for topic in topics if (topic, number) in bounds.committed},
            ends={topic: bounds.ends[topic, number] for topic in topics},
            records={}, control=[], changes={}, rejections=[], only=only, wants=wants, purged=bounds.purged_to > 0,
        )  # fmt: skip
        for source, topic in enumerate(topics):
            await self._source(snapshot, source, topic)
        if snapshot.purged and not snapshot.erasures():
            raise _incomplete(names.rejections, number, bounds.purged_to)
        await self._outputs(snapshot, bounds.ends)
        _, after = await self.reader.bounds([names.changelog, *topics], number)
        now = {topic: after[topic, number] for topic in topics}
        snapshot.moved = now != snapshot.ends or after[names.changelog, number] != bounds.log_end
        return snapshot

    async def _ends(self, topics: list[str], bounds: Bounds) -> Places:
        """Where the sources and what they became end now; all but the rejections must begin with their first record."""
        names, number, there = self.names, bounds.number, await self.reader.topics()
        firsts, ends = await self.reader.bounds([*topics, names.changes, names.rejections], number)
        bounds.purged_to = firsts.pop((names.rejections, number))
        _require_all(firsts)
        if names.cart_notices in there:  # an app of an earlier version has told none
            _, notices = await self.reader.bounds([names.cart_notices], number)
            ends |= notices
        return ends

    async def _source(self, snapshot: Snapshot, source: int, topic: str) -> None:
        """The records of a source that are in its books."""
        position = min(snapshot.log.counted_at.get(source, (0, 0))[0], snapshot.ends[topic])
        async for records in self.reader.read(topic, snapshot.partition, position):
            self.read(len(records))
            for record in records:
                key = record.key or b""
                if topic == self.names.control:
                    snapshot.control.append(_told(source, record, record.key))
                elif snapshot.wants(key):
                    group = snapshot.records.get(key)
                    if group is None:
                        group = snapshot.records[key] = []
                    same = group[0].key if group and group[0].key == record.key else record.key  # one object for all
                    group.append(_told(source, record, same))

    async def _outputs(self, snapshot: Snapshot, ends: Places) -> None:
        number, names, wants = snapshot.partition, self.names, snapshot.wants
        for topic, told in ((names.changes, snapshot.changes), (names.cart_notices, snapshot.notices)):
            async for records in self.reader.read(topic, number, ends.get((topic, number), 0)):
                for record in records:
                    key, name = record.key or b"", _header(record.headers, "ce_id")
                    if wants(key):
                        one = Published(record.offset, name, record.value or b"", record.headers)
                        told.setdefault(key, []).append(one)
        async for records in self.reader.read(names.rejections, number, ends[names.rejections, number]):
            snapshot.rejections += [_refused(record) for record in records if wants(record.key or b"")]


def _require_all(firsts: Places) -> None:
    for (topic, number), first in firsts.items():
        if first:
            raise _incomplete(topic, number, first)


def _incomplete(topic: str, number: int, first: int) -> ConfigError:
    return ConfigError(
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
