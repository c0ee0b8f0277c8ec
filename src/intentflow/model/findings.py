"""What is wrong with a model, or another file that people write, as small values: where, which rule, and what to do."""

from collections.abc import Iterable
from typing import NamedTuple

from intentflow.errors import ConfigError

Path = tuple[str | int, ...]  # the way to a place in the file: ("signals", "pricing_page", "half_life")
TOLD = 50  # findings in the message of an error
NAMED = {
    "signals": "signal",
    "facts": "fact",
    "evidence": "evidence",
    "groups": "group",
    "stages": "stage",
    "examples": "example",
    "records": "record",
    "pages": "pages",
    "endpoints": "endpoint",
}


class Flaw(NamedTuple):
    """A place in the file and what is wrong there. A text that begins with "must" or "is" has the last key as its subject."""

    path: Path
    text: str
    named: bool = False  # the text names the last key itself


class Finding(NamedTuple):
    """What a reader is told: the line (from 1; 0 is the whole file), the rule that was broken, and a sentence with the remedy."""

    line: int
    rule: str
    text: str


class WrittenError(ConfigError):
    """A file that cannot be used. `findings` holds everything that is wrong with it; the message has a line for each of the first 50."""

    def __init__(self, file: str, findings: Iterable[Finding]) -> None:
        self.file = file
        self.findings = tuple(findings)
        more = len(self.findings) - TOLD
        lines = [located(file, finding) for finding in self.findings[:TOLD]]
        super().__init__("\n".join([*lines, f"{file}: and {more} more"] if more > 0 else lines))


class ModelError(WrittenError):
    """A scoring model that cannot be used."""


def located(file: str, finding: Finding) -> str:
    """The finding with its place, as editors understand it: `retail.yaml:14: ...`."""
    return f"{file}:{finding.line}: {finding.text}" if finding.line else f"{file}: {finding.text}"


def sentence(flaw: Flaw) -> str:
    """The flaw with the place in words: `signal "pricing_page": half_life must be longer than 0 (try 14d)`."""
    path, text = flaw.path[:-1] if flaw.named else flaw.path, flaw.text
    said = []
    if len(path) > 1 and path[0] in NAMED:
        said, path = [_entry(path[0], path[1])], path[2:]
    subject = ""
    if path and text.startswith(("must ", "is ")):
        path, subject = path[:-1], f"{_step(path[-1])} "
    return ": ".join([*said, *map(_step, path), subject + text])


def _entry(kind: str | int, name: str | int) -> str:
    return f"{NAMED[str(kind)]} {name + 1}" if isinstance(name, int) else f'{NAMED[str(kind)]} "{name}"'


def _step(step: str | int) -> str:
    return f"entry {step + 1}" if isinstance(step, int) else step
