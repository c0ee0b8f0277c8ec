"""Files and functions stay small enough to be read in one go."""

import re
from pathlib import Path
from statistics import median

from tests.house.tree import SRC, functions, length, name_of, sources

MOST_LINES = 250
LONGEST_FUNCTION = 40
MEDIAN_FUNCTION = 10
IN_C = re.compile(r"^\w[^\n;={]*?(\w+)\([^;{}]*\) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
LONGER: dict[str, str] = {}  # file, or file::function -> why it is better in one piece


def native() -> list[Path]:
    """Every file of C that we ship."""
    return sorted((SRC / "native").glob("*.[ch]"))


def functions_in_c(path: Path) -> dict[str, int]:
    """Lines of each function of a file, with the first and the last."""
    return {f"{name_of(path)}::{name}": body.count("\n") + 2 for name, body in IN_C.findall(path.read_text())}


def too_long() -> dict[str, int]:
    """Lines of each file and function over its bound."""
    files = {name_of(path): len(path.read_text().splitlines()) for path in [*sources(), *native()]}
    bodies = {f"{name_of(path)}::{f.name}": length(f) for path in sources() for f in functions(path)}
    bodies |= {name: lines for path in native() for name, lines in functions_in_c(path).items()}
    over = {name: lines for name, lines in files.items() if lines > MOST_LINES}
    return over | {name: lines for name, lines in bodies.items() if lines > LONGEST_FUNCTION}


def test_a_file_has_at_most_250_lines_and_a_function_40():
    assert {name: lines for name, lines in too_long().items() if name not in LONGER} == {}


def test_the_median_function_has_at_most_10_lines():
    assert median(length(f) for path in sources() for f in functions(path)) <= MEDIAN_FUNCTION


def test_the_exceptions_are_still_needed():
    assert set(LONGER) <= set(too_long())


def test_the_functions_of_c_are_found():
    found = functions_in_c(SRC / "native" / "quick.c")
    assert {name.partition("::")[2] for name in found} >= {"fold_lead", "take_event", "is_key"}
    assert all("::if" not in name and "::for" not in name for path in native() for name in functions_in_c(path))
