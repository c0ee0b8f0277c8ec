"""The records of the identities topic: what leads heard of each other, folded into the leads that it was for.

A message may be there twice, when whoever published it died before that was known: its sender's number tells (`Bonds.heard`). Its own
offset tells whether it was read before, as for every record.
"""

from collections.abc import Mapping, Sequence, Set

from msgspec import structs

from intentflow.domain.bonds import Bonds, hear
from intentflow.domain.event import Link, time_of, visitor_key
from intentflow.domain.fold import Fold
from intentflow.domain.identity import Identity, became_alias, bonds_of, is_booked
from intentflow.domain.lead import Lead, Unpublished
from intentflow.domain.message import Event, Forwarded, Letters, Linked, Message
from intentflow.domain.notices import News
from intentflow.wire.changes import told_of
from intentflow.wire.events import decode
from intentflow.wire.messages import Enclosed, decode_message, unpublished
from intentflow.wire.records import FUTURE, NONE, TOO_LATE, Folded, SourceRecord, reject
from intentflow.wire.rejections import Rejection
from intentflow.wire.routes import Route

NO_EVENT = Rejection("not_a_message", "a message that carries no event")


class Hearing:
    """What all messages of a chunk share."""

    __slots__ = ("_fold", "_identity", "_out", "_positions", "_route", "_source")

    def __init__(
        self, fold: Fold, identity: Identity, source: int, route: Route, out: Folded, positions: Mapping[int, int]
    ) -> None:
        self._fold, self._identity, self._source, self._route, self._out = fold, identity, source, route, out
        self._positions = positions

    def fold(
        self, key: bytes, lead: Lead, records: Sequence[SourceRecord], refused: Set[int] = NONE
    ) -> list[Unpublished] | None:
        """A lead's messages, in order. Returns what it has to publish; None if it is not to be written. The rest is as with events."""
        applied, told, astray = lead.applied[self._source], list[Unpublished](), key in self._route.astray
        for record in records:
            offset = record.offset
            if offset <= applied and offset not in refused:
                self._out.skipped += 1
                continue
            message = decode_message(record.value)
            if astray and not isinstance(message, Rejection):
                message = self._route.misrouted(key, key)
            if isinstance(message, Rejection):
                reject(self._out, record, message)
                continue
            fresh = hear(bonds_of(lead), message.sender, message.number)
            if offset in refused:
                self._again(record, message)
            elif not fresh:
                self._out.passed += 1
            else:
                lead.applied[self._source] = offset
                told += self._hear(key, lead, record, message)
        return told if lead.applied[self._source] > applied else None

    def _hear(self, key: bytes, lead: Lead, record: SourceRecord, message: Message) -> list[Unpublished]:
        """A message that was not heard before."""
        identity, bonds = self._identity, bonds_of(lead)
        news: News = []
        if isinstance(message, Forwarded):
            if bonds.alias:
                letters = self._forward(key, bonds, record.offset, message.event)
            else:
                letters = self._take(key, lead, record, message.event, news)
        else:
            self._out.passed += 1
            if isinstance(message, Linked):
                letters = identity.link(key, lead, message.other, message.at, news)
                became_alias(lead, self._positions, self._source, record.offset)
            else:
                letters = identity.take_state(key, lead, message, news)
        return told_of(news, self._source, record.offset) + unpublished(letters, self._source, record.offset)

    def _forward(self, key: bytes, bonds: Bonds, offset: int, event: Event) -> Letters:
        """An event for an alias goes on; what was in a ledger before somebody was an alias is counted nowhere on its way."""
        if event.booked:
            self._out.passed += 1
        else:
            self._out.forwarded += 1
            event = structs.replace(event, booked=is_booked(bonds, self._source, offset))
        return self._identity.forward(key, bonds, event)

    def _take(self, key: bytes, lead: Lead, record: SourceRecord, told: Event, news: News) -> Letters:
        """An event that was sent on ends here."""
        out, event = self._out, decode(told.value, told.headers)
        before = out.counted, out.duplicate, out.refused
        letters: Letters = []
        if isinstance(event, Rejection | Link):  # it was an event when it was sent on: another version of us sent it
            reject(out, enclosed(record, told), event if isinstance(event, Rejection) else NO_EVENT)
        else:
            at = time_of(event)
            if at > told.received + FUTURE:
                at, out.marked = told.received, out.marked + 1
            outcome = self._fold.take(key, lead, event, at, news)
            if outcome == "counted":
                out.counted += 1
                if event.visitor_id and (event.lead_id or event.email):
                    letters = self._identity.imply(key, lead, visitor_key(event.visitor_id), at)
            elif outcome == "duplicate":
                out.duplicate += 1
            else:
                reject(out, enclosed(record, told), TOO_LATE)
        if told.booked:
            out.counted, out.duplicate, out.refused = before
            out.passed += 1
        return letters

    def _again(self, record: SourceRecord, message: Message) -> None:
        """What was refused is refused again, for the same reason."""
        if isinstance(message, Forwarded):
            event = decode(message.event.value, message.event.headers)
            reject(self._out, enclosed(record, message.event), event if isinstance(event, Rejection) else TOO_LATE)
        else:
            reject(self._out, record, TOO_LATE)


def enclosed(record: SourceRecord, event: Event) -> Enclosed:
    """The event's own record, at the place of the message that brought it."""
    return Enclosed(record.offset, event.received, record.key, event.value, event.headers)
