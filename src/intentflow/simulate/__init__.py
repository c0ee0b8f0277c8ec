"""Believable traffic of a shop, for the demo: people with intentions, from a seed; no clock, no I/O."""

from intentflow.simulate.stream import Record, traffic

__all__ = ["Record", "traffic"]
