"""Where a partition stands between being nobody's and being ours: every transition in one table.

new ─take▶ reading ─read_to_end▶ fencing ─fence_landed▶ confirming ─confirmed▶ taken ─sought▶ mending ─mended▶ ready ─open▶ open
              ▲                    ▲─────────outranked─────┘                     ▲
              └─overtaken─ keeping ──────────────kept────────────────────────────┘
                              ▲
                              └─keep─ closed ◀─close─ (any of them); closed ─take▶ reading
"""

from enum import StrEnum

from intentflow.errors import IntentflowError


class Phase(StrEnum):
    """What the owner of a partition is waiting for."""

    NEW = "new"
    READING = "reading"  # the changelog, from its beginning
    FENCING = "fencing"  # a fence of ours is on its way
    CONFIRMING = "confirming"  # reading on to that fence
    KEEPING = "keeping"  # a fence behind memory that we kept is on its way
    TAKEN = "taken"  # the log is ours
    MENDING = "mending"  # writing again what was shadowed, publishing again what may not have got out
    READY = "ready"
    OPEN = "open"  # chunks are folded
    CLOSED = "closed"  # the generation is over; what is under way settles
    ENDED = "ended"  # the process must end


MOVES: dict[tuple[Phase, str], Phase] = {
    (Phase.NEW, "take"): Phase.READING,
    (Phase.CLOSED, "take"): Phase.READING,
    (Phase.READING, "read_to_end"): Phase.FENCING,
    (Phase.FENCING, "fence_landed"): Phase.CONFIRMING,
    (Phase.CONFIRMING, "outranked"): Phase.FENCING,
    (Phase.CONFIRMING, "confirmed"): Phase.TAKEN,
    (Phase.CLOSED, "keep"): Phase.KEEPING,
    (Phase.KEEPING, "kept"): Phase.TAKEN,
    (Phase.KEEPING, "overtaken"): Phase.READING,
    (Phase.TAKEN, "sought"): Phase.MENDING,
    (Phase.MENDING, "mended"): Phase.READY,
    (Phase.READY, "open"): Phase.OPEN,
    **{(phase, "close"): Phase.CLOSED for phase in Phase if phase is not Phase.ENDED},
    **{(phase, "stop"): Phase.ENDED for phase in Phase},
}


def move(phase: Phase, event: str) -> Phase:
    """The phase after this event. Raises `IntentflowError` if it cannot happen now: the process must end."""
    try:
        return MOVES[phase, event]
    except KeyError:
        raise IntentflowError(f"lane protocol: {event!r} cannot happen while {phase}") from None
