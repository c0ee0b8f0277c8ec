"""What evidence weighs of a lead's counts, for people to read."""

from collections.abc import Iterable
from zlib import crc32

from msgspec.structs import replace

from intentflow.domain.change import Receipt
from intentflow.domain.counting import ENTRY, PERIOD, Counting
from intentflow.domain.lead import Lead
from intentflow.domain.rules import Evidence


def against(counting: Counting, lead: Lead) -> dict[bytes, Evidence]:
    """By signal: of the evidence that weighs one of its open periods the one of the least weight."""
    found: dict[bytes, Evidence] = {}
    latests = zip(range(0, len(lead.signals), 4), ENTRY.iter_unpack(lead.counts), strict=True)
    periods = [(lead.signals[i : i + 4], at, events) for i, (_, at, events) in latests]
    for code, at, events in [*periods, *PERIOD.iter_unpack(lead.older)]:
        rule = counting.rules.get(code)
        one = counting.speaks_against(lead, rule, at) if events and rule is not None and rule[4] else None
        if one is not None and (code not in found or one.weight < found[code].weight):
            found[code] = one
    return found


def noted(counting: Counting, lead: Lead, receipts: Iterable[Receipt]) -> list[Receipt]:
    """The same receipts; those of signals that evidence weighs say by how much at most, and why."""
    if lead.evidence is None:
        return list(receipts)
    by_signal = against(counting, lead)
    found = [(receipt, by_signal.get(crc32(receipt.signal.encode()).to_bytes(4, "little"))) for receipt in receipts]
    return [r if one is None else replace(r, weight=one.weight, because=one.because) for r, one in found]
