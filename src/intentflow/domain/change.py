"""A qualification change: a lead moved from one stage to another, and why."""

from hashlib import sha256
from typing import Literal

from msgspec import Struct


class Cause(Struct, frozen=True, omit_defaults=True):
    """What moved the lead: an event, or time alone."""

    kind: Literal["event", "decay"]
    event_id: str | None = None


class Receipt(Struct, frozen=True):
    """The part of a score that one signal is responsible for; a capped group has a negative one of its own."""

    signal: str
    axis: str
    points: float


class Gap(Struct, frozen=True, omit_defaults=True):
    """What is missing for a stage: so many points on an axis, a fact, or time."""

    stage: str
    axis: str | None = None
    points: float | None = None
    fact: str | None = None
    not_before: int | None = None  # epoch ms


class Change(Struct, frozen=True, kw_only=True):
    """One move. Times are epoch milliseconds; nothing in it depends on the wall clock, the process or an offset."""

    id: str
    key: bytes
    sequence: int
    from_stage: str
    to_stage: str
    at: int
    cause: Cause
    scores: tuple[float, float, float]  # in the order of AXES
    receipts: tuple[Receipt, ...]  # the largest first
    missing: tuple[Gap, ...]
    treatment: Literal["nurture", "sales", "none"]
    follow_up_by: int | None
    model: tuple[str, int, str]  # name, version, hash


def change_id(key: bytes, sequence: int, model_hash: str, cause: Cause, at: int) -> str:
    """32 hex digits, the same whenever the same records are folded by the same model."""
    what = f"event:{cause.event_id}" if cause.kind == "event" else f"decay:{at}"
    return sha256(b"\0".join((key, b"%d" % sequence, model_hash.encode(), what.encode()))).hexdigest()[:32]
