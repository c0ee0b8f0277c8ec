"""A lead's changes as they are on their topic, with repeats dropped as every consumer drops them, and what is wrong with them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from intentflow.domain.change import QualificationChange, rfc3339
from intentflow.oracle import Move, change_id
from intentflow.verify.findings import Difference, What
from intentflow.verify.snapshot import Published
from intentflow.wire.changes import decode_change

Find = Callable[[What, int | None, str], Difference]  # what, offset on the changes topic, and in words


class Changes(Struct):
    """The changes of a lead by id, in the order in which they first appear."""

    at: dict[str, int]  # id -> offset of its first record
    decoded: list[QualificationChange]
    repeats: int
    wrong: list[Difference]

    def upto(self, sequence: int) -> list[QualificationChange]:
        """Those with a number up to this."""
        return [change for change in self.decoded if change.sequence <= sequence]


def find_on(topic: str, partition: int, lead: str) -> Find:
    """Makes differences of one lead's changes."""

    def find(what: What, offset: int | None, detail: str) -> Difference:
        return Difference(what, topic, partition, offset, lead, detail)

    return find


def without_repeats(records: Sequence[Published], what: What, find: Find, wrong: list[Difference]) -> list[Published]:
    """The first of each id, in order. That a later one with its id is no repeat of it is told in `wrong`."""
    first: dict[str, Published] = {}
    for record in records:
        known = first.setdefault(record.id, record)
        if known is not record and not record.repeats(known):
            detail = f"id {record.id} is there twice with different bytes, first at offset {known.offset}"
            wrong.append(find(what, record.offset, detail))
    return list(first.values())


def changes_of(records: Sequence[Published], key: bytes, find: Find) -> Changes:
    """Decode and drop repeats."""
    found = Changes({}, [], 0, [])
    once = without_repeats(records, "change_twice", find, found.wrong)
    found.repeats = len(records) - len(once)
    for record in once:
        try:
            change = decode_change(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            found.wrong.append(find("change_unlike", record.offset, f"not a change: {error}"))
            continue
        if change.id != record.id or change.lead.encode() != key:
            detail = f"its key and headers are of {key.decode(errors='replace')}, {record.id}; its value says {change.lead}, {change.id}"
            found.wrong.append(find("change_unlike", record.offset, detail))
        found.at[change.id] = record.offset
        found.decoded.append(change)
    return found


def out_of_order(
    changes: Changes, begins: str, find: Find, merges: Collection[str] | None = ()
) -> Iterator[Difference]:
    """What breaks the chain: numbers that rise, each change from where the one before it went, with the id that follows from it.

    Numbers that are missing are somebody else's matter. `merges`: the cause texts of the merges that the lead may
    have had; None: not all of them are known.
    """
    stage, number = begins, 0
    for change in changes.decoded:
        offset = changes.at[change.id]
        if change.sequence <= number:
            yield find("change_order", offset, f"change {change.sequence} ({change.id}) comes after change {number}")
            continue
        if change.sequence == number + 1 and change.from_stage != stage:
            yield find(
                "change_order", offset, f"change {change.sequence} leaves {change.from_stage}; the lead was in {stage}"
            )
        number, stage = change.sequence, change.to_stage
        if change.cause.kind == "merge" and merges is None:
            continue
        causes = _causes(change, merges or ())
        key, model = change.lead.encode(), change.model.hash
        if all(change_id(key, change.sequence, model, cause) != change.id for cause in causes):
            cause = causes[0] if len(causes) == 1 else f"any {change.cause.kind} that it can have had"
            yield find(
                "change_unlike", offset, f"change {change.sequence}: its id {change.id} does not follow from {cause}"
            )


def _causes(change: QualificationChange, merges: Collection[str]) -> list[str]:
    """The cause texts that a change can have; that of a merge is not all in it."""
    if change.cause.kind == "decay":
        return [f"decay:{milliseconds(change.at)}"]
    return list(merges) if change.cause.kind == "merge" else [f"event:{change.cause.event_id}"]


def unlike(
    changes: Changes,
    moves: Sequence[Move],
    unpublished: set[str],
    last: int | None,
    find: Find,
    missing: Callable[[Move], Difference],
) -> Iterator[Difference]:
    """What differs between the changes and the moves of the reference.

    Moves in `unpublished` may be missing. Changes with a number above `last` may be too many (None: none may): they were made after the
    lead's row was read. `missing` makes the difference for a move that nobody was told of.
    """
    by_id = {change.id: change for change in changes.decoded}
    for move in moves:
        change = by_id.pop(move.id, None)
        if change is None:
            if move.id not in unpublished:
                yield missing(move)
            continue
        told = (change.sequence, change.from_stage, change.to_stage, change.at)
        should = (move.sequence, move.left, move.entered, rfc3339(move.at))
        if told != should:
            yield find("change_unlike", changes.at[change.id], f"change {move.id} says {told}, the reference {should}")
    for change in by_id.values():
        if last is None or change.sequence <= last:
            what = f"change {change.sequence}, {change.from_stage} to {change.to_stage} at {change.at} ({change.id})"
            yield find("change_extra", changes.at[change.id], f"{what}: the reference has no such change")


def milliseconds(time: str) -> int:
    """An RFC 3339 time in epoch milliseconds; -1 if it is none."""
    try:
        return round(datetime.fromisoformat(time).timestamp() * 1000)
    except ValueError:
        return -1
