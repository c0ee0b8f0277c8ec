"""`python -m intentflow.compiling`: make machine code of the core, with mypyc and the machine's C compiler.

Takes about a minute. Where one of the two is missing it says so and is done: the plain modules do the same, more slowly. Exit code 1 if
both are there and it fails.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib.util import find_spec
from pathlib import Path

from intentflow.compiled import (
    CORE,
    HERE,
    NATIVE,
    NOTE,
    PACKAGE,
    PURE,
    QUICK,
    fingerprint,
    fitting,
    folders,
    is_unwanted,
)

# Run in a process of its own, in the folder to build in: setuptools takes the whole process for itself.
BUILD = """
import sys, setuptools
from mypyc.build import mypycify
options = ["--config-file=", "--ignore-missing-imports", "--follow-imports=silent"]
modules = mypycify(options + sys.argv[2:], opt_level="2", debug_level="0")
# No fused multiply-add: C must round where Python does.
modules.append(setuptools.Extension("%s", [sys.argv[1]], extra_compile_args=["-O2", "-ffp-contract=off"], libraries=["m"]))
setuptools.setup(name="core", packages=[], ext_modules=modules, script_args=["-q", "build_ext", "--build-lib", "lib"])
"""


def missing() -> str | None:
    """What is not here, in words."""
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        return f"there is no C compiler here ({compiler})"
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    if not headers.exists():
        return f"Python's headers are not here ({headers})"
    absent = [name for name in ("mypyc", "setuptools") if find_spec(name) is None]
    return f"not installed here: {', '.join(absent)}" if absent else None


def build(folder: Path) -> dict[str, Path]:
    """The compiled modules by name, built in this folder. Raises `subprocess.CalledProcessError`."""
    sources = [str(HERE / f"{name.replace('.', '/')}.py") for name in CORE]
    command = [sys.executable, "-c", BUILD % QUICK, str(NATIVE / "quick.c"), *sources]
    env = {**os.environ, PURE: "1", "MYPYPATH": str(HERE.parent)}
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True)
    made = folder / "lib"
    return {".".join(path.relative_to(made).parts).partition(".cpython")[0]: path for path in made.rglob("*.so")}


def install(made: dict[str, Path], folder: Path) -> None:
    """Put them where they are looked for, with a note of what they were made of."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, path in made.items():
        shutil.copyfile(path, folder / f"{name}.so")
    files = {name: f"{name}.so" for name in made}
    (folder / NOTE).write_text(json.dumps({"fingerprint": fingerprint(), "files": files}))


def main() -> int:
    """Compile, unless that was done already; says what came of it."""
    if is_unwanted():
        sys.stdout.write(f"the core runs as plain Python, since {PURE} is set\n")
        return 0
    if any(map(fitting, folders())):
        sys.stdout.write("the core is compiled\n")
        return 0
    if why := missing():
        sys.stdout.write(f"the core runs as plain Python, more slowly: {why}\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            made = build(Path(folder))
        except subprocess.CalledProcessError as error:
            sys.stderr.write(f"{error.stdout[-2000:]}{error.stderr[-4000:]}\nthe core could not be compiled\n")
            return 1
        install(made, Path(sysconfig.get_path("platlib")) / PACKAGE)
    sys.stdout.write("the core is compiled\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
