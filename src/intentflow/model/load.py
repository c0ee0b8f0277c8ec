"""The doors of this package: a model's name or file in, a sound `ScoringModel` or a `ModelError` out, nothing else."""

from collections.abc import Iterable
from importlib.resources import files
from typing import NamedTuple

from pydantic import ValidationError

from intentflow.domain.rules import ScoringModel
from intentflow.model.document import MODEL, Document, Tree, content_of, findings_of, parse
from intentflow.model.example import Example, examples_of
from intentflow.model.findings import Flaw, ModelError
from intentflow.model.mistakes import mistakes
from intentflow.model.schema import ModelWritten
from intentflow.model.translate import translate

SHIPPED = files("intentflow.model") / "shipped"
SECTIONS = ("signals", "facts", "evidence", "groups", "stages", "pages", "glossary")
NEEDED: dict[str, Tree] = {"model": "unnamed", "version": 1}  # stand-ins, so that the rest is judged too


class Reading(NamedTuple):
    """A model with everything that was written around it."""

    document: Document
    written: ModelWritten
    model: ScoringModel
    examples: tuple[Example, ...]


def shipped() -> list[str]:
    """The names of the models that come with intentflow."""
    return sorted(entry.name.removesuffix(".yaml") for entry in SHIPPED.iterdir() if entry.name.endswith(".yaml"))


def load(name_or_path: str) -> ScoringModel:
    """A shipped model by its name, or the model in a file. Raises `ModelError` with everything that is wrong with it."""
    return read(name_or_path).model


def read(name_or_path: str) -> Reading:
    """The same, with the document, its lines and its examples."""
    if name_or_path in shipped():
        return understood(f"{name_or_path}.yaml", (SHIPPED / f"{name_or_path}.yaml").read_bytes())
    return understood(name_or_path, content_of(name_or_path, shipped(), MODEL))


def understood(file: str, content: bytes) -> Reading:
    """The model in these bytes; `file` is its name in messages."""
    return judged(parse(file, content))


def judged(document: Document) -> Reading:
    """The model that a document holds."""
    file = document.file
    written, flaws = _validated(document.tree)
    if written is None:
        raise ModelError(file, findings_of(document, flaws, "model"))
    model, more = translate(document, written)
    if flaws or more:
        raise ModelError(file, findings_of(document, [*flaws, *more], "model"))
    return Reading(document, written, model, examples_of(document, written))


def _validated(tree: dict[str, Tree]) -> tuple[ModelWritten | None, list[Flaw]]:
    """What is written, without the entries that are wrong by themselves, so that the others are judged together.

    None if too little is left.
    """
    flaws: list[Flaw] = []
    while True:
        try:
            return ModelWritten.model_validate(tree), flaws
        except ValidationError as error:
            found = mistakes(tree, error)
        flaws += found
        smaller = _without(tree, found)
        if smaller == tree or not (smaller.get("signals") and smaller.get("stages")):
            return None, flaws
        tree = smaller


def _without(tree: dict[str, Tree], flaws: Iterable[Flaw]) -> dict[str, Tree]:
    """The tree with stand-ins, or nothing, in place of what is wrong."""
    left = {**NEEDED, **tree}
    for key, *rest in {flaw.path[:2] for flaw in flaws if flaw.path}:
        section = left.get(str(key))
        if rest and key in SECTIONS and isinstance(section, dict):
            left[str(key)] = {name: entry for name, entry in section.items() if name != rest[0]}
        elif key in NEEDED:
            left[str(key)] = NEEDED[str(key)]
        else:
            left.pop(str(key), None)
    return {key: value for key, value in left.items() if value != {}}
