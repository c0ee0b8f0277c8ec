"""A worker that cannot go on says what it waits for and ends (exit code 70): its supervisor starts it again.

There are two ways of standing still. The event loop is blocked: nothing that runs on it could notice, so a thread looks. Or the loop
turns, but there is something to do and nothing moves: no acknowledgement, no records, no commit, no partitions, a recovery that doesn't go
on, no answer to what an idle worker asks each second. Both may last `stall_timeout` seconds, and no longer than two more until the
process is gone.
"""

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Callable, Hashable

from intentflow.lane.exits import fail_stop
from intentflow.lane.lane import Lane
from intentflow.lane.phases import Phase

LOOK_SECONDS = 1.0
FRAMES = 3  # of a blocked event loop's stack, innermost last


class Stall:
    """How long nothing has moved."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._progress: Hashable = None
        self._since = 0.0

    def look(self, now: float, awaited: str, progress: Hashable) -> str:
        """Why the process must end, in words; empty if it need not. `awaited` is empty if there is nothing to do."""
        if not awaited or progress != self._progress:
            self._progress, self._since = progress, now
            return ""
        return (
            f"nothing has moved for {self.limit:g} s: waiting for {awaited}" if now - self._since > self.limit else ""
        )


def awaited(lane: Lane) -> str:
    """What the lane waits for just now, in words; empty if there is nothing to do."""
    if (reading := lane.reading) is not None:
        return f"recovery: {reading.done} of {reading.total} records of {lane.names.changelog} are read"
    if lane.generation is None:
        phases = sorted({owned.part.phase.value for owned in lane.owned.values()})
        return f"partitions of group {lane.settings.app_id}" + (
            f" (those held are {', '.join(phases)})" if phases else ""
        )
    if lane.unsettled:
        busy = sorted(n for n, owned in lane.owned.items() if owned.part.flights)
        return f"acknowledgements of {lane.unsettled} writes to {lane.names.changelog} and what rests on them, partitions {busy}"
    behind = {tp: lag for tp in lane.sources if (lag := _lag(lane, *tp))}
    if behind:
        (topic, number), most = max(behind.items(), key=lambda item: item[1])
        return f"records that the broker has: {sum(behind.values())}, of {topic}-{number} alone {most}"
    if marks := lane.marks():
        (topic, number), position = min(marks.items())
        return f"commits, {len(marks)} in all: of {topic}-{number} up to {position}"
    return ""


def _lag(lane: Lane, topic: str, number: int) -> int:
    owned = lane.owned.get(number)
    return lane.lag(topic, number) if owned is not None and owned.part.phase is Phase.OPEN else 0


def progress(lane: Lane) -> Hashable:
    """Another value whenever something has moved."""
    parts = [owned.part for owned in lane.owned.values()]
    settling = [(part.phase, part.flights.expected, len(part.flights), sum(part.next.values())) for part in parts]
    return lane.generation, lane.reading, sum(lane.fetched.values()), sum(lane.committed.values()), tuple(settling)


def unanswered(lane: Lane) -> str:
    """What Kafka was asked and has not answered, in words: so an idle worker notices too that its broker has fallen silent.

    Apart from `progress`: a broker that answers this may still owe an acknowledgement.
    """
    return f"an answer of Kafka: where {lane.names.changelog} and the sources end" if lane.asking else ""


async def watch(lane: Lane, end: Callable[[str], None] = fail_stop) -> None:
    """Watch until cancelled."""
    stall, silence = Stall(lane.settings.stall_timeout), Stall(lane.settings.stall_timeout)
    beat = Beat(stall.limit, end)
    beat.start()
    try:
        while True:
            beat.last = lane.beat = time.monotonic()
            reason = stall.look(beat.last, awaited(lane), progress(lane))
            if reason := reason or silence.look(beat.last, unanswered(lane), lane.answers):
                end(reason)
            await asyncio.sleep(LOOK_SECONDS)
            lane.metrics.loop_delay.observe(max(0.0, time.monotonic() - beat.last - LOOK_SECONDS))
    finally:
        beat.over.set()


class Beat(threading.Thread):
    """Looks from outside whether the event loop of the thread that makes it still turns."""

    def __init__(self, limit: float, end: Callable[[str], None]) -> None:
        super().__init__(name="watchdog", daemon=True)
        self.last, self.over = time.monotonic(), threading.Event()
        self._limit, self._end, self._loop = limit, end, threading.get_ident()

    def run(self) -> None:
        """Until it is over."""
        while not self.over.wait(min(LOOK_SECONDS, self._limit / 4)):
            if time.monotonic() - self.last > self._limit:
                self._end(f"the event loop has been blocked for {self._limit:g} s, in {self._place()}")
                return

    def _place(self) -> str:
        frame = sys._current_frames().get(self._loop)
        stack = traceback.extract_stack(frame)[-FRAMES:] if frame is not None else []
        return " -> ".join(f"{step.name} ({step.filename}:{step.lineno})" for step in stack) or "an ended thread"
