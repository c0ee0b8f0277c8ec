"""Real input, kept beside the repository; tests of it are skipped where it is not."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "data"


def real(name: str) -> Path:
    """A file of the shared data; skips the test if it isn't there."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"needs ../shared/data/{name}, kept beside the repository")
    return path
