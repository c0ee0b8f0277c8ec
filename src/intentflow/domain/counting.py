"""Decayed counts, limits and the memory for ids: how an event is counted once, in any order.

A count halves every half-life. It keeps the time that it was last brought up to, so that reading it later is a closed form, adding is
order-free, and two of them add up (forward decay: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009). With a limit, a period stays open as
long as an event for it could still be accepted; until then it holds how many there were and when the latest was.
"""

from math import exp2

from intentflow.domain.lead import Lead
from intentflow.domain.rules import Limit


def faded(value: float, since: int, now: int, half_life: int | None) -> float:
    """What is left of `value` at `now`, both times in milliseconds."""
    return value if half_life is None else value * exp2((since - now) / half_life)


def add(lead: Lead, signal: int, events: float, at: int, half_life: int | None) -> None:
    """Add events to a signal's decayed count; its reference time only moves forward."""
    counts = lead.counts
    held = counts.get(signal)
    if held is None:
        counts[signal] = (events, at)
        return
    value, reference = held
    if at >= reference:
        counts[signal] = (faded(value, reference, at, half_life) + events, at)
    else:
        counts[signal] = (value + faded(events, at, reference, half_life), reference)


def add_limited(lead: Lead, signal: int, at: int, limit: Limit, horizon: int, half_life: int | None) -> float:
    """Add one event to its period, and close the periods that no event can reach any more. Returns by how much the count rose.

    The rise can be above 1: all that the period counts is dated at its latest event, so what had faded since the one before comes back.
    """
    number = at // limit.period
    periods = lead.periods.get(signal)
    if periods is None:
        lead.periods[signal] = [(number, 1, at)]
        return 1.0
    for i in range(len(periods) - 1, -1, -1):
        held, events, latest = periods[i]
        if held == number:
            most = limit.count
            if at <= latest:
                periods[i] = (number, events + 1, latest)
                return 1.0 if events < most else 0.0
            periods[i] = (number, events + 1, at)
            return min(events + 1, most) - faded(min(events, most), latest, at, half_life)
    periods.append((number, 1, at))
    periods.sort()
    closed = max(max(lead.newest, at) - horizon, lead.floor + 1)
    while (periods[0][0] + 1) * limit.period <= closed:
        _, events, latest = periods.pop(0)
        add(lead, signal, float(min(events, limit.count)), latest, half_life)
    return 1.0


def seen(lead: Lead, digest: bytes) -> bool:
    """Whether an event with this id hash (4 bytes) has already counted."""
    hashes = lead.seen_hashes
    found = hashes.find(digest)
    while found > 0 and found & 3:
        found = hashes.find(digest, found + 1)
    return found >= 0


def remember(lead: Lead, at: int, digest: bytes, remembered: int) -> None:
    """Keep (at, digest) among the latest; what has to go raises the floor."""
    time = at.to_bytes(6, "big")
    hashes, times = lead.seen_hashes, lead.seen_times
    if at > lead.newest or time + digest >= times[-6:] + hashes[-4:]:
        hashes, times = hashes + digest, times + time
    else:
        held = sorted([*zip(_cut(times, 6), _cut(hashes, 4), strict=True), (time, digest)])
        times, hashes = b"".join(t for t, _ in held), b"".join(h for _, h in held)
    if len(hashes) > 4 * remembered:
        lead.floor = max(lead.floor, int.from_bytes(times[:6], "big"))
        hashes, times = hashes[4:], times[6:]
    lead.seen_hashes, lead.seen_times = hashes, times


def _cut(text: bytes, size: int) -> list[bytes]:
    return [text[i : i + size] for i in range(0, len(text), size)]
