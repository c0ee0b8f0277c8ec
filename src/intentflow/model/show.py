"""A model as tables that a marketer can read out in a meeting."""

from collections.abc import Iterator
from typing import Literal

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from intentflow.domain.rules import AXES, AnySignal, Axis, Criteria, Eligible, Likely, Repeated, ScoringModel, Stage
from intentflow.model.approval import approval_words
from intentflow.model.durations import duration_words, limit_words
from intentflow.model.load import Reading
from intentflow.model.words import evidence_words, fact_words, signal_words

Side = Literal["left", "right"]
AXIS_WORDS: dict[Axis, str] = {
    "engagement": "how much they deal with us; fades",
    "fit": "who they are; does not fade",
    "intent": "how ready they are to buy; fades",
}


def rendered(reading: Reading) -> RenderableType:
    """The whole model; readable from 80 columns on."""
    return Group(*_parts(reading))


def _parts(reading: Reading) -> Iterator[RenderableType]:
    model = reading.model
    yield _title(reading)
    yield _section("Stages, from low to high", _stages(model.stages))
    for axis in AXES:
        signals = [signal for signal in model.signals if signal.axis == axis]
        if signals:
            yield _section(f"Signals of {axis}: {AXIS_WORDS[axis]}", _signals(signals, reading))
    if model.criteria != Criteria() or model.eligible != Eligible() or model.likelihood:
        yield _section("Three answers about every lead", _answers(model))
    if model.groups:
        yield _section("Groups: what signals count together, at most", _groups(model))
    if model.facts:
        yield _section("Facts: what is known of a lead", _facts(reading))
    if model.evidence:
        yield _section("Evidence: what no human did, and what it leaves of the same hour", _evidence(reading))


def _title(reading: Reading) -> RenderableType:
    model, written = reading.model, reading.written
    title = Text.assemble((model.name, "bold"), f" version {model.version}, {model.status}")
    if who := approval_words(written):
        title.append(f"\napproved by {who}")
    if written.review_by is not None:
        title.append(f"\nto be reviewed by {written.review_by}")
    for measure in written.measured_by:
        title.append(f"\nmeasured by {measure}")
    return title


def _section(title: str, table: Table) -> RenderableType:
    return Padding(Group(Text(title, style="bold"), table), (1, 0, 0, 0))


def _table(*columns: tuple[str, Side, int | None]) -> Table:
    """Columns as (heading, alignment, least width); those without a width share what is left."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), expand=True, show_edge=False)
    for heading, side, width in columns:
        table.add_column(
            heading,
            justify=side,
            width=width,
            ratio=None if width else 1,
            overflow="fold",
            header_style="dim",
            vertical="top",
        )
    return table


def _stages(stages: tuple[Stage, ...]) -> Table:
    table = _table(
        ("stage", "left", _widest([s.name for s in stages], 8, 16)),
        ("entered with", "left", None),
        ("left", "left", None),
    )
    table.add_column("what it means, and what is done", ratio=2, header_style="dim")
    for number, stage in enumerate(stages):
        entered = (
            "everybody begins here"
            if number == 0
            else _lines([*_axes(stage.enter), *stage.facts, *(f"unless {fact}" for fact in stage.unless)])
        )
        table.add_row(Text(stage.name, style="bold"), entered, _left(number, stage), escape(_meaning(stage)))
        table.add_section()
    return table


def _axes(thresholds: tuple[tuple[Axis, float], ...]) -> list[str]:
    return [f"{axis} {value:g}" for axis, value in thresholds]


def _lines(parts: list[str]) -> str:
    return "\n".join(parts)


def _left(number: int, stage: Stage) -> str:
    parts = [f"below {said}" for said in _axes(stage.leave)]
    parts += [] if not stage.facts else ["when that ends" if len(stage.facts) == 1 else "when one of those ends"]
    parts += [f"at once when {fact}" for fact in stage.unless]
    if number and not parts:
        return "never"
    parts += [f"stays {duration_words(stage.dwell)} at least"] if stage.dwell else []
    return _lines(parts)


def _meaning(stage: Stage) -> str:
    said = [stage.meaning] if stage.meaning else []
    said += [f"Treatment: {stage.treatment}."] if stage.treatment != "none" else []
    said += [f"Somebody acts within {duration_words(stage.follow_up)}."] if stage.follow_up else []
    said += [f"Not again within {duration_words(stage.cool_down)}."] if stage.cool_down else []
    said += [f"At most {limit_words(stage.hand_offs)}."] if stage.hand_offs else []
    return " ".join(said)


def _signals(signals: list[AnySignal], reading: Reading) -> Table:
    table = _table(
        ("signal", "left", _widest([s.name for s in reading.model.signals], 10, 20)),
        ("when somebody ...", "left", None),
        ("points", "right", 6),
        ("halves in", "left", 8),
        ("at most", "left", 11),
    )
    for signal in signals:
        table.add_row(signal.name, _when(signal, reading), f"{signal.points:+g}", _halves(signal), _at_most(signal))
    return table


def _when(signal: AnySignal, reading: Reading) -> Text:
    said = Text(signal_words(signal, reading.written.pages))
    beside = [f"in {signal.group}"] if signal.group else []
    beside += [f"about {signal.topic}"] if signal.topic else []
    return said.append(f" ({', '.join(beside)})", style="dim") if beside else said


def _halves(signal: AnySignal) -> str:
    if isinstance(signal, Repeated):
        return "–"  # noqa: RUF001 - a dash in a table
    return "never" if signal.half_life is None else duration_words(signal.half_life)


def _at_most(signal: AnySignal) -> str:
    limit, cap = getattr(signal, "limit", None), getattr(signal, "cap", None)
    said = [limit_words(limit)] if limit else []
    said += [f"{'-' if signal.points < 0 else ''}{cap:g} points"] if cap else []
    return "\n".join(said)


def _answers(model: ScoringModel) -> Table:
    table = _table(("is the lead ...", "left", 20), ("answer", "left", None))
    eligible, criteria = model.eligible, model.criteria
    said = [*eligible.facts, *(f"unless {fact}" for fact in eligible.unless)]
    table.add_row("eligible to buy?", _lines(said) or "yes, everybody")
    asked = [*_axes(criteria.scores), *criteria.facts]
    table.add_row("meeting criteria?", _lines([f"{len(asked)} of {len(asked)} of:", *asked]) if asked else "not said")
    rows = [_likely(row) for row in model.likelihood]
    table.add_row("likely to buy?", _lines(rows) or "not said: nothing was measured yet")
    return table


def _likely(row: Likely) -> str:
    who = " or ".join(row.stages) or "anybody"
    return ", ".join([f"{row.share:.1%} of {who}", *(f"{said} at least" for said in _axes(row.scores))])


def _groups(model: ScoringModel) -> Table:
    table = _table(
        ("group", "left", _widest([g.name for g in model.groups], 8, 20)),
        ("signals", "left", None),
        ("at most", "right", 10),
    )
    for group in model.groups:
        members = ", ".join(signal.name for signal in model.signals if signal.group == group.name)
        table.add_row(group.name, members, f"{group.cap:g} points")
    return table


def _facts(reading: Reading) -> Table:
    facts, pages = reading.model.facts, reading.written.pages
    table = _table(
        ("fact", "left", _widest([f.name for f in facts], 8, 20)),
        ("since somebody ...", "left", None),
        ("lasts", "left", 10),
    )
    for fact in facts:
        table.add_row(
            fact.name, escape(fact_words(fact, pages)), "for ever" if fact.lasts is None else duration_words(fact.lasts)
        )
    return table


def _evidence(reading: Reading) -> Table:
    rules, pages = reading.model.evidence, reading.written.pages
    table = _table(
        ("evidence", "left", _widest([r.name for r in rules], 8, 20)),
        ("if somebody ...", "left", None),
        ("withdraws", "left", 17),
        ("left", "right", 6),
    )
    table.add_column("because", ratio=1, header_style="dim")
    for rule in rules:
        what = _lines(list(rule.of)) or "itself"
        table.add_row(rule.name, escape(evidence_words(rule, pages)), what, f"{rule.weight:.0%}", escape(rule.because))
    return table


def _widest(names: list[str], least: int, most: int) -> int:
    return max(least, min(most, max(map(len, names))))
