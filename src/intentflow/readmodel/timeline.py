"""What happened to a lead, as far as its state still knows: the latest of each kind of thing, and its changes of stage.

A state holds no events. It holds when each signal was last seen, and how often in each period that is still open; when each fact was last
told; what was done with each cart; and so on. So a timeline is the truth, but not all of it.
"""

from collections.abc import Iterable, Iterator

from intentflow.domain.counting import ENTRY, PERIOD
from intentflow.domain.lead import Lead
from intentflow.domain.rules import Counted, Once, Repeated
from intentflow.domain.worth import STAMP, code
from intentflow.model.load import Reading
from intentflow.model.words import evidence_words, fact_words, signal_words
from intentflow.readmodel.change_told import moment_of
from intentflow.readmodel.lead_views import Moment
from intentflow.readmodel.views import ChangeView

MOST = 200  # moments
NEWSLETTER = (
    ("sign-up", "Signed up for the newsletter"),
    ("sign-up again", "Signed up for the newsletter again"),
    ("confirmed", "Confirmed the newsletter"),
    ("left", "Left the newsletter"),
    ("bounced", "A newsletter came back"),
)


class Timeline:
    """Timelines of leads of one scoring model."""

    def __init__(self, reading: Reading) -> None:
        model, pages = reading.model, reading.written.pages
        kinds = Counted | Once | Repeated
        self._signals = {code(s.name): (s.name, signal_words(s, pages)) for s in model.signals if isinstance(s, kinds)}
        self._facts = {code(f.name): (f.name, fact_words(f, pages)) for f in model.facts}
        self._evidence = {code(r.name): (r.name, f"{evidence_words(r, pages)}: {r.because}") for r in model.evidence}
        self._hour = model.hour

    def of(self, lead: Lead, changes: Iterable[ChangeView]) -> tuple[Moment, ...]:
        """The latest first."""
        found = [
            *map(_of_change, changes),
            *self._of_signals(lead),
            *self._of_facts(lead),
            *self._of_evidence(lead),
            *_of_newsletter(lead),
            *_of_carts(lead),
            *_of_profile(lead),
            *_of_merges(lead),
        ]
        return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:MOST])

    def _of_signals(self, lead: Lead) -> Iterator[Moment]:
        latest = zip(range(0, len(lead.signals), 4), ENTRY.iter_unpack(lead.counts), strict=True)
        periods = [(lead.signals[i : i + 4], at, events) for i, (_, at, events) in latest]
        for name, at, events in [*periods, *PERIOD.iter_unpack(lead.older)]:
            yield from self._signal(int.from_bytes(name, "little"), at, events)
        for once, at in (lead.firsts or {}).items():
            yield from self._signal(once, at, 0)
        for repeated, held in (lead.windows or {}).items():
            for first in range(0, len(held), STAMP):
                yield from self._signal(repeated, int.from_bytes(held[first : first + 6], "big"), 0)

    def _signal(self, name: int, at: int, events: int) -> Iterator[Moment]:
        """A signal that the model no longer has is not told: nobody would know what it was."""
        if name in self._signals and at > 0:
            title, words = self._signals[name]
            yield Moment(at=moment_of(at), kind="signal", title=title, words=words, count=events or None)

    def _of_facts(self, lead: Lead) -> Iterator[Moment]:
        for name, at in (lead.lasts or {}).items():
            if name in self._facts:
                title, words = self._facts[name]
                yield Moment(at=moment_of(at), kind="fact", title=title, words=words)

    def _of_evidence(self, lead: Lead) -> Iterator[Moment]:
        for name, hours in (lead.evidence or {}).items():
            if name in self._evidence:
                title, words = self._evidence[name]
                for hour in hours:
                    yield Moment(at=moment_of(hour * self._hour), kind="evidence", title=title, words=words)


def _of_change(change: ChangeView) -> Moment:
    title = f"{change.from_stage} → {change.to_stage}"
    return Moment(at=change.at, kind="change", title=title, words=change.cause_words, change=change)


def _of_newsletter(lead: Lead) -> Iterator[Moment]:
    times = lead.newsletter or (0,) * len(NEWSLETTER)
    for (title, words), at in dict(zip(NEWSLETTER, times, strict=True)).items():
        if at and not (words == NEWSLETTER[1][1] and at == times[0]):
            yield Moment(at=moment_of(at), kind="newsletter", title=title, words=words)


def _of_carts(lead: Lead) -> Iterator[Moment]:
    for cart in (lead.carts or {}).values():
        did = {cart.added: "filled", cart.activity: "used", cart.emptied: "emptied", cart.purchase: "bought"}
        for at, what in did.items():
            if at:
                words = f"Cart {cart.name} was {what}" if cart.name else f"A cart was {what}"
                yield Moment(at=moment_of(at), kind="cart", title=what, words=words)


def _of_profile(lead: Lead) -> Iterator[Moment]:
    told: dict[tuple[int, str], list[str]] = {}
    for name, one in (lead.profile or {}).items():
        told.setdefault((one.at, one.provenance), []).append(name if one.value is not None else f"{name} withdrawn")
    for (at, provenance), names in told.items():
        yield Moment(at=moment_of(at), kind="profile", title=", ".join(sorted(names)), words=f"Told by: {provenance}")


def _of_merges(lead: Lead) -> Iterator[Moment]:
    for one in () if lead.bonds is None else lead.bonds.merged:
        whose = one.whose.decode(errors="replace")
        yield Moment(at=moment_of(one.at), kind="merge", title=whose, words=f"What was known of {whose} came in")
