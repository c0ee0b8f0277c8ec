"""Everybody's records as one stream, in the order in which they arrive."""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from intentflow.domain.event import FAMILIES, AnyEvent, key_of
from intentflow.simulate.dice import Dice
from intentflow.simulate.people import DAY, Period, Person
from intentflow.simulate.trouble import received
