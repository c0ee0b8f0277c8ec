"""The receipt of an erasure: what was done, where, and what stays until when.

It can be kept for years, so it names nobody: ids are digests. Who knows an id can find out that it is meant, and nobody else; of an e-mail
address that somebody guesses that is true too, so a receipt is still personal data, if little of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

from msgspec import Struct

from intentflow.adapters.topics import Found
from intentflow.domain.change import rfc3339
from intentflow.operate.forgetting import Erased
from intentflow.operate.holdings import SWEEP_MS, Kept, gone_by
from intentflow.operate.purging import Purged
from intentflow.wire.topic_names import TopicNames

NOT_REACHED = (
    "whoever consumed their changes: a change with the cause `erasure` told them, if the stage was not the first",
    "backups, mirrors and logs of systems that are not this one",
)


class Line(Struct, frozen=True):
    """Something that is not gone yet."""

    topic: str
    partition: int
    what: str
    records: int
    first: int
    last: int
    gone_by: str | None  # null: not by itself


class Receipt(Struct, frozen=True, kw_only=True):
    """What is written down."""

    app: str
    asked: str
    done: str | None  # null: not yet; see `ids`
    subject: str  # digest of the id under which they were known
    ids: list[dict[str, object]]
    read_model: str
    rejections: list[dict[str, object]]
    stays: list[Line]
    not_reached: tuple[str, ...] = NOT_REACHED


def digest(key: bytes) -> str:
    """An id as a receipt has it."""
    return blake2b(key, digest_size=16).hexdigest()


def receipt(
    names: TopicNames,
    times: tuple[int, int | None],
    target: bytes,
    erased: Iterable[Erased],
    read_model: str,
    purged: Sequence[Purged],
    kept: Sequence[Kept],
    there: Mapping[str, Found],
    changelog: Found,
) -> Receipt:
    """The receipt. `times`: when it was asked for, and when all was done (epoch ms)."""
    asked, done = times
    now = done or asked
    each = list(erased)
    return Receipt(
        app=names.app_id,
        asked=rfc3339(asked),
        done=None if done is None else rfc3339(done),
        subject=digest(target),
        ids=[_id(names, one) for one in each],
        read_model=read_model,
        rejections=[_removed(one, there[one.topic], now) for one in purged],
        stays=[
            *(_line(one, "records about them") for one in kept),
            *(_of_changelog(names.changelog, changelog, one, now) for one in each),
            *(_of_control(names.control, there[names.control], one, now) for one in each),
        ],
    )


def _id(names: TopicNames, one: Erased) -> dict[str, object]:
    erasure = {"topic": names.control, "partition": one.partition, "offset": one.control_offset}
    last = {"topic": names.changelog, "partition": one.partition, "offset": one.changelog_offset}
    return {"id": digest(one.key), "state": one.state, "erasure": erasure, "stub_or_tombstone": last}


def _removed(one: Purged, topic: Found, now: int) -> dict[str, object]:
    return {
        "topic": one.topic,
        "partition": one.partition,
        "removed": one.removed,
        "others_written_again": one.written_again,
        "deleted_before_offset": one.deleted_before,
        "off_the_disk_by": rfc3339(now + int(topic.config.get("segment.ms", 0)) + SWEEP_MS),
    }


def _line(one: Kept, what: str) -> Line:
    until = None if one.until is None else rfc3339(one.until)
    return Line(one.topic, one.partition, what, one.records, one.first, one.last, until)


def _of_changelog(topic: str, found: Found, one: Erased, now: int) -> Line:
    """Rows from before go when the partition is cleaned; the tombstone, which bears the key, some time after that."""
    rows, stone = compacted_by(found, now)
    offset = -1 if one.changelog_offset is None else one.changelog_offset
    words = (
        f"old rows, until {rfc3339(rows)}; then the key alone"
        if rows is not None
        else "old rows, until the partition is cleaned"
    )
    return Line(
        topic,
        one.partition,
        f"{words}; counted from the next write to the partition",
        1,
        offset,
        offset,
        None if stone is None else rfc3339(stone),
    )


def _of_control(topic: str, found: Found, one: Erased, now: int) -> Line:
    until = gone_by(found, now)
    told = None if until is None else rfc3339(until)
    return Line(
        topic, one.partition, "the erasure itself, which bears the key", 1, one.control_offset, one.control_offset, told
    )


def compacted_by(changelog: Found, now: int) -> tuple[int | None, int | None]:
    """When the rows from before `now` are gone from a changelog that is written to, and when the tombstone is; None: nobody knows."""
    lag = int(changelog.config.get("max.compaction.lag.ms", 1 << 63))
    if lag > 10 * 366 * 86_400_000:
        return None, None
    rows = now + lag + SWEEP_MS
    return rows, rows + int(changelog.config.get("delete.retention.ms", 86_400_000)) + SWEEP_MS
