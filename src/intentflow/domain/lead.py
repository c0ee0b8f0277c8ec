"""A lead's state: the pieces of its score, where it stands, and what it has yet to say.

It is flat and mutable because it is touched a hundred thousand times a second: one chunk decodes a lead once, folds its events into it
and encodes it once. Nobody shares one. What there is much of is kept as bytes, which cost nothing to decode (`counting.py` reads them);
what few leads have is None until then. Signals, facts, carts and stages are known by the CRC-32 of their names, so that a model that adds
or moves a rule still finds what it counted before. Times are epoch milliseconds, 0 = never (the contract refuses events before 2000).
"""

from typing import NamedTuple

from msgspec import Raw, Struct

from intentflow.domain.bonds import Bonds
from intentflow.domain.carts import CartState
from intentflow.domain.profile import Telling

CHANGE, REJECTION, CLOCK = "change", "rejection", "clock"
NOTICE = b""  # no lead has such a key


class Unpublished(NamedTuple):
    """A change, message or notice of a cart that is not yet known to be on its topic, and the record that caused it."""

    source: int  # the number of the topic that its cause came on
    offset: int  # of its cause
    payload: bytes  # as published
    to: bytes | None = None  # the lead that a message is for; NOTICE: of a cart, for nobody here; None: a change


class Lead(Struct, array_like=True, gc=False):
    """One lead. The names are those of `docs/semantics.md`."""

    applied: list[int]  # by source number: the last offset applied, -1 = none
    outbox: list[Unpublished]  # in order, oldest first
    model: int = 0  # CRC-32 of the hash of the model that judged it last
    due: int = 0  # time alone may change the stage from here on, never before; 0 = never
    stage: int = 0  # CRC-32 of its name; 0 = the first
    since: int = 0
    sequence: int = 0
    clock: int = 0
    newest: int = 0
    floor: int = 0
    room: list[float] = []  # by axis: points that can come in before a stage above could be entered
    paid: int = 0  # groups that `room` already holds all their points for: one bit each, by number in the model
    seen_hashes: bytes = b""  # 4 bytes each, in order of (time, hash)
    seen_times: bytes = b""  # 6 bytes each, beside them
    signals: bytes = b""  # that were counted: 4 bytes each
    counts: bytearray = bytearray()  # beside them: what was counted, see `counting.ENTRY`
    older: bytes = b""  # open periods before a signal's latest, see `counting.PERIOD`
    closed: bytes = b""  # what the closed periods of limited signals counted, see `counting.CLOSED`
    firsts: dict[int, int] | None = None  # once-only signal -> its first event
    lasts: dict[int, int] | None = None  # fact -> its latest event
    windows: dict[int, bytes] | None = None  # repeated signal -> latest events: 6 bytes time, 4 bytes id hash each
    newsletter: tuple[int, int, int, int, int] | None = (
        None  # first and last sign-up, latest confirm, unsubscribe, bounce
    )
    carts: dict[int, CartState] | None = None  # see `carts.py`
    left: dict[int, int] | None = None  # stage with a cool-down -> when it was last left
    bonds: Bonds | None = None  # to other leads
    entered: dict[int, list[int]] | None = (
        None  # stage with `hand_offs` -> when it was entered: the latest times, ascending
    )
    profile: dict[str, Telling] | None = None  # attribute -> what was told of it last, see `profile.py`
    told: dict[int, int] | None = None  # cart -> its activity as of when its abandonment was told, until it is bought
    evidence: dict[int, list[int]] | None = None  # rule of evidence -> the hours that it was told of, ascending
    bursts: dict[int, bytes] | None = None  # rule with a pattern -> its latest events; with `before`: `before.py`


class Judged(Struct, array_like=True, gc=False):
    """The first fields of a lead: as much as tells which model judged it last."""

    applied: list[int]
    outbox: list[Raw]
    model: int


KEPT = frozenset({"applied", "outbox", "sequence", "bonds"})  # by who becomes an alias, or is erased
PATH = frozenset({"model", "due", "stage", "since", "clock", "room", "paid"})  # not told to others


def take_pieces(lead: Lead) -> Lead:
    """The pieces of a lead's score. It is left as one that has seen nothing, with its bonds; its path is neither's any more."""
    pieces, blank = Lead([], []), Lead([], [])
    for field in Lead.__struct_fields__:
        if field not in KEPT:
            if field not in PATH:
                setattr(pieces, field, getattr(lead, field))
            setattr(lead, field, getattr(blank, field))
    return pieces
