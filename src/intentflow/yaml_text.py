"""YAML that people write, read so that whatever the bytes are there is one error, which names the line.

The library has many: besides its own it lets through what a date that is none, a word that is no number or very deep nesting raise.
"""

import warnings
from collections.abc import Callable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import Node


class BrokenYamlError(ValueError):
    """A text that is no YAML: the line, from 1, and what is wrong there."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")
        self.line, self.text = line, text


def loaded(text: str) -> Any:
    """What it says, as plain values. Raises BrokenYamlError."""
    return _read(YAML(typ="safe").load, text)


def composed(text: str) -> Node | None:
    """Its tree of nodes; an alias is the same node again, and the later of two anchors of one name counts. Raises BrokenYamlError."""
    found: Node | None = _read(YAML(typ="safe", pure=True).compose, text)
    return found


def _read(work: Callable[[str], Any], text: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library warns of an anchor used twice
            return work(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise BrokenYamlError(mark.line + 1 if mark else 1, _first_line(said)) from None
    except RecursionError:
        raise BrokenYamlError(1, "values are nested too deeply; a few levels are more than any need") from None
    except Exception as error:  # noqa: BLE001 - the library raises all kinds for broken input; here the input alone can be at fault
        raise BrokenYamlError(1, _first_line(str(error))) from None


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or ["it cannot be read"])[0]
