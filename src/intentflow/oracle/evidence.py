"""What no human did, and what it leaves of what was counted. The sentences quoted are those of `docs/semantics.md`, "Evidence"."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from intentflow.domain.rules import Counted, Evidence, Limit, ScoringModel
from intentflow.oracle.past import Entry, Joined

PAIRS, KEPT, HOURS = 512, 16, 16


class Period(NamedTuple):
    """What a limited signal counted in one period."""

    weight: float
    times: Sequence[int]


class Hours:
    """What a lead was told: hours with the rule, and the events that may make patterns."""

    def __init__(self, model: ScoringModel) -> None:
        self._model = model
        self.told: set[tuple[int, int, str]] = set()  # hour, CRC-32 of the rule's name, the name
        self.latest: dict[str, set[tuple[int, int]]] = {}  # rule -> (at, hash of the id)
        self.marks: dict[str, set[tuple[int, bool]]] = {}  # rule with `before` -> (at, whether it is suspect)

    def tell(self, rule: str, times: Iterable[int]) -> None:
        """'Of more than 512 pairs the 512 largest are kept.'"""
        self.told |= {(at // self._model.hour, crc32(rule.encode()), rule) for at in times}
        self.told = set(sorted(self.told)[-PAIRS:])

    def note(self, rule: str, events: Iterable[tuple[int, int]]) -> None:
        """'Of the events that meet a rule with a pattern the 16 largest (at, hash of the id) are kept.'"""
        kept = sorted(self.latest.get(rule, set()) | set(events))[-KEPT:]
        self.latest[rule] = set(kept)
        found = next((one for one in self._model.evidence if one.name == rule and one.at_least), None)
        if found is None:
            return
        for first in range(len(kept)):
            run = [at for at, _ in kept[first : first + found.at_least]]
            if len(run) == found.at_least and run[-1] < run[0] + found.within:
                self.tell(rule, run)

    def mark(self, rule: str, marks: Iterable[tuple[int, bool]]) -> None:
        """'The first of the former and the first and the last of the latter are kept by hour, of the latest 16 hours that have any.'"""
        every = self.marks.get(rule, set()) | set(marks)
        hours = sorted({at // self._model.hour for at, _ in every})[-HOURS:]
        self.marks[rule] = set()
        for hour in hours:
            suspect = [at for at, itself in every if itself and at // self._model.hour == hour]
            after = [at for at, itself in every if not itself and at // self._model.hour == hour]
            self.marks[rule] |= {(at, True) for at in sorted(suspect)[:1]}
            self.marks[rule] |= {(at, False) for at in (sorted(after)[:1] + sorted(after)[-1:])}

    def hours_before(self, rule: Evidence) -> set[int]:
        """'While the first event in it that meets the rule has none of `before` in the time up to it, and one in the time after.'"""
        marks = self.marks.get(rule.name, set())
        after = [at for at, itself in marks if not itself]
        return {
            at // self._model.hour
            for at, itself in marks
            if itself
            and not any(at - rule.within < one <= at for one in after)
            and any(at < one < at + rule.within for one in after)
        }

    def join(self, other: "Hours") -> None:
        """'Evidence: the union. Of patterns the union's latest, and what these tell.'"""
        self.told = set(sorted(self.told | other.told)[-PAIRS:])
        for rule, events in other.latest.items():
            self.note(rule, events)
        for rule, marks in other.marks.items():
            self.mark(rule, marks)

    def weight(self, families: set[str], start: int, end: int) -> float:
        """'The least weight of the rules that concern the signal and were told of an hour that overlaps the period.'"""
        told = {(hour, name) for hour, _, name in self.told}
        told |= {(hour, rule.name) for rule in self._model.evidence if rule.before for hour in self.hours_before(rule)}
        names = {name for hour, name in told if hour * self._model.hour < end and start < (hour + 1) * self._model.hour}
        rules = [rule for rule in self._model.evidence if rule.name in names and families & set(rule.of)]
        return min([1.0, *(rule.weight for rule in rules)])


class Weighing:
    """The periods of a limited signal, with the weight of each. A closed one keeps its own."""

    def __init__(self, model: ScoringModel, signal: Counted, limit: Limit) -> None:
        self._model, self._signal, self._limit = model, signal, limit
        self._families = {when.family for when in signal.when}
        self.hours = Hours(model)
        self.open: dict[int, list[int]] = {}
        self.closed: list[Period] = []

    def take(self, entries: Iterable[Entry]) -> "Weighing":
        """Count these in the order in which they came."""
        for entry in entries:
            if isinstance(entry, Joined):
                other = Weighing(self._model, self._signal, self._limit).take(entry.entries)
                for side in (self, other):
                    side.close(entry.bound)
                self._join(other)
                continue
            if entry.told or entry.patterns or entry.suspect or entry.after:
                self.close(entry.bound)
            if self._signal.name in entry.signals:
                self.open.setdefault(entry.at // self._limit.period, []).append(entry.at)
            for rule in entry.told:
                self.hours.tell(rule, [entry.at])
            for rule in entry.patterns:
                self.hours.note(rule, [(entry.at, entry.id_hash)])
            for rule in entry.suspect:
                self.hours.mark(rule, [(entry.at, True)])
            for rule in entry.after:
                self.hours.mark(rule, [(entry.at, False)])
        return self

    def _join(self, other: "Weighing") -> None:
        self.hours.join(other.hours)
        self.closed += other.closed
        for period, times in other.open.items():
            self.open.setdefault(period, []).extend(times)

    def close(self, bound: int) -> None:
        """'Each period whose end is at or before it is closed with the weight that it has then.'"""
        for number in [number for number in self.open if (number + 1) * self._limit.period <= bound]:
            self.closed.append(self._weighed(number, self.open.pop(number)))

    def _weighed(self, number: int, times: Sequence[int]) -> Period:
        length = self._limit.period
        return Period(self.hours.weight(self._families, number * length, (number + 1) * length), times)

    @property
    def periods(self) -> list[Period]:
        """All of them, as they count now."""
        return [*self.closed, *(self._weighed(number, times) for number, times in self.open.items())]
