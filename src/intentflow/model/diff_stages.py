"""What changed in the stages of a model and in its three answers, and what leads that are there already have of it."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from intentflow.domain.rules import Axis, Limit, ScoringModel, Stage
from intentflow.model.difference import AT_ONCE, Aspect, Carried, Difference, Sides, at_once, changes, renamed
from intentflow.model.durations import duration_words, limit_words
from intentflow.model.words import Pages

NEXT = Carried("from now on", "it is said with each change of stage")


def stage_differences(old: ScoringModel, new: ScoringModel, pages: Sides) -> Iterator[Difference]:
    """Of the stages, from low to high; what is gone comes last."""
    before, after = {s.name: s for s in old.stages}, {s.name: s for s in new.stages}
    former = renamed(before, after, lambda one, other: replace(one, name=other.name, meaning=other.meaning) == other)
    for name, stage in after.items():
        if name in before:
            yield from changes("stage", name, ASPECTS, (before[name], stage), pages)
        else:
            was = f"was called {former[name]}; " if name in former else ""
            yield Difference(part="stage", name=name, kind="new", text=f"{was}{_summary(stage)}", carried=AT_ONCE)
    for name in before:
        if name not in after:
            text = f"who stands there stands in {new.stages[0].name} until the next judging"
            yield Difference(part="stage", name=name, kind="gone", text=text, carried=AT_ONCE)
    yield from _order([name for name in before if name in after], [name for name in after if name in before])


def _order(before: list[str], after: list[str]) -> Iterator[Difference]:
    if before != after:
        text = f"from low to high {', '.join(after)}; was: {', '.join(before)}"
        yield Difference(part="stage", name="order", kind="changed", text=text, carried=AT_ONCE)


def _summary(stage: Stage) -> str:
    return f"entered with {_asked(stage)}" if stage.enter or stage.facts else "everybody begins there"


def _asked(stage: Stage) -> str:
    return ", ".join([*_thresholds(stage.enter), *stage.facts]) or "nothing"


def _thresholds(scores: tuple[tuple[Axis, float], ...]) -> list[str]:
    return [f"{axis} {value:g}" for axis, value in scores]


def _leave(stage: Stage, _pages: Pages) -> str:
    said = [f"below {text}" for text in _thresholds(stage.leave)]
    return f"left {' or '.join(said)}" if said else "not left for a score"


def _cooling(old: Stage, _new: Stage) -> Carried:
    return AT_ONCE if old.cool_down else Carried("from now on", "when leads left it before is not known")


def _handing(old: Stage, new: Stage) -> Carried:
    if old.hand_offs is None and new.hand_offs is not None:
        return Carried("from now on", "how often leads entered it before is not known")
    if old.hand_offs is not None and new.hand_offs is not None and new.hand_offs.count > old.hand_offs.count:
        return Carried("partly", f"of each lead the latest {old.hand_offs.count} entries are known")
    return AT_ONCE


def _hand_offs(of: Limit | None) -> str:
    return "entered as often as it comes" if of is None else f"entered at most {limit_words(of)}"


def _time(ms: int | None, said: str, none: str) -> str:
    return f"{said} {duration_words(ms)}" if ms else none


ASPECTS: Sequence[Aspect[Stage]] = (
    Aspect(lambda s: (s.enter, s.facts), lambda s, _: f"entered with {_asked(s)}", at_once),
    Aspect(
        lambda s: s.unless,
        lambda s, _: f"barred by {' or '.join(s.unless)}" if s.unless else "barred by nothing",
        at_once,
    ),
    Aspect(lambda s: s.leave, _leave, at_once),
    Aspect(lambda s: s.dwell, lambda s, _: _time(s.dwell, "stays at least", "may be left at once"), at_once),
    Aspect(
        lambda s: s.cool_down,
        lambda s, _: _time(s.cool_down, "not again within", "may be entered again at once"),
        _cooling,
    ),
    Aspect(lambda s: s.hand_offs, lambda s, _: _hand_offs(s.hand_offs), _handing),
    Aspect(lambda s: s.treatment, lambda s, _: f"treatment: {s.treatment}", lambda _old, _new: NEXT),
    Aspect(
        lambda s: s.follow_up,
        lambda s, _: _time(s.follow_up, "somebody acts within", "nobody has to act"),
        lambda _old, _new: NEXT,
    ),
)


def answer_differences(old: ScoringModel, new: ScoringModel) -> Iterator[Difference]:
    """Of the three answers: they are worked out whenever they are asked for, so all of it applies at once."""
    for name, words in (("eligible", _eligible), ("criteria", _criteria), ("likelihood", _likelihood)):
        was, now = words(old), words(new)
        if was != now:
            yield Difference(part="answer", name=name, kind="changed", text=f"{now}; was: {was}", carried=AT_ONCE)


def _eligible(model: ScoringModel) -> str:
    said = [*model.eligible.facts, *(f"unless {fact}" for fact in model.eligible.unless)]
    return ", ".join(said) or "everybody"


def _criteria(model: ScoringModel) -> str:
    return ", ".join([*_thresholds(model.criteria.scores), *model.criteria.facts]) or "not said"


def _likelihood(model: ScoringModel) -> str:
    rows = [
        ", ".join([f"{row.share:.1%} of {' or '.join(row.stages) or 'anybody'}", *_thresholds(row.scores)])
        for row in model.likelihood
    ]
    return "; ".join(rows) or "not said"
