"""A YAML file as plain values that remember their lines.

Only the syntax is judged here. Whatever the bytes are, the answer is a `Document` or a `WrittenError`: the file is bounded, aliases are
written out and counted while that happens (so a bomb of anchors ends at the bound), and nothing is ever constructed but plain values.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path as FilePath
from typing import NamedTuple

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from intentflow.model.findings import Finding, Flaw, ModelError, Path, WrittenError, sentence
from intentflow.model.suggest import did_you_mean
from intentflow.yaml_text import BrokenYamlError, composed

MAX_BYTES = 128 * 1024  # of a file; the complete default has a tenth of it
MAX_VALUES = 20_000  # in a file, aliases written out
MAX_DEPTH = 16

Scalar = str | int | float | bool | date | None
Tree = Scalar | list["Tree"] | dict[str, "Tree"]


class Genre(NamedTuple):
    """What a file is meant to be, as its errors say it."""

    noun: str
    key: str  # that it begins with
    listing: str  # the command that lists the shipped ones; empty if there are none
    error: type[WrittenError]


MODEL = Genre("scoring model", "model", "intentflow model list", ModelError)


class Document(NamedTuple):
    """A file that is YAML: its values, the line of each, and the SHA-256 of its bytes in hex."""

    file: str
    tree: dict[str, Tree]
    lines: dict[Path, int]
    hash: str

    def line(self, path: Path) -> int:
        """The line of a place, or of the nearest place around it; from 1."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def content_of(path: str, shipped: list[str], genre: Genre) -> bytes:
    """The bytes of a file, up to one more than may be; raises the genre's error if it can't be read."""
    try:
        if not FilePath(path).is_file():
            hint = did_you_mean(path, shipped)
            known = f"{hint}; it is a shipped one ({', '.join(shipped)}), or a YAML file" if shipped else ""
            raise genre.error(path, [Finding(0, "file", f"there is no such {genre.key if shipped else 'file'}{known}")])
        with FilePath(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise genre.error(path, [Finding(0, "file", f"the file cannot be read: {reason}")]) from None


def findings_of(document: Document, flaws: Iterable[Flaw], rule: str) -> Iterator[Finding]:
    """The flaws once each, in the order of the file; a flaw's rule is the section that it is in, or `rule` if it is in none."""
    for line, text, broken in sorted(
        {(document.line(f.path), sentence(f), str(f.path[0]) if f.path else rule) for f in flaws}
    ):
        yield Finding(line, broken, text)


def parse(file: str, content: bytes, genre: Genre = MODEL) -> Document:
    """The document in these bytes; raises the genre's error with everything that is wrong with its syntax."""
    try:
        return _parsed(file, content, genre)
    except _UnreadableError as error:
        raise genre.error(file, [Finding(error.line, "syntax", error.text)]) from None


class _UnreadableError(Exception):
    def __init__(self, line: int, text: str) -> None:
        self.line, self.text = line, text


def _parsed(file: str, content: bytes, genre: Genre) -> Document:
    if len(content) > MAX_BYTES:
        raise _UnreadableError(1, f"the file is larger than {MAX_BYTES // 1024} KiB; is it a {genre.noun}?")
    node = _composed(_text(content))
    if node is None:
        copy = f", or copy a shipped {genre.key} ({genre.listing})" if genre.listing else ""
        raise _UnreadableError(1, f"the file is empty; begin with the key {genre.key}{copy}")
    reader = _Reader()
    tree = reader.value(node, ())
    if reader.findings:
        raise genre.error(file, reader.findings)
    if not isinstance(tree, dict):
        text = f"a {genre.noun} is keys and values; begin with the key {genre.key}"
        raise _UnreadableError(node.start_mark.line + 1, text)
    return Document(file, tree, reader.lines, hashlib.sha256(content).hexdigest())


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _UnreadableError(line, "this is not text in UTF-8; save the file as UTF-8") from None


def _composed(text: str) -> Node | None:
    try:
        return composed(text)
    except BrokenYamlError as error:
        raise _UnreadableError(error.line, f"this is not YAML: {error.text}") from None


class _Reader:
    """Turns nodes into plain values and notes the line of each; what is wrong is collected."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.findings: list[Finding] = []
        self.values = 0

    def value(self, node: Node, path: Path) -> Tree:
        self.values += 1
        self.lines.setdefault(path, node.start_mark.line + 1)
        if self.values > MAX_VALUES or len(path) > MAX_DEPTH:
            line = node.start_mark.line + 1
            raise _UnreadableError(
                line,
                "too many values, or nested too deeply; do anchors and aliases multiply, or go in a circle?",
            )
        if isinstance(node, MappingNode):
            return dict(self.pairs(node, path))
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        return _scalar(node)

    def pairs(self, node: MappingNode, path: Path) -> Iterator[tuple[str, Tree]]:
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            key, line = _scalar(key_node), key_node.start_mark.line + 1
            if not isinstance(key, str):
                self.complain(key_node, f"a key must be text; put it into quotes: {str(key_node.value)[:40]!r}")
            elif key in first:
                self.complain(key_node, f'the key "{key}" is here twice, first in line {first[key]}; keep one of them')
            else:
                first[key] = self.lines[*path, key] = line
                yield key, self.value(value_node, (*path, key))

    def complain(self, node: Node, text: str) -> None:
        self.findings.append(Finding(node.start_mark.line + 1, "syntax", text))


def _scalar(node: Node) -> Scalar:
    """What a scalar says by YAML 1.2; text if it is nothing else. A collection (as a key) is None."""
    if not isinstance(node, ScalarNode):
        return None
    text, kind = str(node.value), str(node.tag).rpartition(":")[2]
    try:
        match kind:
            case "null":
                return None
            case "bool":
                return text.lower() in ("true", "yes", "on")
            case "int":
                return int(text.replace("_", ""), 0 if text.lstrip("+-")[:2].lower() in ("0x", "0o", "0b") else 10)
            case "float":
                return _number(text.lower().replace("_", ""))
            case "timestamp":
                return date.fromisoformat(text)
    except ValueError:
        pass
    return text


def _number(text: str) -> float:
    return math.nan if text == ".nan" else float(text.replace(".inf", "inf"))
