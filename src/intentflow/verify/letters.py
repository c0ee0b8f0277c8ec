"""What a lead told others, held against what it must have told: every message, once, to whom it is for."""

from collections.abc import Iterator

from msgspec import Struct

from intentflow.domain import message as told_by
from intentflow.domain.change import rfc3339
from intentflow.domain.fold import Fold
from intentflow.oracle import Parted
from intentflow.oracle.worth import pieces_of
from intentflow.verify.findings import Checked, Difference
from intentflow.verify.mail import Mail
from intentflow.verify.same import unequal
from intentflow.verify.snapshot import Snapshot
from intentflow.verify.walk import Expected, Walk
from intentflow.wire.messages import decode_message

KIND = {"Forwarded": "event", "Linked": "link", "Parted": "state"}
LATER = 7 * 86_400_000  # ms: a state's scores are compared at its time and a week later


class Letters(Struct):
    """Judges what leads of a snapshot told. `strict`: nothing is under way."""

    fold: Fold
    snapshot: Snapshot
    mail: Mail
    checked: Checked
    strict: bool

    def differ(self, key: bytes, walk: Walk) -> Iterator[Difference]:
        """Messages that are not there, are too many, or say something else."""
        left = dict(walk.posted)
        for one in walk.expected:
            there = left.pop(one.letter.message.number, None)
            if there is None:
                yield from self._missing(key, one)
                continue
            self.checked.messages += 1
            if not walk.says(one, there):
                yield self.mail.differs(there, key, f"is not the {_shown(one)} that the reference tells")
            elif isinstance(one.letter.message, Parted):
                for detail in self._state(key, one.letter.message):
                    yield self.mail.differs(there, key, detail)
        last = max((one.letter.message.number for one in walk.expected), default=0)
        for number, there in left.items():
            if self.strict or number < last:
                yield self.mail.differs(
                    there, key, f"to {there.to.decode(errors='replace')}: the reference tells no such thing"
                )
            else:
                self.checked.in_motion += 1

    def _missing(self, key: bytes, one: Expected) -> Iterator[Difference]:
        source, offset = one.place
        topic = self.snapshot.topics[source]
        if not self.strict and offset >= self.mail.committed.get((topic, self.snapshot.partition), 0):
            self.checked.in_motion += 1
            return
        detail = f"message {one.letter.message.number}, a {_shown(one)}: is not on {self.mail.topic}"
        yield Difference(
            "message_missing", topic, self.snapshot.partition, offset, key.decode(errors="replace"), detail
        )

    def _state(self, key: bytes, wanted: Parted) -> Iterator[str]:
        """What differs between a state as it was sent and the reference's."""
        sent = decode_message(self.mail.states[key, wanted.number])
        if not isinstance(sent, told_by.Parted) or (sent.at, sent.whose) != (wanted.at, wanted.whose):
            yield f"is a state, but not that of {wanted.whose.decode(errors='replace')} at {rfc3339(wanted.at)}"
            return
        past, lead = wanted.past, sent.lead
        hashes = b"".join(digest.to_bytes(4, "big") for _, digest in past.remembered)
        if (lead.newest, lead.floor, lead.seen_hashes) != (past.newest, past.floor, hashes):
            yield "is a state that remembers other events than the reference's"
        pieces = pieces_of(self.fold.model, past.entries)
        for at in (wanted.at, wanted.at + LATER):
            for detail in unequal(self.fold, lead, pieces, at):
                yield f"is a state: {detail} in it"


def _shown(one: Expected) -> str:
    return f"{KIND[type(one.letter.message).__name__]} for {one.letter.to.decode(errors='replace')}"
