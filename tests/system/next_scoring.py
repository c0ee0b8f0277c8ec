"""The scoring app of a release that knows the next format of the changelog."""

from tests.system import next_rows  # isort: skip - before what it changes
from streams.scoring import app

__all__ = ["app", "next_rows"]
