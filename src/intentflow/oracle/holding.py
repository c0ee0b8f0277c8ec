"""What is known of a lead, and what it is interested in. The sentences quoted are those of `docs/semantics.md`, "What holds"."""

from collections.abc import Iterable
from typing import NamedTuple

from intentflow.oracle.past import Entry, events_of
from intentflow.oracle.worth import Pieces


class Known(NamedTuple):
    """A fact that holds."""

    fact: str
    by: tuple[str, ...]  # names of its ways
    until: int | None  # epoch milliseconds; None: for ever


def known(pieces: Pieces, entries: Iterable[Entry], t: int) -> list[Known]:
    """'Of each fact that holds: when it ends, and the ways whose latest event has the time of the fact's latest.'"""
    events, found = list(events_of(entries)), []
    for fact in pieces.model.facts:
        if pieces.holds(fact.name, t):
            latest = max(event.at for event in events if fact.name in event.facts)
            then = {
                way
                for way in fact.ways
                if latest == max((e.at for e in events if (fact.name, way.name) in e.ways), default=None)
            }
            found.append(Known(fact.name, tuple(w.name for w in fact.ways if w in then), pieces.held[fact.name]))
    return found


def topics(pieces: Pieces, t: int) -> dict[str, float]:
    """'The sum of what these signals are worth, each as far as it is more than 0 and before the cap of its group.'"""
    found: dict[str, float] = {}
    for part in pieces.parts:
        topic, worth = part.signal.topic, part.worth(t)
        if topic is not None and worth > 0:
            found[topic] = found.get(topic, 0.0) + worth
    return found
