"""What a lead holds as much of as it may, so that something of it goes when more comes: so it says, and so its row stays bounded.

Windows, periods and entries of a stage are not among it: their bounds are those of the model's own rules, which look no further.
"""

from collections.abc import Iterator

from msgspec import Struct

from intentflow.domain.bonds import HEARD, HEARD_BYTES, MERGED
from intentflow.domain.change import rfc3339
from intentflow.domain.event import MAX_ATTRIBUTES
from intentflow.domain.lead import Lead
from intentflow.domain.rules import MAX_CARTS, MAX_HOURS


class Full(Struct, frozen=True):
    """One thing of which a lead holds the most."""

    what: str
    most: int
    goes: str  # what is forgotten when another comes, or what follows from it


def full(lead: Lead) -> Iterator[Full]:
    """Everything of which it does."""
    if lead.floor:
        late = f"the oldest; of {rfc3339(lead.floor)} and before, whatever is not among them is rejected as too_late"
        yield Full("ids of counted events", len(lead.seen_hashes) // 4, late)
    if len(lead.carts or ()) >= MAX_CARTS:
        yield Full(
            "carts", MAX_CARTS, "the one used longest ago; of its abandonment nothing is told, and nothing taken back"
        )
    if len(lead.profile or ()) >= MAX_ATTRIBUTES:
        yield Full("attributes", MAX_ATTRIBUTES, "the one told longest ago")
    if sum(map(len, (lead.evidence or {}).values())) >= MAX_HOURS:
        yield Full("hours with evidence", MAX_HOURS, "the earliest: what was counted in it counts in full")
    if lead.bonds is None:
        return
    if len(lead.bonds.heard) >= HEARD * HEARD_BYTES:
        again = "the one heard longest ago; a message of it that is published again is heard again"
        yield Full("senders of messages", HEARD, again)
    if len(lead.bonds.merged) >= MERGED:
        yield Full("histories that came in", MERGED, "the name of the first; its points stay")
