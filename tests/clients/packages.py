"""The browser's trackers, as npm has them: these versions, with these contents, and no others.

`npm pack` fetches a package and nothing that it depends on, and runs none of its scripts. What it fetched is checked against the sums below
before anything is taken out of it. It is kept beside Kafka's jars, in the user's cache.
"""

import shutil
import subprocess
import tarfile
from base64 import b64encode
from hashlib import sha512
from pathlib import Path
from typing import NamedTuple

import pytest

from intentflow.adapters.jars import default_cache


class Package(NamedTuple):
    """A package, and the one file of it that a page loads."""

    name: str
    version: str
    integrity: str  # as npm writes it
    file: str


PACKAGES = {
    "segment.js": Package(
        "@segment/analytics-next",
        "1.84.3",
        "sha512-5l7cPBzScxhfJ0zdcKQI4daDvMIWWUk7hClT1xGRelnHUltIEoQ9w8+ZpFPoWJMpX8D7IA1nVAfJbpiKi3XaKw==",
        "dist/umd/index.js",
    ),
    "rudderstack.js": Package(
        "@rudderstack/analytics-js",
        "3.34.1",
        "sha512-cci768CvaM64Wr/MDDtLF8K49aPy7TwwfwL9G1a2SSfgwL4XfVfGNVT//Mv8yph0a14pPc/Nf5HDWhVjAD5vQg==",
        "dist/npm/modern/bundled/umd/index.js",
    ),
    "posthog.js": Package(
        "posthog-js",
        "1.449.2",
        "sha512-vji+h92IHaLlFSEnRH1hwe8uLWGOdDUImmPXexj/+V7Xm7HTxIQisYE/Kom7Aaw4DRpzfdhQxiyAN1YVYR4G8Q==",
        "dist/array.no-external.js",
    ),
    "snowplow.js": Package(
        "@snowplow/browser-tracker",
        "4.10.1",
        "sha512-1Kmi6Mtyxwn5BN7BPD63CCb8diNr/cD/ihxHVbnTVc9UQRK9xJALpkpOu90PomVH/GJN2VxVKyeNmPJhGnv9og==",
        "dist/index.umd.js",
    ),
}


def browser_libraries() -> dict[str, bytes]:
    """What each file of `lib/` holds. Skips the test where npm is not installed, or cannot fetch what is not there yet."""
    return {name: _file(package) for name, package in PACKAGES.items()}


def _file(package: Package) -> bytes:
    tarball = default_cache() / "npm" / f"{package.name.replace('/', '-').lstrip('@')}-{package.version}.tgz"
    if not tarball.exists():
        _fetch(package, tarball)
    found = "sha512-" + b64encode(sha512(tarball.read_bytes()).digest()).decode()
    if found != package.integrity:
        tarball.unlink()
        pytest.fail(f"{package.name} {package.version} is not what it was: {found}")
    with tarfile.open(tarball) as archive:
        member = archive.extractfile(f"package/{package.file}")
        assert member is not None
        return member.read()


def _fetch(package: Package, tarball: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(
            "npm is not installed (Debian and Ubuntu have it as the package npm): it fetches the browser's trackers"
        )
    scratch = tarball.parent / f"{tarball.stem}.part"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    command = [npm, "pack", "--ignore-scripts", "--silent", f"{package.name}@{package.version}"]
    fetched = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False, timeout=120)
    if fetched.returncode != 0:
        pytest.skip(f"npm could not fetch {package.name}: {fetched.stderr[-300:] or fetched.stdout[-300:]}")
    (packed,) = scratch.glob("*.tgz")
    packed.replace(tarball)
    scratch.rmdir()
