"""Which rows are meant: tests of columns, as a scoring model has them of attributes."""

from collections.abc import Callable, Iterable, Mapping

from intentflow.mapping.values import Cells, text_of
from intentflow.model.condition import TestWritten

Holds = Callable[[Cells], bool]


def any_of(written: Iterable[Mapping[str, TestWritten]]) -> Holds:
    """Whether a row meets one of these; one is met if every column in it passes its test."""
    choices = [[_test(column, test) for column, test in tests.items()] for tests in written]
    if len(choices) == 1:
        (tests,) = choices
        return lambda row: all(test(row) for test in tests)
    return lambda row: any(all(test(row) for test in tests) for tests in choices)


def _test(column: str, test: TestWritten) -> Holds:
    """All that is said of one column. An empty cell passes `exists: false` and nothing else."""
    wanted = None if test.one_of is None and test.equals is None else {*(test.one_of or ()), *_one(test.equals)}
    exact = {_comparable(word) for word in wanted or ()}

    def holds(row: Cells) -> bool:
        cell = row[column]
        if cell is None or test.exists is False:
            return cell is None and test.exists is False
        if wanted is not None and not {_comparable(cell), _comparable(_number(text_of(cell)))} & exact:
            return False
        number = _number(text_of(cell)) if test.at_least is not None or test.at_most is not None else None
        if test.at_least is not None and (number is None or number < test.at_least):
            return False
        return test.at_most is None or (number is not None and number <= test.at_most)

    return holds


def _one(word: object) -> tuple[object, ...]:
    return () if word is None else (word,)


def _comparable(word: object) -> object:
    """Numbers as numbers; true and false, which tables write in many ways, as small letters."""
    if isinstance(word, bool):
        return str(word).lower()
    if isinstance(word, str):
        return word.lower() if word.lower() in ("true", "false") else word
    return None if word is None else float(word) if isinstance(word, int | float) else text_of(word)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
