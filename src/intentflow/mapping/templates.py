"""Texts with columns in them: `hs-{id}`, `{first} {last?}`, `row {$line}`."""

import re
from typing import NamedTuple

from intentflow.model.suggest import did_you_mean

SPECIAL = {
    "$line": "the line of the file where the row begins",
    "$n": "with repeat or each: which one it is, from 1",
    "$each": "with each: the part of the list",
}
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")


class Place(NamedTuple):
    """Where a column goes."""

    column: str
    may_be_empty: bool  # otherwise the whole text is left out where the column is empty


Template = tuple[str | Place, ...]


def template(text: str) -> Template:
    """The parts of a text; a ValueError says what is wrong with its braces."""
    parts: list[str | Place] = []
    for token in _TOKEN.finditer(text):
        said, inside = token[0], token[1]
        if inside is not None:
            parts.append(_place(inside))
        elif said in ("{", "}"):
            raise ValueError(f'has a lone "{said}"; a column is written {{name}}, and a brace itself {said * 2}')
        else:
            parts.append(said[0] if said in ("{{", "}}") else said)
    return tuple(parts)


def columns_in(parts: Template) -> tuple[str, ...]:
    """The columns that a text asks for, in its order."""
    return tuple(part.column for part in parts if isinstance(part, Place))


def _place(inside: str) -> Place:
    name = inside.removesuffix("?")
    if not name.strip():
        raise ValueError("has braces with no column in them; a column is written {name}")
    if name.startswith("$") and name not in SPECIAL:
        raise ValueError(f"knows no {name}{did_you_mean(name, SPECIAL) or '; there are ' + ', '.join(SPECIAL)}")
    return Place(name, inside != name)
