"""Kafka's jars: fetched once from Maven Central with `jgo`, checked before every start against the sums committed beside this file.

`kafka.jars.sha256` names every jar (`<SHA-256>  <group>:<artifact>:<version>`), so nothing is resolved on the user's machine, and
nothing that is not on the list is ever put before Java. To move to another Kafka, change VERSION and write the list anew:
`python -m intentflow.adapters.jars > src/intentflow/adapters/kafka.jars.sha256`. It takes what Maven Central says now; read the diff.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct

from intentflow.errors import ConfigError, ServerMissingError

VERSION = "4.1.2"
ROOTS = (f"org.apache.kafka:kafka_2.13:{VERSION}", "org.slf4j:slf4j-simple:1.7.36")
PINNED = Path(__file__).with_name("kafka.jars.sha256")
AT_A_TIME = 6  # downloads
TIMEOUT_SECONDS = 20


class Jar(Struct, frozen=True):
    """One jar and the sum it must have."""

    coordinate: str  # group:artifact:version
    sha256: str

    @property
    def file_name(self) -> str:
        """As in the cache: artifact-version.jar."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def default_cache() -> Path:
    """Where jars are kept for all data folders of a user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "intentflow"


def pinned(path: Path = PINNED) -> tuple[Jar, ...]:
    """The committed list."""
    rows = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return tuple(Jar(coordinate, sha256) for sha256, coordinate in rows)


def kafka_jars(cache: Path | None = None) -> tuple[Path, ...]:
    """All jars that Kafka runs with, in the list's order, each with the sum of the list.

    Fetches what is missing into `<cache>/kafka-<version>` and says so on standard error. Raises ConfigError if a jar is not what the
    list says or the cache cannot be written, ServerMissingError if Maven Central does not answer.
    """
    folder = (cache or default_cache()) / f"kafka-{VERSION}"
    jars = pinned()
    missing = tuple(jar for jar in jars if not (folder / jar.file_name).exists())
    if missing:
        fetch(missing, folder)
    for jar in jars:
        check(jar, folder / jar.file_name)
    return tuple(folder / jar.file_name for jar in jars)


def check(jar: Jar, path: Path) -> None:
    """The file is the jar of the list. Raises ConfigError that names it."""
    found = sha256_of(path)
    if found != jar.sha256:
        raise ConfigError(
            f"{path}: not the {jar.coordinate} that intentflow was tested with (its SHA-256 is {found}, the list says "
            f"{jar.sha256}): delete the file and start again, it is fetched anew; if it comes back, something changes downloads "
            "on their way to you"
        )


def fetch(jars: tuple[Jar, ...], folder: Path, whose: str = f"Kafka {VERSION}") -> None:
    """The jars are in `folder`, each moved there whole and only after its check: an interrupted download leaves nothing behind.

    `whose` names them in the progress line and in errors.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="fetching-") as scratch:
            _fetch_through(Path(scratch), jars, folder, whose)
    except ConfigError:
        raise
    except PermissionError as error:
        raise ConfigError(
            f"{folder}: cannot be written ({error.strerror}): make it yours, or set XDG_CACHE_HOME"
        ) from error
    except (OSError, RuntimeError) as error:  # what requests and jgo raise
        raise ServerMissingError(
            f"{whose}'s jars could not be fetched from Maven Central ({error}): they are needed once; connect and start "
            f"again, or use a Kafka that is already there with --bootstrap"
        ) from error


def _fetch_through(scratch: Path, jars: tuple[Jar, ...], folder: Path, whose: str) -> None:
    from jgo.config import GlobalSettings  # late: half a second that only the first start needs
    from jgo.maven import MavenContext

    mirrors = (
        GlobalSettings.load().repositories or None
    )  # of the user's own jgo settings; whatever they send is checked
    maven = MavenContext(repo_cache=scratch, remote_repos=mirrors, timeout=TIMEOUT_SECONDS)

    def one(jar: Jar) -> None:
        group, artifact, version = jar.coordinate.split(":")
        path = maven.project(group, artifact).at_version(version).artifact().resolve()
        check(jar, path)
        path.replace(folder / jar.file_name)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        _show_progress([pool.submit(one, jar).result for jar in jars], f"{whose}: fetching {len(jars)} jars, once")


def _show_progress(waits: list[Callable[[], None]], title: str) -> None:
    """Waits for each, with a bar on a terminal and a plain line elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(title, highlight=False)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        for wait in progress.track(waits, description=title):
            wait()


def sha256_of(path: Path) -> str:
    """The file's SHA-256, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def resolved() -> tuple[Jar, ...]:
    """The list as Maven Central gives it now, for the maintainer; takes about 25 s."""
    from jgo.maven import MavenContext

    with tempfile.TemporaryDirectory() as scratch:
        maven = MavenContext(repo_cache=Path(scratch))
        roots, others = maven.resolver.resolve([maven.create_dependency(root) for root in ROOTS])
        artifacts = [each.artifact for each in (*roots, *(o for o in others if o.scope in {"compile", "runtime"}))]
        return tuple(Jar(f"{a.groupId}:{a.artifactId}:{a.version}", sha256_of(a.resolve())) for a in artifacts)


if __name__ == "__main__":
    sys.stdout.write(
        f"# Apache Kafka {VERSION} and all that its server runs with; made by `python -m intentflow.adapters.jars`\n"
    )
    sys.stdout.writelines(f"{jar.sha256}  {jar.coordinate}\n" for jar in resolved())
