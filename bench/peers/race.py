"""One load: every arm takes its turns over the same records, is stopped, is started again, and is asked what it knows."""

import asyncio
import os
import subprocess
import time
from pathlib import Path

from bench.arms import bare
from bench.peers.afterwards import checked
from bench.peers.arms import Arm
from bench.peers.courses import Course, fill, forget, of_a_peer, of_us, source_topic, watched
from bench.peers.inputs import PARTITIONS, Input
from bench.peers.progress import Pace, pace, points
from bench.peers.reference import Told, wrong_changes
from bench.peers.resolving import ROOT
from bench.peers.result import Result, Run, guarded
from bench.peers.shown import Shown

FOR_TURNS = 0.6  # of the time; the rest is for what comes afterwards


class Race:
    """All arms on one load."""

    def __init__(self, bootstrap: str, folder: Path, load: str, shown: Shown) -> None:
        self.bootstrap, self.folder, self.load, self.shown = bootstrap, folder, load, shown
        self.say = shown.say
        self.sources: dict[str, str] = {}  # prefix → topic that is full

    async def run(self, arms: list[Arm], given: Input, few: Input | None, repeats: int, seconds: float) -> list[Result]:
        """Every arm's result, with a problem where one has no number.

        Fewer turns than `repeats`, but two at least, if more would take longer than most of `seconds`.
        """
        inputs = {arm.name: few if arm.slow and few is not None else given for arm in arms}
        results = [
            Result(arm, self.load, len(inputs[arm.name].records), leads=len(list(inputs[arm.name].reference.leads())))
            for arm in arms
        ]
        number, last, took, end = 0, False, 0.0, time.monotonic() + seconds * FOR_TURNS
        while not last:
            begun = time.monotonic()
            last = number + 1 == repeats or (number > 0 and begun + 2 * took > end)
            for result in results if number % 2 == 0 else reversed(results):
                if not result.problem and (number == 0 or not result.arm.slow):
                    await guarded(
                        result, self.say, self._turn(result, inputs[result.arm.name], number, last or result.arm.slow)
                    )
            number, took = number + 1, time.monotonic() - begun
        await checked(self.bootstrap, [r for r in results if r.last is not None and not r.problem], self.say)
        return results

    async def _turn(self, result: Result, given: Input, number: int, last: bool) -> None:
        arm = result.arm
        if arm.kind == "ceiling":
            topic = await self._source("", given)
            figure = await asyncio.to_thread(bare, arm.name, self.bootstrap, topic, PARTITIONS, len(given.records))
            if not figure.correct:
                raise RuntimeError("it did not read every record")
            result.runs.append(Run(Pace(figure.events_per_second, figure.events_per_second, figure.cpu_us_per_event)))
        else:
            if result.last is not None:
                await forget(self.bootstrap, result.last.app)
            course = result.last = await self._course(arm, given, number)
            result.runs.append(await self._timed(course, course.arm.settle_seconds if last else 0.0))
        run = result.runs[-1]
        self.say(
            f"  {arm.name} {self.load} {number + 1}: {run.pace.events_per_second:,.0f} events/s, {run.pace.cpu_us_per_event:.1f} µs"
        )

    async def _course(self, arm: Arm, given: Input, number: int) -> Course:
        command = await asyncio.to_thread(arm.prepare)
        app = f"{arm.name}-{self.load}-{os.getpid()}-{number}"
        if arm.kind == "ours":
            which = "-retail" if arm.name.endswith("retail") else ""
            await self._source(which, given)
            return await of_us(arm, command, self.bootstrap, self._prefix(which), given, app, self.folder)
        source = await self._source("-few" if arm.slow else "", given)
        course = await of_a_peer(arm, command, self.bootstrap, source, given, app, self.folder)
        for before in arm.before(command, course.folder):
            await asyncio.to_thread(subprocess.run, before, check=True, capture_output=True, cwd=ROOT)
        return course

    def _prefix(self, which: str) -> str:
        return f"peers-{os.getpid()}-{self.load}{which}"

    async def _source(self, which: str, given: Input) -> str:
        """The topic with the records; filled the first time."""
        prefix = self._prefix(which)
        if prefix not in self.sources:
            self.sources[prefix] = await source_topic(self.bootstrap, prefix, self.folder)
            await fill(self.bootstrap, self.sources[prefix], given.records)
        return self.sources[prefix]

    async def _timed(self, course: Course, settle: float) -> Run:
        """From its start until the last mark of every partition is out, and `settle` seconds more. Raises as `watched` and `pace`."""
        waited = set(course.given.last)
        through_now = self.shown.bar(f"{course.arm.name}, {self.load}", course.given)

        def through(new: list[Told]) -> bool:
            waited.difference_update(told.event_id[:12] for told in new)
            through_now(new)
            return not waited

        found = await watched(self.bootstrap, course, through, settle)
        if course.arm.name != "intentflow-retail" and (
            wrong := wrong_changes(found.told, course.given.reference.changes)
        ):
            raise RuntimeError(wrong)
        curve = points(((at, told.event_id) for at, told in found.seen), course.given)
        return Run(pace(curve, found.samples), found.resident)
