"""Pydantic's errors as flaws in our words, each with the key that it is about and the nearest known one."""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from intentflow.model import condition, fact_written, schema, traits
from intentflow.model.document import Tree
from intentflow.model.durations import shown
from intentflow.model.findings import Flaw, Path
from intentflow.model.suggest import did_you_mean

KEYS: dict[tuple[str, ...], type[BaseModel]] = {  # which keys are known at a place; * is any name or number
    (): schema.ModelWritten,
    ("approved_by",): schema.ApprovedBy,
    ("groups", "*"): schema.GroupWritten,
    ("signals", "*"): schema.SignalWritten,
    ("signals", "*", "when"): condition.When,
    ("signals", "*", "when", "attributes", "*"): condition.TestWritten,
    ("signals", "*", "grades"): traits.GradeWritten,
    ("signals", "*", "when", "ideal", "*"): traits.TraitWritten,
    ("facts", "*"): fact_written.FactWritten,
    ("evidence", "*"): schema.EvidenceWritten,
    ("evidence", "*", "when"): condition.When,
    ("evidence", "*", "before"): condition.When,
    ("evidence", "*", "before", "attributes", "*"): condition.TestWritten,
    ("evidence", "*", "when", "attributes", "*"): condition.TestWritten,
    ("facts", "*", "ways", "*"): condition.When,
    ("facts", "*", "ways", "*", "attributes", "*"): condition.TestWritten,
    ("facts", "*", "when"): condition.When,
    ("facts", "*", "when", "attributes", "*"): condition.TestWritten,
    ("stages", "*"): schema.StageWritten,
    ("stages", "*", "enter"): schema.EnterWritten,
    ("stages", "*", "leave"): schema.LeaveWritten,
    ("eligible",): schema.EligibleWritten,
    ("criteria",): schema.EnterWritten,
    ("likelihood", "*"): schema.LikelyWritten,
    ("examples", "*"): schema.ExampleWritten,
    ("examples", "*", "given"): schema.GivenWritten,
    ("examples", "*", "expect"): schema.ExpectWritten,
}
ELSEWHERE = {  # keys that people look for in another place
    ("stages", "facts"): "facts go inside enter: enter: {facts: [need, source]}",
    ("stages", "fact"): "a fact goes inside enter: enter: {fact: need}",
    ("enter", "unless"): "unless goes beside enter, not inside: unless: disqualified",
    ("leave", "unless"): "unless goes beside leave, not inside: unless: disqualified",
    ("leave", "after"): "a stage entered by a fact is left when the fact ends: give the fact lasts: 90d",
    ("leave", "facts"): "facts of enter must hold to stay, too; take it out",
    ("leave", "fact"): "facts of enter must hold to stay, too; take it out",
    ("signals", "limit"): "a limit is written at_most: 2 per day",
    ("signals", "family"): "family goes inside when: when: {family: website_visit}",
    ("facts", "family"): "family goes inside when: when: {family: website_visit}",
    ("when", "until_confirmed"): "until_confirmed goes beside when, not inside",
    ("when", "once"): "once goes beside when, not inside",
}
KINDS = {
    "missing": "is missing",
    "dict_type": "must be keys and values",
    "model_type": "must be keys and values",
    "string_type": "must be text",
    "date_type": "must be a date, like 2027-05-01",
}


def unknown_key(path: Path) -> str:
    """What to say of a key of a scoring model that is not known at its place."""
    *around, key = path
    where = _place(around)
    last = [step for step in around if isinstance(step, str) and step in {"when", "enter", "leave"}][-1:] or [
        str(step) for step in around[:1]
    ]
    if (elsewhere := ELSEWHERE.get((last[0] if last else "", str(key)))) is not None:
        return elsewhere
    return unknown(str(key), list(KEYS[where].model_fields) if where in KEYS else [])


def unknown(key: str, known: list[str]) -> str:
    """That a key is not known, with the nearest of those that are, or all of them."""
    hint = did_you_mean(key, known) or (f"; known are {', '.join(known)}" if known else "")
    return f'unknown key "{key[:60]}"{hint}'


def mistakes(tree: dict[str, Tree], error: ValidationError, words: Callable[[Path], str] = unknown_key) -> list[Flaw]:
    """A flaw for each of the errors, with the path that it has in the file; `words` tells of an unknown key."""
    return [_flaw(tree, dict(each), words) for each in error.errors(include_url=False)]


def _flaw(tree: dict[str, Tree], error: dict[str, Any], words: Callable[[Path], str]) -> Flaw:
    kind, loc = str(error["type"]), tuple(error["loc"])
    path = _in_file(tree, loc)
    if kind == "extra_forbidden":
        return Flaw(path, words(path), named=True)
    if kind == "missing":
        return Flaw((*path, str(loc[-1])), KINDS[kind])
    if kind == "value_error":
        text = str(error["ctx"]["error"])
        return Flaw(path, f"the name {text}" if loc and loc[-1] == "[key]" else text)
    if kind in ("too_short", "too_long"):
        context = error["ctx"]
        bounds = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        return Flaw(path, f"must have {bounds} entries")
    if kind in KINDS:
        return Flaw(path, f"{KINDS[kind]}, not {shown(error['input'])}")
    return Flaw(path, f"{str(error['msg'])[:1].lower()}{str(error['msg'])[1:]}")


def _in_file(tree: Tree, loc: Iterable[str | int]) -> Path:
    """The steps of pydantic's location that are there in the file; it adds some of its own."""
    path: list[str | int] = []
    for step in loc:
        if isinstance(tree, dict) and step in tree:
            tree = tree[str(step)]
            path.append(step)
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
            path.append(step)
    return tuple(path)


def _place(around: Iterable[str | int]) -> tuple[str, ...]:
    """The place with `*` for names and numbers, and without the numbers of a list of conditions or events."""
    steps = list(around)
    named = ["*" if i == 1 and steps[0] != "approved_by" else step for i, step in enumerate(steps)]
    kept = [step for i, step in enumerate(named) if i < 2 or not isinstance(step, int)]
    return tuple("*" if i > 2 and kept[i - 1] in ("attributes", "ways") else str(step) for i, step in enumerate(kept))
