"""What came before what it should have come after: a link of a mail that was followed before the mail was opened, and the mail opened then.

By hour the first event that may be suspect is kept, and the first and last of those that it should have come after: no more is needed to
tell, whatever the order in which they came, and two leads' marks are merged like more events.
"""

from itertools import groupby

from intentflow.domain.rules import MAX_BEFORE
from intentflow.domain.worth import STAMP

SUSPECT, AFTER = (0).to_bytes(4, "big"), (1).to_bytes(4, "big")  # behind the time, which has 6 bytes


Kinds = tuple[bool, bool]  # whether an event is suspect, and whether it is one that should have come before


def marks(at: int, kinds: Kinds) -> bytes:
    """What is kept of an event."""
    time = at.to_bytes(6, "big")
    return b"".join(time + kind for kind, is_so in zip((SUSPECT, AFTER), kinds, strict=True) if is_so)


def kept(held: bytes, more: bytes, hour: int) -> bytes:
    """Both together, as far as they are kept, in order."""
    found = sorted({each[i : i + STAMP] for each in (held, more) for i in range(0, len(each), STAMP)})
    by_hour = [list(of_it) for _, of_it in groupby(found, key=lambda one: _at(one) // hour)][-MAX_BEFORE:]
    return b"".join(one for of_it in by_hour for one in _needed(of_it))


def _needed(found: list[bytes]) -> list[bytes]:
    """Of an hour's marks the first that is suspect, and the first and the last of the others."""
    suspect = [one for one in found if one[6:] == SUSPECT][:1]
    after = [one for one in found if one[6:] == AFTER]
    return sorted({*suspect, *after[:1], *after[-1:]})


def hours_told(held: bytes, within: int, hour: int) -> list[int]:
    """The hours whose first suspect event came before one of the others and after none, within that time."""
    found = [held[i : i + STAMP] for i in range(0, len(held), STAMP)]
    after = [_at(one) for one in found if one[6:] == AFTER]
    suspects = [_at(one) for one in found if one[6:] == SUSPECT]
    return [
        at // hour
        for at in suspects
        if any(at < one < at + within for one in after) and not any(at - within < one <= at for one in after)
    ]


def _at(one: bytes) -> int:
    return int.from_bytes(one[:6], "big")
