"""What `intentflow explain` prints: a lead's standing in sentences and tables, and the same as JSON."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from intentflow.cli.doubts import doubts_document, doubts_table, weighed_words
from intentflow.cli.profile import profile_document, profile_lines, profile_table
from intentflow.cli.shopping import carts_and_sign_up, carts_document, sign_up_document
from intentflow.cli.when import date_words, span_words, when_words
from intentflow.domain.change import Answers, Gap, Held, Interest, rfc3339
from intentflow.domain.explain import Ending, Explanation
from intentflow.domain.rules import AXES, ScoringModel, Stage


def document(key: bytes, model: ScoringModel, told: Explanation) -> dict[str, object]:
    """The explanation as JSON has it."""
    stage = stage_of(model, told)
    return {
        "lead": key.decode(),
        "at": rfc3339(told.at),
        "stage": told.stage,
        "meaning": stage.meaning,
        "since": rfc3339(told.since),
        "treatment": stage.treatment,
        "follow_up_by": None if stage.follow_up is None else rfc3339(told.since + stage.follow_up),
        "scores": dict(zip(AXES, told.scores, strict=True)),
        "answers": told.answers,
        "receipts": told.receipts,
        "facts": told.facts,
        "topics": told.topics,
        "missing": told.missing,
        "outlook": [{"at": rfc3339(at), **dict(zip(AXES, scores, strict=True))} for at, scores in told.outlook],
        "due": None if told.due is None else rfc3339(told.due),
        "due_stage": told.due_stage,
        "due_endings": told.due_endings,
        "profile": profile_document(told),
        "carts": carts_document(told),
        "newsletter": sign_up_document(told),
        "evidence": doubts_document(told),
        "full": told.full,
        "merged": [
            {"lead": one.whose.decode(), "at": rfc3339(one.at), **dict(zip(AXES, one.scores, strict=True))}
            for one in told.merged
        ],
    }


def show(out: Console, key: bytes, model: ScoringModel, told: Explanation) -> None:
    """The explanation for people."""
    name = escape(key.decode())
    out.print(
        f"[bold]{name}[/] is [bold]{told.stage}[/] since {when_words(told.since)}; told as of {when_words(told.at)}."
    )
    for line in stage_lines(stage_of(model, told), told.since, told.at):
        out.print(line)
    out.print("", receipts_table(told) if told.receipts else "It has no points: nothing of what it did counts now.")
    if told.doubts:
        out.print(doubts_table(told))
    if told.merged:
        out.print(history_table(told))
    if told.known:
        out.print(profile_table(told))
    for line in profile_lines(told):
        out.print(line)
    for part in carts_and_sign_up(told):
        out.print(part)
    for line in known_lines(told.facts, told.topics):
        out.print(line)
    out.print(answers_words(told.answers))
    out.print(outlook_table(told))
    out.print(due_words(told))
    for line in missing_lines(told.missing):
        out.print(line)


def stage_of(model: ScoringModel, told: Explanation) -> Stage:
    """The stage in which the lead stands."""
    return next(stage for stage in model.stages if stage.name == told.stage)


def stage_lines(stage: Stage, since: int, now: int) -> Iterator[str]:
    """What the glossary says of the stage, what is to be done, and until when somebody should have."""
    if stage.meaning:
        yield f"[dim]{escape(stage.meaning)}[/]"
    to_do = {"nurture": "To be nurtured, not called.", "sales": "For sales."}.get(stage.treatment, "")
    if stage.follow_up is not None:
        due = since + stage.follow_up
        over = "" if now < due else f": {span_words(now - due)} ago"
        to_do = f"{to_do} Somebody should act by {when_words(due)}{over}.".strip()
    if to_do:
        yield to_do


def receipts_table(told: Explanation) -> Table:
    """The receipts by axis, the largest first, and the scores that they add up to."""
    table = Table("receipt", "axis", "points", title="Where the points come from", title_justify="left")
    table.columns[2].justify = "right"
    for receipt in sorted(told.receipts, key=lambda r: (r.axis, -r.points)):
        table.add_row(receipt.signal + weighed_words(receipt), receipt.axis, f"{receipt.points:+.3f}")
    table.add_section()
    for axis, points in zip(AXES, told.scores, strict=True):
        if points or any(receipt.axis == axis for receipt in told.receipts):
            table.add_row("[bold]score[/]", axis, f"[bold]{points:.3f}[/]")
    return table


def history_table(told: Explanation) -> Table:
    """The leads that turned out to be this one, and what they were worth when they did."""
    title = "Whose history is in it, and its points then"
    table = Table("history of", "came in", *AXES, title=title, title_justify="left")
    for one in told.merged:
        table.add_row(escape(one.whose.decode()), when_words(one.at), *(f"{points:.3f}" for points in one.scores))
    return table


def known_lines(facts: Sequence[Held], topics: Sequence[Interest]) -> Iterator[str]:
    """The facts that hold, and what the lead is interested in."""
    if facts:
        yield f"Holds: {', '.join(_held(one) for one in facts)}."
    if topics:
        yield f"Interested in: {', '.join(f'{escape(one.topic)} ({one.points:.1f} points)' for one in topics)}."


def _held(one: Held) -> str:
    by = f" by {' and '.join(one.by)}" if one.by else ""
    return f"{one.fact}{by}" + ("" if one.until is None else f" until {date_words(one.until)}")


def outlook_table(told: Explanation) -> Table:
    """The scores to come, if nothing happens."""
    table = Table("if nothing happens", *AXES, title="What time will do", title_justify="left")
    for at, scores in told.outlook:
        table.add_row(when_words(at), *(f"{points:.3f}" for points in scores))
    return table


def due_words(told: Explanation) -> str:
    """When time alone will move the lead, where to, and why."""
    if told.due is None or told.due_stage is None:
        return "Time alone moves it nowhere."
    then = f"in {span_words(told.due - told.at)}, at {when_words(told.due)}"
    if not told.due_endings:
        return f"If nothing happens it comes to [bold]{told.due_stage}[/] {then}."
    ends = " and ".join(_ending(one) for one in told.due_endings)
    return f"If nothing happens it falls to [bold]{told.due_stage}[/] {then}: {ends}."


def _ending(one: Ending) -> str:
    return f"{one.fact} ends" if one.axis is None else f"{one.axis} falls below {one.below:g}"


def missing_lines(gaps: Sequence[Gap]) -> Iterator[str]:
    """A sentence for each stage up that asks for something yet."""
    for stage in dict.fromkeys(gap.stage for gap in gaps):
        parts = [_gap(gap) for gap in gaps if gap.stage == stage]
        yield f"Missing for [bold]{stage}[/]: {', '.join(parts)}."


def _gap(gap: Gap) -> str:
    if gap.points is not None:
        return f"{gap.points:.1f} points of {gap.axis}"
    if gap.fact is not None:
        return f"the fact {gap.fact}"
    until = "" if gap.not_before is None else f"not before {date_words(gap.not_before)}"
    return until if gap.unless is None else f"the end of {gap.unless}" + (f" ({until})" if until else "")


def answers_words(answers: Answers) -> str:
    """The three answers in a sentence each."""
    said = ["Eligible to buy." if answers.eligible else "[bold]Not eligible[/] to buy."]
    if answers.criteria:
        said.append(f"Meets {answers.criteria_met} of {answers.criteria} criteria.")
    if answers.likelihood is not None:
        said.append(f"Of leads like it, {answers.likelihood:.1%} bought.")
    return " ".join(said)


def full_lines(told: Explanation) -> list[str]:
    """What the lead holds the most of."""
    return [f"Full: {one.most} {one.what}. When another comes, what goes is {one.goes}." for one in told.full]
