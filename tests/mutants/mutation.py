"""One rule of the protocol, broken: a small patch of the source that must match exactly once."""

from msgspec import Struct

LANE = "src/intentflow/lane/"
PROTOCOL, SETTLING, FLIGHTS = LANE + "protocol.py", LANE + "settling.py", LANE + "flights.py"
CHANGELOG, FOLDING, GAP, MARKS = LANE + "changelog.py", LANE + "folding.py", LANE + "gap.py", LANE + "marks.py"
PLACES, CLOCK, STUBS, ORDER = LANE + "places.py", LANE + "clock.py", LANE + "stubs.py", LANE + "order.py"
ERASING = "src/intentflow/wire/erasing.py"
CUTTING = "src/intentflow/wire/cutting.py"
BONDS, IDENTITY = "src/intentflow/domain/bonds.py", "src/intentflow/domain/identity.py"
EVENT_CHUNK = "src/intentflow/wire/event_chunk.py"


class Mutation(Struct, frozen=True):
    """One rule, broken: in `file` each old text becomes the new one."""

    name: str
    rule: str  # of design 8 (or 5: time)
    file: str
    patches: tuple[tuple[str, str], ...]
