"""What goes wrong on the way to Kafka: trackers send twice, phones come back online late, and a few records are broken."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from intentflow.simulate.dice import Dice

DUPLICATES, LATE, BROKEN = 0.006, 0.004, 0.0006  # of all events
RETRY = (1_000, 90_000)  # ms until a tracker sends again what it believes lost
OFFLINE = (3_600_000, 172_800_000)  # ms that a phone may be offline: well within the horizon of 7 days
TRANSIT = (40, 900)  # ms from the browser to Kafka

_encode = msgspec.json.Encoder().encode


def received(dice: Dice, at: int, end: int, event: dict[str, Any]) -> Iterator[tuple[int, bytes]]:
    """When the event's record arrives, and again if it is sent twice; nothing arrives after `end`."""
    value = _encode(event)
    arrives = at + int(dice.between(*(OFFLINE if dice.happens(LATE) else TRANSIT)))
    arrives = min(arrives, end)
    yield arrives, value
    if dice.happens(DUPLICATES):
        yield min(arrives + int(dice.between(*RETRY)), end), value
    if dice.happens(BROKEN):
        yield arrives, dice.pick(BREAKS)(event | {"event_id": f"{event['event_id']}-broken"})


def _cut_off(event: dict[str, Any]) -> bytes:
    value = _encode(event)
    return value[: len(value) // 2]


def _with(**changes: Any) -> Callable[[dict[str, Any]], bytes]:
    return lambda event: _encode(event | changes)


def _without_anybody(event: dict[str, Any]) -> bytes:
    return _encode({name: value for name, value in event.items() if name not in ("lead_id", "email", "visitor_id")})


BREAKS: tuple[Callable[[dict[str, Any]], bytes], ...] = (
    _cut_off,
    _without_anybody,
    _with(family="page_leave"),
    _with(occurred_at="1970-01-01T00:00:00Z"),
    _with(occurred_at="yesterday"),
    _with(family="cart", action="add", value={"amount": "NaN", "currency": "EUR"}),
)
