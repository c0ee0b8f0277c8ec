"""The same records through one partition of the lane, with the short way and without; and the models that they are folded by."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from intentflow.domain.rules import Condition, Counted, Group, Limit, ScoringModel, Stage
from intentflow.lane.chunk import Chunk
from intentflow.lane.due import Due
from intentflow.lane.effects import Effect, Publish, Seek, WriteLog
from intentflow.lane.folding import fold_chunk, fold_control
from intentflow.lane.marks import Topic
from intentflow.lane.places import Place
from intentflow.model.load import load
from intentflow.wire.chunk import Scorer
from intentflow.wire.cutting import BOUND, Bound
from intentflow.wire.quick import Short
from intentflow.wire.records import Folded
from intentflow.wire.rows import encode_row
from tests.lane.scenes import EVENTS, Log, Record, process

VISITS, CONTROL = Topic("visits", "2"), Topic("control", "3")
TOPICS = (EVENTS, VISITS, CONTROL)
FAMILIES = ("website_visit", "newsletter_signup", "cart", "landing_page")
COUNTS = ("counted", "duplicate", "refused", "forwarded", "passed", "skipped", "marked")
HOUR = 3_600_000


def signals(half_life: int | None, most: int, period: int, cap: float | None) -> tuple[Counted, ...]:
    """One for each family, all of them limited."""
    return tuple(
        Counted(
            name=family,
            axis="engagement" if n % 2 else "intent",
            points=1.0 + n,
            half_life=half_life,
            group="all" if n % 2 else None,
            limit=Limit(most, period),
            cap=cap,
            when=(Condition(family=family),),
        )
        for n, family in enumerate(FAMILIES)
    )


def of_short_periods(name: str, half_life: int | None, remembered: int, enter: float) -> ScoringModel:
    """Periods close within a chunk, and what is remembered is soon full."""
    return ScoringModel(
        name=name,
        version=1,
        hash=name,
        signals=signals(half_life, 2, HOUR, None),
        groups=(Group("all", "engagement", 6.0),),
        stages=(Stage(name="low"), Stage(name="high", enter=(("intent", enter),), leave=(("intent", enter / 2),))),
        horizon=3 * HOUR,
        remembered=remembered,
    )


@cache
def known_models() -> Mapping[str, ScoringModel]:
    """Those that we ship, the benchmark's, and two that close, forget and move all the time."""
    shipped = {name: load(name) for name in ("retail", "b2b-saas", "bants", "bench/peers/model.yaml")}
    made = (of_short_periods("forgetful", 2 * HOUR, 4, 9.0), of_short_periods("lasting", None, 64, 1e9))
    return shipped | {model.name: model for model in made}


def both(model: ScoringModel, sources: int, bound: Bound = BOUND) -> tuple[Scorer, Scorer]:
    """A scorer that takes the short way, if there is one, and one that doesn't."""
    quick, plain = Scorer(model, sources, bound), Scorer(model, sources, bound)
    plain.quick = None
    return quick, plain


class Came(NamedTuple):
    """What came of some records."""

    rows: dict[bytes, bytes]
    told: dict[bytes, list[bytes]]
    rejected: list[tuple[int, str]]
    counts: tuple[int, ...]


def came_of(scorer: Scorer, records: Sequence[Record], rows: Mapping[bytes, bytes] | None = None) -> tuple[Came, int]:
    """Of one chunk, and how many leads went the short way."""
    out, after, told = Folded([], [], []), dict(rows or {}), dict[bytes, list[bytes]]()
    for key, lead, news in scorer.fold_each(after, records, 0, 0, 1, {}, out, short=Short(1, {})):
        after[key] = encode_row(1, lead)
        told[key] = [each.payload for each in news]
    after.update(out.rows)
    rejected = [(record.offset, str(why.reason)) for record, why in out.rejected]
    told = {key: news for key, news in told.items() if news}
    return Came(after, told, rejected, tuple(getattr(out, name) for name in COUNTS)), len(out.rows)


class Lane:
    """A partition that reads two topics of events and the control topic, and all that it wrote."""

    def __init__(self, core: Scorer, partitions: int) -> None:
        self.core, self.partitions = core, partitions
        self.log, self.part = Log(), process(topics=TOPICS)
        effects = self.part.take()
        while not isinstance(effects[0], Seek):
            effects = self.log.perform(self.part, effects[0])
        self.log.all(self.part, self.part.sought({topic.name: Place(None, 0, 1 << 40) for topic in TOPICS}))
        self.part.open(1)
        self.due = Due(self.part.rows)
        self.owed: list[Effect] = []  # that nobody has performed yet
        self.written: dict[bytes, bytes | None] = {}
        self.told: dict[bytes, list[bytes]] = {}
        self.rejected: list[tuple[int, str]] = []
        self.counts = Counter[str]()
        self.short = 0  # leads that went the short way, chunk by chunk

    def read(self, topic: str, records: Sequence[Record]) -> None:
        """One chunk."""
        start = self.part.next[topic]
        chunk = Chunk(topic, 0, start, max(start, records[-1].offset + 1), records, 1)
        self.part.accept(chunk)
        steps = (
            fold_control(self.part, self.due, self.core, chunk, self.partitions)
            if topic == CONTROL.name
            else fold_chunk(self.part, self.due, self.core, chunk, self.partitions)
        )
        for effects, folded in steps:
            self._note(effects, folded)

    def _note(self, effects: list[Effect], folded: Folded) -> None:
        self.owed += effects
        self.short += len(folded.rows)
        self.rejected += [(record.offset, why.reason) for record, why in folded.rejected]
        self.counts.update({name: getattr(folded, name) for name in COUNTS})
        for effect in effects:
            if isinstance(effect, WriteLog):
                self.written.update(effect.items)

    def settle(self) -> None:
        """All that is under way lands and is published."""
        effects, self.owed = self.owed, []
        for effect in effects:
            self._all(effect)

    def _all(self, effect: Effect) -> None:
        if isinstance(effect, Publish):
            for key, told in effect.changes:
                self.told.setdefault(key, []).extend(each.payload for each in told)
        for more in self.log.perform(self.part, effect):
            self._all(more)

    def seen(self) -> tuple[object, ...]:
        """Everything that the two ways must agree in."""
        pending = {key: tuple(waiting) for key, waiting in self.part.pending.items()}
        rows, rejected = dict(self.part.rows), sorted(self.rejected)
        return rows, self.written, self.told, rejected, self.counts, pending, self.part.next
