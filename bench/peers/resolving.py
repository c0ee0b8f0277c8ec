"""What the arms run on: a virtual environment for each Python peer, and for each Java one its jars and the compiled arm.

All of it is pinned with its hash, and kept in `.venv-peers` and the user's cache; the second time it is there already. What cannot be
had makes an arm say so: NotHere carries the reason into the table.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from intentflow.adapters.jars import Jar, check, default_cache, fetch, pinned
from intentflow.adapters.java import java_program
from intentflow.errors import IntentflowError

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = ROOT / ".venv-peers"
JVM = (
    "-Xmx3g", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    *(f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in ("lang", "util", "net", "nio", "time", "util.concurrent")),
)  # fmt: skip


class NotHere(Exception):  # noqa: N818 - it is said in the table, not raised at a person
    """Something that an arm needs cannot be had here; says why."""


def python(name: str) -> Path:
    """The Python of a peer's virtual environment, made if need be. Raises NotHere."""
    lock, folder = HERE / "requirements" / f"{name}.txt", FOLDER / name
    stamp, program = folder / ".of", folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == _hash(lock):
        return program
    Console(stderr=True).print(f"{name}: a virtual environment in {FOLDER.name}, once")
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    _run(
        [
            str(program),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(lock),
        ]
    )
    stamp.write_text(_hash(lock))
    return program


def java(name: str, program: str) -> list[str]:
    """The command that runs a Java arm, compiled if need be. Raises NotHere."""
    jars, source = _jars(name), HERE / "java" / f"{program}.java"
    classes = FOLDER / f"{name}-classes"
    stamp, sum_ = classes / ".of", _hash(source, HERE / "java" / f"{name}.jars.sha256")
    runtime = str(java_program(None))
    path = os.pathsep.join(map(str, jars))
    if not (stamp.exists() and stamp.read_text() == sum_):
        (compiler,) = _jars("ecj")
        said = ["-17", "-nowarn", "-proc:none", "-d", str(classes), "-cp", path, str(source)]
        _run([runtime, "-jar", str(compiler), *said])
        stamp.write_text(sum_)
    return [runtime, *JVM, "-cp", f"{classes}{os.pathsep}{path}", program]


def _jars(name: str) -> list[Path]:
    wanted = pinned(HERE / "java" / f"{name}.jars.sha256")
    folder = default_cache() / f"peers-{name}"
    missing: tuple[Jar, ...] = tuple(jar for jar in wanted if not (folder / jar.file_name).exists())
    try:
        if missing:
            fetch(missing, folder, name)
        for jar in wanted:
            check(jar, folder / jar.file_name)
    except IntentflowError as error:
        raise NotHere(str(error)) from error
    return [folder / jar.file_name for jar in wanted]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise NotHere(f"`{' '.join(command)[:200]}` failed: {' / '.join(last)}")


def _hash(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
