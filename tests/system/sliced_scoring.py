"""The slow scoring app, in which what a record does to many leads is done a few at a time."""

from intentflow.lane import folding
from tests.system.slow_scoring import app

folding.SLICE = 5
__all__ = ["app"]
