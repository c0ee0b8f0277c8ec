"""What moves a lead, and the id of a change: a function of the lead, its count and its cause alone."""

from hashlib import sha256
from typing import NamedTuple

from intentflow.domain.change import Cause


class Why(NamedTuple):
    """A cause, and the text by which it goes into a change's id."""

    cause: Cause
    text: str


def by_event(event_id: str) -> Why:
    """An event moved the lead."""
    return Why(Cause("event", event_id), f"event:{event_id}")


def by_outcome(event_id: str, reason: str | None) -> Why:
    """What sales said of the lead moved it."""
    return Why(Cause("outcome", event_id, reason), f"event:{event_id}")


def by_profile(event_id: str) -> Why:
    """What became known of the lead moved it."""
    return Why(Cause("profile", event_id), f"event:{event_id}")


def by_evidence(event_id: str, because: str) -> Why:
    """What was counted is withdrawn, since no human did it, and the lead falls."""
    return Why(Cause("evidence", event_id, because), f"event:{event_id}")


def by_decay(due: int) -> Why:
    """Time alone moved it, at that millisecond."""
    return Why(Cause("decay"), f"decay:{due}")


def by_merge(sender: bytes, number: int, other: bytes) -> Why:
    """A state that `sender` sent under that number moved it; `other` is the other lead."""
    return Why(Cause("merge", lead=other.decode()), f"merge:{sender.decode()}:{number}")


def by_model(model_hash: str) -> Why:
    """Another scoring model took effect, the one with this hash."""
    return Why(Cause("model"), f"model:{model_hash}")


def by_erasure(at: int) -> Why:
    """The lead was erased, as the record of it says at that millisecond."""
    return Why(Cause("erasure"), f"erasure:{at}")


def change_id(key: bytes, sequence: int, model_hash: str, why: Why) -> str:
    """32 hex digits, the same whenever the same records are folded by the same model."""
    return sha256(b"%b\0%d\0%b\0%b" % (key, sequence, model_hash.encode(), why.text.encode())).hexdigest()[:32]
