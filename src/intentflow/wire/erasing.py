"""Forgetting a lead: what an erasure leaves of it is a stub (`docs/semantics.md`, "Erasure").

The stub still says which records were applied, so that none of them counts again when it is read again after a crash. For a lead that is
its last record that counted; but a duplicate behind it would begin the lead anew, as nobody knows its id any more. So a stub says of each
source what was read of it. Only when all that is committed can it go too: then the owner writes a tombstone (design 8, rule 15).
"""

from collections.abc import Mapping

from intentflow.domain.bonds import Bonds
from intentflow.domain.causes import by_erasure
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.notices import News
from intentflow.wire.changes import told_of
from intentflow.wire.records import Folded


def fold_erasure(
    fold: Fold, key: bytes, lead: Lead, at: int, source: int, offset: int, read: Mapping[int, int]
) -> Folded:
    """Make a stub of the lead. The cause is record `offset` of `source`; one that was applied before does nothing.

    `read`: by source number, the position before which every record of the partition was folded.
    """
    if offset <= lead.applied[source]:
        return Folded([], [], [])
    stub, news = forget(fold, key, lead, at)
    stub.applied = [max(last, read.get(number, 0) - 1) for number, last in enumerate(lead.applied)]
    stub.applied[source] = offset
    return Folded([(key, stub, told_of(news, source, offset))], [], [])


def forget(fold: Fold, key: bytes, lead: Lead, at: int) -> tuple[Lead, News]:
    """The stub of a lead that is erased at `at` (epoch ms), and the change that it tells, if its stage was not the first.

    The pieces are gone before the change is made, so that it tells nothing of them: its scores are 0.
    """
    news: News = []
    stub = Lead(lead.applied, lead.outbox, stage=lead.stage, sequence=lead.sequence, bonds=_kept(lead.bonds))
    fold.leave(key, stub, max(lead.clock, at), by_erasure(at), news)
    stub.stage = stub.since = 0
    return stub, news


def _kept(bonds: Bonds | None) -> Bonds | None:
    """As much as others' messages and its own need: no repeat is heard, and no number is used twice."""
    if bonds is None or not (bonds.sent or bonds.heard):
        return None
    return Bonds(sent=bonds.sent, heard=bonds.heard)
