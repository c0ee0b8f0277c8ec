"""Everybody's records as one stream, in the order in which they arrive."""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import NamedTuple

import msgspec

from intentflow.domain.event import AnyEvent, key_of
from intentflow.simulate.dice import Dice
from intentflow.simulate.people import DAY, Period, Person, seed_of
from intentflow.simulate.trouble import received


class Record(NamedTuple):
    """A record as it arrives at Kafka."""

    time: int  # of receipt, epoch milliseconds
    key: bytes
    value: bytes


def traffic(seed: int, people: int, until: int, days: int = 30) -> Iterator[Record]:
    """The records of so many people in the `days` before `until` (epoch milliseconds), in the order in which they arrive.

    The same arguments give the same bytes, in every version of Python. Nobody's records are held longer than the person is about.
    """
    period = Period(until - days * DAY, until)
    waiting: list[
        tuple[int, int, int, bytes, bytes]
    ] = []  # time, person, place: no two are alike, so that bytes never decide
    for begins, number in sorted((Person(seed, number, period).begins, number) for number in range(people)):
        while waiting and waiting[0][0] < begins:
            yield _next(waiting)
        for place, record in enumerate(_records_of(seed, number, period)):
            heappush(waiting, (record.time, number, place, record.key, record.value))
    while waiting:
        yield _next(waiting)


def _next(waiting: list[tuple[int, int, int, bytes, bytes]]) -> Record:
    time, _, _, key, value = heappop(waiting)
    return Record(time, key, value)


def _records_of(seed: int, number: int, period: Period) -> Iterator[Record]:
    dice = Dice(2 * seed_of(seed, number) + 1)  # its own, so that what goes wrong doesn't change what people do
    for at, event in Person(seed, number, period).life():
        key = key_of(msgspec.convert(event, AnyEvent))
        for time, value in received(dice, at, period.end, event):
            yield Record(time, key, value)
