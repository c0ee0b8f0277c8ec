"""A copy of the project, with one rule of the protocol broken in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.mutation import Mutation

ROOT = Path(__file__).parents[2]
COPIED = ("src", "streams", "tests", "pyproject.toml")


class UnmatchedError(Exception):
    """A patch doesn't fit its file any more."""


def mutated(mutation: Mutation, text: str) -> str:
    """The file's text with the rule broken. Raises `UnmatchedError` if an old text is not there exactly once."""
    for old, new in mutation.patches:
        found = text.count(old)
        if found != 1:
            raise UnmatchedError(
                f"mutant {mutation.name!r}: its old text is {found} times in {mutation.file}, should be once; mend "
                f"tests/mutants:\n{old}"
            )
        text = text.replace(old, new)
    return text


def copy(folder: Path) -> None:
    """The parts of the project that the tests of the lane need."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, folder / name)


@contextmanager
def broken(folder: Path, mutation: Mutation) -> Iterator[None]:
    """Inside, the rule is broken in the copy."""
    path = folder / mutation.file
    before = path.read_text()
    _write(path, mutated(mutation, before))
    try:
        yield
    finally:
        _write(path, before)


def _write(path: Path, text: str) -> None:
    """Python knows a changed file by its second and its size, which two mutants may share: so its bytecode goes."""
    path.write_text(text)
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()
