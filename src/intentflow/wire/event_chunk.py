"""The records of a source of events, folded into the leads that they are for.

`fold` takes the records of one lead, in order, as that of `Hearing` does; those in `refused` are to be refused again.
"""

from collections.abc import Mapping, Sequence, Set
from zlib import crc32

from intentflow.domain.bonds import rank
from intentflow.domain.event import AnyEvent, AnyRecord, Link, ids_of, key_of, visitor_key
from intentflow.domain.fold import Fold
from intentflow.domain.identity import Identity, became_alias, bonds_of, is_booked
from intentflow.domain.lead import Lead, Unpublished
from intentflow.domain.message import Event
from intentflow.domain.moments import milliseconds
from intentflow.domain.notices import News
from intentflow.domain.remembering import remembered_at
from intentflow.wire.changes import told_of
from intentflow.wire.events import decode
from intentflow.wire.messages import unpublished
from intentflow.wire.records import FUTURE, NONE, TOO_LATE, Folded, SourceRecord, reject
from intentflow.wire.rejections import Rejection
from intentflow.wire.routes import Route


class EventChunk:
    """What all events of a chunk share."""

    __slots__ = ("_identity", "_out", "_positions", "_route", "_source", "_take")

    def __init__(
        self, fold: Fold, identity: Identity, source: int, route: Route, out: Folded, positions: Mapping[int, int]
    ) -> None:
        self._take, self._identity, self._source, self._route, self._out = fold.take, identity, source, route, out
        self._positions = positions

    def fold(
        self, key: bytes, lead: Lead, records: Sequence[SourceRecord], refused: Set[int] = NONE
    ) -> list[Unpublished] | None:
        """The hot loop: a lead's records, in order. Returns what it has to publish; None if it is not to be written."""
        source, out, take, name = self._source, self._out, self._take, None
        applied, bonds = lead.applied[source], lead.bonds
        news, told = News(), list[Unpublished]()
        for record in records:
            offset = record.offset
            if offset <= applied and offset not in refused:
                out.skipped += 1
                continue
            event = decode(record.value, record.headers)
            if type(event) is Rejection:
                reject(out, record, event)
                continue
            who = event.lead_id or event.email
            if name is None or who != name or type(event) is Link:
                if key_of(event) != key or (not lead.clock and key in self._route.astray):
                    reject(out, record, self._route.misrouted(key, key_of(event)))
                    continue
                name = who
            at = milliseconds(event.occurred_at)
            if at > record.timestamp + FUTURE:
                at = record.timestamp
                out.marked += 1
            if type(event) is Link or (bonds is not None and bonds.alias and offset not in refused):
                told += self._tie(key, lead, record, event, at)
                applied, bonds, name = offset, lead.bonds, None
                continue
            outcome = "too_late" if offset in refused else take(key, lead, event, at, news)
            if outcome == "counted":
                out.counted, applied = out.counted + 1, offset
                if news or (who is not None and event.visitor_id is not None):
                    told += self._tell(key, lead, event, at, offset, news)
            elif outcome == "duplicate":
                applied = self._repeated(lead, event, at, offset, applied)
            else:
                reject(out, record, TOO_LATE)
        changed, lead.applied[source] = applied > lead.applied[source], applied
        return told if changed else None

    def _repeated(self, lead: Lead, event: AnyEvent, at: int, offset: int, applied: int) -> int:
        """A duplicate. Returns what is applied: with another time than is remembered of its id this record is, so that the row tells.

        Read again after a crash, when its id is forgotten, it would else count; one of the same time is too late then.
        """
        self._out.duplicate += 1
        return applied if remembered_at(lead, at, crc32(event.event_id.encode()).to_bytes(4, "big")) else offset

    def _tie(self, key: bytes, lead: Lead, record: SourceRecord, event: AnyRecord, at: int) -> list[Unpublished]:
        """A link, or an event for an alias, which goes on as it came."""
        news: News = []
        if type(event) is Link:
            self._out.counted += 1
            letters = self._identity.link(key, lead, min(ids_of(event), key=rank), at, news)
            became_alias(lead, self._positions, self._source, record.offset)
        else:
            self._out.forwarded += 1
            bonds = bonds_of(lead)
            booked = is_booked(bonds, self._source, record.offset)
            came = Event(record.timestamp, record.value or b"", list(record.headers), booked)
            letters = self._identity.forward(key, bonds, came)
        return told_of(news, self._source, record.offset) + unpublished(letters, self._source, record.offset)

    def _tell(self, key: bytes, lead: Lead, event: AnyEvent, at: int, offset: int, news: News) -> list[Unpublished]:
        """What a counted event changed; and if it names a lead and a visitor, that they are one person."""
        told = told_of(news, self._source, offset)
        news.clear()
        if event.visitor_id is not None and (event.lead_id or event.email):
            letters = self._identity.imply(key, lead, visitor_key(event.visitor_id), at)
            told += unpublished(letters, self._source, offset)
        return told
