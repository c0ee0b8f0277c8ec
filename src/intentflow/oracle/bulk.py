"""The final scores of very many leads, from scratch: the reference of the benchmark.

It keeps each lead's accepted events and works out what they are worth once, at the end. Which events are accepted
depends on the order of their arrival (`intentflow.oracle.admission`); a score doesn't depend on the path, so stages are
not looked at. Its work grows with the number of events, not with their square.
"""

from collections import Counter
from collections.abc import Iterator

from intentflow.domain.event import Event
from intentflow.domain.rules import Axis, ScoringModel
from intentflow.oracle.admission import Admission, Outcome, event_time
from intentflow.oracle.conditions import Kept, kept
from intentflow.oracle.worth import pieces_of


class FinalScores:
    """Feed it every event in the order of arrival, then read the scores."""

    def __init__(self, model: ScoringModel) -> None:
        self._model = model
        self._leads: dict[bytes, tuple[Admission, list[Kept]]] = {}
        self.outcomes: Counter[Outcome] = Counter()

    def event(self, key: bytes, event: Event, received: int) -> Outcome:
        """What becomes of an event. `received` is in epoch milliseconds."""
        new = kept(self._model, event, event_time(event, received))
        if key not in self._leads:
            self._leads[key] = Admission(self._model), []
        admission, events = self._leads[key]
        outcome = admission.outcome(new)
        if outcome == "counted":
            events.append(admission.accept(new))
        self.outcomes[outcome] += 1
        return outcome

    @property
    def newest(self) -> int:
        """The time of the latest accepted event of all leads, 0 if there is none. `scores` says nothing about before."""
        return max((admission.newest for admission, _ in self._leads.values()), default=0)

    def scores(self, at: int | None = None) -> Iterator[tuple[bytes, dict[Axis, float]]]:
        """Each lead's key and its score on each axis at `at`, which defaults to `newest`.

        Raises `ValueError` if `at` is before the newest event of any lead.
        """
        at = self.newest if at is None else at
        if at < self.newest:
            raise ValueError(f"{at} is before the newest event, {self.newest}: nothing is said about that time")
        for key, (_, events) in self._leads.items():
            yield key, pieces_of(self._model, events).scores(at)
