"""What is known of a lead, and what it is interested in: facts that hold, with how they came about, and the points by topic.

Both follow from what a lead keeps anyway. `docs/semantics.md`, "What holds" and "Topics".
"""

from intentflow.domain.change import Held, Interest, rfc3339
from intentflow.domain.lead import Lead
from intentflow.domain.rules import Fact, ScoringModel
from intentflow.domain.worth import Worths, code, holds


def ways_of(fact: Fact) -> list[Fact]:
    """The ways of a fact, as facts of their own that no stage can ask for: no name that is written has a stroke."""
    return [Fact(f"{fact.name}/{way.name}", way.when, fact.lasts) for way in fact.ways]


class Holding:
    """What a model can tell of leads besides scores."""

    def __init__(self, model: ScoringModel) -> None:
        self._facts = [
            (fact, code(fact.name), [(way.name, code(f"{fact.name}/{way.name}")) for way in fact.ways])
            for fact in model.facts
        ]
        self._topics = any(signal.topic for signal in model.signals)

    def facts(self, lead: Lead, now: int) -> list[Held]:
        """The facts that hold at `now`, in the model's order."""
        lasts, found = lead.lasts or {}, list[Held]()
        for fact, c, ways in self._facts:
            latest = lasts.get(c)
            if latest is not None and holds(fact, latest, now):
                by = [name for name, way in ways if lasts.get(way) == latest]
                found.append(Held(fact.name, by, None if fact.lasts is None else rfc3339(latest + fact.lasts)))
        return found

    def topics(self, worths: Worths) -> list[Interest]:
        """What the lead is interested in, by what its signals are worth; the most first."""
        if not self._topics:
            return []
        sums: dict[str, float] = {}
        for meter, points in worths:
            topic = meter.signal.topic
            if topic is not None and points > 0:
                sums[topic] = sums.get(topic, 0.0) + points
        most = sorted(sums.items(), key=lambda one: (-one[1], one[0]))
        return [Interest(topic, round(points, 6)) for topic, points in most]
