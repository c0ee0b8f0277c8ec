"""Where a source begins for us, and when it must not (design 8, rules 2 and 12): pure looks at what was found.

Offsets mean something only together with the topic that they were counted in. A source that was deleted and made again
counts from 0, and its events would look applied; a changelog that was deleted leaves committed offsets behind that skip
what it no longer holds. Both are refused in words.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from intentflow.domain.lead import Unpublished
from intentflow.lane.chunk import Chunk
from intentflow.lane.effects import Stop
from intentflow.lane.marks import Topic
from intentflow.wire.records import Ledger
from intentflow.wire.rows import decode_row, has_outbox


class Place(Struct, frozen=True):
    """What the broker says of one partition of a source."""

    committed: int | None  # by our group
    first: int  # the oldest record that is still there
    end: int

    @property
    def start(self) -> int:
        """Where reading begins: at the committed offset, or at the beginning; explicitly, whatever the client thinks."""
        return self.first if self.committed is None else max(self.committed, self.first)


def made_again(known: Sequence[Topic], topics: Sequence[Topic]) -> str:
    """Why a topic is not the one that we counted in; empty if all are."""
    ids = {topic.name: topic.id for topic in known}
    for topic in topics:
        old = ids.get(topic.name, "")
        if old and topic.id and old != topic.id:
            return (
                f"topic {topic.name} was deleted and made again (its id was {old}, now it is {topic.id}): its events would "
                "look applied already. "
                "Give the app another INTENTFLOW_APP_ID, or delete its changelog and its group too, to begin anew"
            )
    return ""


def numbered(known: Sequence[Topic], topics: Sequence[Topic]) -> list[Topic]:
    """The sources by number: those known keep theirs, also when they are no longer read; new ones come after them."""
    now = {topic.name: topic for topic in topics}
    names = {topic.name for topic in known}
    kept = [now[topic.name] if not topic.id and topic.name in now else topic for topic in known]
    return kept + [topic for topic in topics if topic.name not in names]


def refused(topic: str, partition: int, place: Place, ledger: Ledger) -> Stop | None:
    """Why this source cannot be read on from here."""
    where = f"{topic}-{partition}"
    if ledger.position > place.end:
        return Stop(
            f"{where} ends at {place.end}, but {ledger.position} records of it are counted: it was deleted "
            "and made again, or the broker lost records. "
            "Give the app another INTENTFLOW_APP_ID to begin anew",
            exit_code=2,
        )
    if place.committed is not None and place.committed > ledger.position:
        return Stop(
            f"{where} is committed up to {place.committed}, but the changelog has counted only up to "
            f"{ledger.position}: the changelog was deleted or lost records, or somebody moved the group's offsets. "
            "Restore it, or reset the group's offsets to the earliest",
            exit_code=2,
        )
    if ledger.position < place.first and (ledger.position or place.committed is not None):
        return Stop(
            f"{where}: {place.first - ledger.position} records expired before they were read (counted up to {ledger.position}, "
            f"the oldest is {place.first}). Lengthen its retention; give the app another INTENTFLOW_APP_ID to begin with what is left",
            exit_code=2,
        )
    return None


def unpublished(rows: Mapping[bytes, bytes], committed: Mapping[int, int]) -> list[tuple[bytes, list[Unpublished]]]:
    """The changes that may not have got out: those whose cause lies at or beyond the committed offset of its source."""
    found = []
    for key, row in rows.items():
        if has_outbox(row):
            told = [change for change in decode_row(row).outbox if change.offset >= committed.get(change.source, 0)]
            if told:
                found.append((key, told))
    return found


def miscounted(chunk: Chunk, fresh: int, accounted: int) -> str:
    """In words: a chunk whose records were not all accounted for."""
    return (
        f"{chunk.topic}-{chunk.partition}, positions {chunk.start} to {chunk.end}: {fresh} records came in, but only {accounted} "
        "are accounted for. If the rest looked applied already, the topic was deleted and made again"
    )
