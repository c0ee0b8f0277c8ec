"""What would move a lead up, in words and as JSON."""

from collections.abc import Iterator

from intentflow.model.ways import MOST_AT_ONCE, Found, Step, Way


def ways_document(found: Found) -> dict[str, object]:
    """The ways as JSON has them."""
    ways = [
        {"stage": way.stage, "days": way.days, "steps": [{"does": s.does, "times": s.times} for s in way.steps]}
        for way in found.ways
    ]
    return {"ways": ways, "ways_complete": found.complete}


def ways_lines(found: Found, missing: tuple[str, ...]) -> Iterator[str]:
    """For each stage a heading and a line for each way; of the stages `missing` something those that nothing was found for, too."""
    for stage in dict.fromkeys((*missing, *(way.stage for way in found.ways))):
        told = [way for way in found.ways if way.stage == stage]
        if told:
            yield f"It would be {stage}, or higher, if the lead now"
            yield from (f"  - {_way(way)}" for way in told)
        else:
            searched = f"up to {MOST_AT_ONCE} things" if found.complete else "what was tried (the search is bounded)"
            yield f"Nothing of {searched} that the lead may do now puts it into {stage}."


def _way(way: Way) -> str:
    done = ", and ".join(_step(step) for step in way.steps)
    return done if way.days == 1 else f"{done}, once a day on {way.days} days"


def _step(step: Step) -> str:
    return step.does if step.times == 1 else f"{step.does} ({step.times} times)"
