"""The core as machine code, where there is one: imported in place of the same modules in plain Python.

`compiling.py` makes it of those modules' own source, which stays the definition and is what runs everywhere else. It lies beside the other
installed packages, and is taken only while it fits: made of exactly the source that is here, by this version of Python. So whoever edits
the core runs what they wrote. `INTENTFLOW_PURE=1` has the plain modules run in any case.
"""

import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

PACKAGE = "intentflow_compiled"  # where it lies
NOTE = "made_of.json"
PURE = "INTENTFLOW_PURE"
# None of these may define a msgspec Struct, or a NamedTuple that msgspec decodes: mypyc forgets the options of the one's class and the
# types of the other's fields (tests/test_compiled.py).
CORE = (
    "domain.answers",
    "domain.applying",
    "domain.causes",
    "domain.counting",
    "domain.due",
    "domain.evidence",
    "domain.fit",
    "domain.fold",
    "domain.gaps",
    "domain.holding",
    "domain.matching",
    "domain.moments",
    "domain.moves",
    "domain.plans",
    "domain.remembering",
    "domain.room",
    "domain.stages",
    "domain.weighed",
    "domain.worth",
    "wire.chunk",
    "wire.event_chunk",
    "wire.events",
    "wire.murmur2",
    "wire.routes",
    "wire.rows",
)
HERE = Path(__file__).parent
QUICK = "intentflow.wire._quick"  # written in C, and nowhere in Python: without it all events go the long way (`wire/quick.py`)
NATIVE = HERE / "native"


class Compiled(MetaPathFinder):
    """Finds the compiled modules, and the library that they share."""

    def __init__(self, files: dict[str, Path]) -> None:
        self.files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module of the core is."""
        del path, target
        file = self.files.get(fullname)
        return None if file is None else importlib.util.spec_from_file_location(fullname, file)


def fingerprint() -> str:
    """Of this Python and of all source that the core is compiled with."""
    found = hashlib.sha256(f"{sys.implementation.cache_tag} {CORE}".encode())
    for path in sorted(
        [*HERE.glob("domain/*.py"), *HERE.glob("wire/*.py"), *NATIVE.glob("*.[ch]"), HERE / "errors.py"]
    ):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def folders() -> Iterable[Path]:
    """Where a compiled core may lie."""
    found = importlib.util.find_spec(PACKAGE)
    return map(Path, found.submodule_search_locations or ()) if found is not None else ()


def is_unwanted() -> bool:
    """Whether the plain modules are to run in any case."""
    return os.environ.get(PURE, "") not in ("", "0")


def fitting(folder: Path) -> dict[str, Path]:
    """The compiled modules by name that lie there, if they are of this source and all there; else none.

    A note that is torn, as a full disk or a kill leaves it, fits nothing: whoever reads it here could not even compile again otherwise.
    """
    try:
        told = json.loads((folder / NOTE).read_bytes())
        files = {str(name): folder / file for name, file in told["files"].items()}
        fits = told["fingerprint"] == fingerprint() and all(file.is_file() for file in files.values())
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
    return files if fits else {}


def take() -> bool:
    """Have the compiled core imported from now on, if there is one that fits; whether there is."""
    if is_unwanted():
        return False
    for folder in folders():
        if files := fitting(folder):
            sys.meta_path.insert(0, Compiled(files))
            return True
    return False


def in_force() -> bool:
    """Whether the core that runs is the compiled one."""
    return any(isinstance(finder, Compiled) for finder in sys.meta_path)
