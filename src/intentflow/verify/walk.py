"""A lead that is tied to others, walked by the reference: its own records, and what it heard, in one order.

What a state holds is taken from the reference's own walk of its sender, not from the message. Of records that neither count nor change
anything a log does not say when they were read. So the messages and the rejections are the witnesses of what an alias did not send on,
because it had counted it before, or refused it.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from msgspec import structs

from intentflow.domain import message as told_by
from intentflow.domain.event import AnyEvent, AnyRecord, Link, key_of
from intentflow.domain.rules import ScoringModel
from intentflow.oracle import Forwarded, Letter, Linked, Move, Parted, Past, Reference, Search
from intentflow.oracle.admission import Admission, event_time
from intentflow.oracle.conditions import Kept, kept
from intentflow.verify.account import Counted, Place
from intentflow.verify.mail import Mail, Posted, digest
from intentflow.verify.snapshot import Snapshot, Told
from intentflow.wire.events import decode
from intentflow.wire.messages import decode_message
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rejections import Rejection

Pasts = dict[tuple[bytes, int], Past]  # sender and number of a state -> what its lead was


class Read(NamedTuple):
    """A record and what it says; a text: why it is refused."""

    told: Told
    says: AnyRecord | told_by.Message | str

    @property
    def place(self) -> Place:
        return self.told.source, self.told.offset


class Expected(NamedTuple):
    """A message that must have been sent, because of the record at this place."""

    place: Place
    letter: Letter
    event: told_by.Event | None  # that it carries


def read(snapshot: Snapshot, key: bytes, records: Sequence[Told]) -> list[Read]:
    """What a lead's records say."""
    here = partition_of(key, snapshot.partitions) == snapshot.partition
    return [Read(told, _says(snapshot, key, told, here)) for told in records]


def _says(snapshot: Snapshot, key: bytes, told: Told, here: bool) -> AnyRecord | told_by.Message | str:
    if told.source == snapshot.identities:
        message = decode_message(told.value)
        return message.reason if isinstance(message, Rejection) else message if here else "misrouted"
    event = decode(told.value, told.headers)
    if isinstance(event, Rejection):
        return event.reason
    return event if here and key_of(event) == key else "misrouted"


class Witness(NamedTuple):
    """What the rejections say was too late. `exact`: of a message the reference knows it by itself, since its turn is known."""

    too_late: AbstractSet[Place]
    exact: bool


class Walk:
    """The reference of one lead. `due`: see `Reference`; without one, what time does to states is taken from the messages."""

    def __init__(
        self,
        model: ScoringModel,
        key: bytes,
        mail: Mail,
        pasts: Pasts,
        witness: Witness,
        due: Search | None,
    ) -> None:
        self.model, self.key, self.mail, self.pasts, self.witness = model, key, mail, pasts, witness
        self.reference, self.paths = Reference(model, due), due is not None
        self.posted: Mapping[int, Posted] = mail.posted.get(key, {})
        self.outcomes: dict[Place, str] = {}
        self.instead: dict[Place, Told] = {}  # of what is refused at a place: the record that a message there carries
        self.counted: list[Counted] = []
        self.expected: list[Expected] = []
        self.unknown = False  # a state came in whose sender is not known to have sent it
        self.did: set[Place] = (
            set()
        )  # records that changed something, so that the lead's row must say that they were applied
        self._ids: set[int] = set()

    def take(self, one: Read) -> str:
        """What becomes of a record."""
        says, told = one.says, one.told
        if isinstance(says, str):
            outcome = says
        elif isinstance(says, Link):
            outcome = self.reference.link(self.key, says, told.timestamp)
            self.did.add(one.place)
            self._collect(one.place, None)
        elif isinstance(says, told_by.Forwarded | told_by.Linked | told_by.Parted):
            outcome = self._hear(one, says)
        else:
            carried = told_by.Event(told.timestamp, told.value or b"", list(told.headers), booked=False)
            outcome = self._event(one, says, carried, None)
        self.outcomes[one.place] = outcome
        return outcome

    def _hear(self, one: Read, says: told_by.Message) -> str:
        if says.number <= self.reference.ties(self.key).heard.get(says.sender, -1):
            return "passed"
        self.did.add(one.place)
        if isinstance(says, told_by.Forwarded):
            return self._hear_event(one, says)
        if isinstance(says, told_by.Linked):
            self.reference.hear(self.key, Linked(says.sender, says.number, says.at, says.other))
        elif (past := self.pasts.get((says.sender, says.number))) is not None:
            self.reference.hear(self.key, Parted(says.sender, says.number, says.at, says.whose, past))
        else:
            self.unknown = True
            self.reference.ties(self.key).hear(says.sender, says.number)
        self._collect(one.place, None)
        return "passed"

    def _hear_event(self, one: Read, says: told_by.Forwarded) -> str:
        event = decode(says.event.value, says.event.headers)
        carried = says.event
        self.instead[one.place] = one.told._replace(value=carried.value, timestamp=carried.received)
        if isinstance(event, Rejection | Link):
            self.reference.ties(self.key).hear(says.sender, says.number)
            return event.reason if isinstance(event, Rejection) else "not_a_message"
        outcome = self._event(one, event, carried, says)
        return "passed" if carried.booked and outcome != "forwarded" else outcome

    def _event(self, one: Read, event: AnyEvent, carried: told_by.Event, heard: told_by.Forwarded | None) -> str:
        """An event's own record, or a message that carries it."""
        new = kept(self.model, event, event_time(event, carried.received))
        ties, refused = self.reference.ties(self.key), one.place in self.witness.too_late
        sure = heard is not None and self.witness.exact
        if heard is None and ties.alias:
            number = max(ties.sent + 1, carried.received)
            booked = structs.replace(carried, booked=True)
            if self._is_posted(number, booked):
                self._tell(event, carried, heard)
                self.did.add(one.place)
                self._collect(one.place, booked)
                return "too_late" if refused else "duplicate"
            if not self._is_posted(number, carried) and (refused or (new.counts and new.id_hash in self._ids)):
                return "too_late" if refused else "duplicate"
        elif not sure and not ties.alias and refused and (not self.witness.exact or self._is_late(new)):
            if heard is not None:
                ties.hear(heard.sender, heard.number)
            return "too_late"
        outcome = self._tell(event, carried, heard)
        if outcome in ("counted", "forwarded"):
            self.did.add(one.place)
        if outcome == "counted":
            self.counted.append(Counted(one.told, event, new))
            self._ids |= {new.id_hash} if new.counts else set()
        self._collect(one.place, carried)
        return "duplicate" if outcome == "too_late" and not sure and not refused else outcome

    def _tell(self, event: AnyEvent, carried: told_by.Event, heard: told_by.Forwarded | None) -> str:
        if heard is None:
            return self.reference.event(self.key, event, carried.received)
        return self.reference.hear(self.key, Forwarded(heard.sender, heard.number, carried.received, event))

    def _is_late(self, event: Kept) -> bool:
        """Whether it would be too late now, and so may have been before."""
        if self.key not in self.reference.leads:
            return True
        past, admission = self.reference.past(self.key), Admission(self.model)
        admission.join(past.newest, past.floor, ())
        return admission.outcome(event) == "too_late"

    def _is_posted(self, number: int, event: told_by.Event) -> bool:
        posted = self.posted.get(number)
        return posted is not None and posted.digest == digest(told_by.Forwarded(self.key, number, event))

    def _collect(self, place: Place, event: told_by.Event | None) -> None:
        """What the reference tells because of this record."""
        while self.reference.outbox:
            letter = self.reference.outbox.popleft()
            if isinstance(letter.message, Parted) and not self.paths:
                letter = self._as_sent(letter.to, letter.message)
            self.expected.append(Expected(place, letter, event if isinstance(letter.message, Forwarded) else None))

    @property
    def states(self) -> Pasts:
        """What the lead was whenever it sent a state, its own or another's."""
        sent = (one.letter.message for one in self.expected)
        return {(self.key, message.number): message.past for message in sent if isinstance(message, Parted)}

    def _as_sent(self, to: bytes, state: Parted) -> Letter:
        """Where time is not walked, a change that time caused may have brought the lead's clock further than is known here."""
        ties = self.reference.ties(self.key)
        later = [
            n
            for n, one in self.posted.items()
            if n >= state.number and one.to == to and (self.key, n) in self.mail.states
        ]
        if later:
            ties.sent = min(later)
            sent = decode_message(self.mail.states[self.key, ties.sent])
            if isinstance(sent, told_by.Parted) and sent.at >= state.at:
                state = state._replace(number=ties.sent, at=sent.at)
        return Letter(to, state)

    def says(self, one: Expected, posted: Posted) -> bool:
        """Whether a message is the one that is expected; what a state holds is looked at elsewhere."""
        sender, number, *_ = message = one.letter.message
        if posted.to != one.letter.to:
            return False
        if isinstance(message, Linked):
            return posted.digest == digest(told_by.Linked(sender, number, message.at, message.other))
        if isinstance(message, Parted) or one.event is None:
            return (sender, number) in self.mail.states
        again = structs.replace(one.event, booked=True)
        return any(posted.digest == digest(told_by.Forwarded(sender, number, event)) for event in (one.event, again))

    @property
    def tells_as_posted(self) -> bool:
        """Whether exactly these messages were sent."""
        found = [(one, self.posted.get(one.letter.message.number)) for one in self.expected]
        return len(found) == len(self.posted) and all(
            there is not None and self.says(one, there) and self._is_that_state(one) for one, there in found
        )

    def _is_that_state(self, one: Expected) -> bool:
        """Whether a state that is expected is of the same lead and moment as the one that was sent."""
        wanted = one.letter.message
        if not isinstance(wanted, Parted):
            return True
        sent = decode_message(self.mail.states[self.key, wanted.number])
        return isinstance(sent, told_by.Parted) and (sent.at, sent.whose) == (wanted.at, wanted.whose)

    @property
    def moves(self) -> Sequence[Move]:
        """The lead's changes of stage."""
        try:
            return self.reference.moves(self.key)
        except KeyError:
            return ()
