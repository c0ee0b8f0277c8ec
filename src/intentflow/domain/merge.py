"""Two leads turn out to be one person: the pieces of one come into the other. `docs/semantics.md`, "Merge".

Each piece merges by itself: sums, the earlier, the later, the union's latest. So the lead is then as if it had seen both leads' events,
in whatever order and grouping leads are merged, as far as nothing of it was closed or forgotten before.

What a lead is by its own record stays as it is: what was applied, its outbox, stage, since, sequence number, clock, bonds, and what was
looked ahead (due, room, paid). Whoever merges brings both leads to one time and one model first, and looks ahead and judges afterwards.
"""

from collections.abc import Callable

from intentflow.domain.carts import merged_carts
from intentflow.domain.counting import Counting
from intentflow.domain.evidence import Doubts
from intentflow.domain.lead import Lead
from intentflow.domain.profile import learn
from intentflow.domain.rules import MAX_HAND_OFFS, MAX_WINDOW, Repeated, ScoringModel
from intentflow.domain.worth import STAMP, code


class Merger:
    """Merges leads under one model."""

    def __init__(self, counting: Counting, model: ScoringModel) -> None:
        """`counting` is this model's."""
        self._counting, self._doubts, self._remembered = counting, Doubts(model), model.remembered
        self._windows = {code(s.name): s.at_least for s in model.signals if isinstance(s, Repeated)}
        self._hand_offs = {code(s.name): s.hand_offs.count for s in model.stages if s.hand_offs is not None}

    def merge(self, lead: Lead, other: Lead) -> None:
        """Bring the pieces of `other` into `lead`, which has all of both afterwards; `other` is used up, its pieces mean nothing any more.

        Both were judged last by this model (or recounted for it), or have seen nothing.
        """
        self._merge_counts(lead, other)
        lead.firsts = _joined(lead.firsts, other.firsts, min)
        lead.lasts = _joined(lead.lasts, other.lasts, max)
        lead.left = _joined(lead.left, other.left, max)
        self._merge_windows(lead, other)
        self._merge_entered(lead, other)
        _merge_newsletters(lead, other)
        lead.carts = merged_carts(lead.carts, other.carts)
        lead.told = _joined(lead.told, other.told, max)
        lead.profile = learn(lead.profile, other.profile or {})

    def _merge_counts(self, lead: Lead, other: Lead) -> None:
        """What is closed on one side stays as it was counted there; what is open on both is one period."""
        bound = max(self._counting.bound(lead), self._counting.bound(other))
        self._counting.close(lead, bound)
        self._counting.close(other, bound)
        lead.newest = max(lead.newest, other.newest)
        self._merge_remembered(lead, other)
        weighed = lead.evidence is not None or other.evidence is not None  # the other side may take it back
        self._doubts.merge(lead, other)
        self._counting.join(lead, other)
        self._counting.close(lead, self._counting.bound(lead))
        if weighed or lead.evidence is not None:
            self._counting.reweigh(lead)

    def _merge_remembered(self, lead: Lead, other: Lead) -> None:
        """The latest of both; what has to go raises the floor."""
        held = sorted({*_remembered(lead), *_remembered(other)})
        dropped, kept = held[: -self._remembered], held[-self._remembered :]
        floors = [int.from_bytes(time, "big") for time, _ in dropped[-1:]]
        lead.floor = max(lead.floor, other.floor, *floors)
        lead.seen_times = b"".join(time for time, _ in kept)
        lead.seen_hashes = b"".join(digest for _, digest in kept)

    def _merge_windows(self, lead: Lead, other: Lead) -> None:
        """As many of the latest events as the signal asks for; of a signal that the model does not have, as many as any may."""
        windows = dict(lead.windows or {})
        for name, theirs in (other.windows or {}).items():
            events = sorted({*_cut(windows.get(name, b""), STAMP), *_cut(theirs, STAMP)})
            windows[name] = b"".join(events[-self._windows.get(name, MAX_WINDOW) :])
        lead.windows = windows or None

    def _merge_entered(self, lead: Lead, other: Lead) -> None:
        """As many of the latest entries as the stage allows; of one that the model does not have, as many as any may."""
        entered = dict(lead.entered or {})
        for stage, theirs in (other.entered or {}).items():
            times = sorted({*entered.get(stage, ()), *theirs})
            entered[stage] = times[-self._hand_offs.get(stage, MAX_HAND_OFFS) :]
        lead.entered = entered or None


def _remembered(lead: Lead) -> list[tuple[bytes, bytes]]:
    return list(zip(_cut(lead.seen_times, 6), _cut(lead.seen_hashes, 4), strict=True))


def _cut(text: bytes, size: int) -> list[bytes]:
    return [text[i : i + size] for i in range(0, len(text), size)]


def _joined(
    mine: dict[int, int] | None, theirs: dict[int, int] | None, choose: Callable[[int, int], int]
) -> dict[int, int] | None:
    """All of both; of what both have, the chosen one."""
    joined = dict(mine or {})
    for name, at in (theirs or {}).items():
        joined[name] = choose(joined.get(name, at), at)
    return joined or None


def _merge_newsletters(lead: Lead, other: Lead) -> None:
    """The earlier first sign-up, the later of all others."""
    if lead.newsletter is None or other.newsletter is None:
        lead.newsletter = lead.newsletter or other.newsletter
        return
    firsts = [newsletter[0] for newsletter in (lead.newsletter, other.newsletter) if newsletter[0]]
    _, last, confirm, unsubscribe, bounce = map(max, lead.newsletter, other.newsletter)
    lead.newsletter = (min(firsts, default=0), last, confirm, unsubscribe, bounce)
