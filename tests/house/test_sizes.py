"""Files and functions stay small enough to be read in one go."""

from statistics import median

from tests.house.tree import functions, length, name_of, sources

MOST_LINES = 250
LONGEST_FUNCTION = 40
MEDIAN_FUNCTION = 10
LONGER: dict[str, str] = {}  # file, or file::function -> why it is better in one piece


def too_long() -> dict[str, int]:
    """Lines of each file and function over its bound."""
    files = {name_of(path): len(path.read_text().splitlines()) for path in sources()}
    bodies = {f"{name_of(path)}::{f.name}": length(f) for path in sources() for f in functions(path)}
    over = {name: lines for name, lines in files.items() if lines > MOST_LINES}
    return over | {name: lines for name, lines in bodies.items() if lines > LONGEST_FUNCTION}


def test_a_file_has_at_most_250_lines_and_a_function_40():
    assert {name: lines for name, lines in too_long().items() if name not in LONGER} == {}


def test_the_median_function_has_at_most_10_lines():
    assert median(length(f) for path in sources() for f in functions(path)) <= MEDIAN_FUNCTION


def test_the_exceptions_are_still_needed():
    assert set(LONGER) <= set(too_long())
