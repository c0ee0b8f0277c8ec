"""One load: every arm takes its turns over the same records, is stopped, is started again, and is asked what it knows."""

import asyncio
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Coroutine
from itertools import count
from pathlib import Path

from msgspec import Struct

from bench import ours
from bench.arms import bare
from bench.peers.arms import Arm
from bench.peers.courses import Course, fill, forget, of_a_peer, of_us, source_topic
from bench.peers.inputs import PARTITIONS, Input, asks, marks
from bench.peers.progress import Pace, pace, points
from bench.peers.reference import Told, wrong_changes, wrong_scores
from bench.peers.resolving import ROOT, NotHere
from bench.peers.running import Running
from bench.peers.shown import Shown
from bench.peers.watching import Watch
from intentflow.adapters.offsets import Offsets
from intentflow.domain.fold import Fold
from intentflow.domain.rules import AXES
from intentflow.model.load import load as load_model
from intentflow.replay.ledger import read_logs
from intentflow.wire.rows import decode_row

Failure = (NotHere, RuntimeError, ValueError, subprocess.CalledProcessError, asyncio.TimeoutError)


class Run(Struct):
    """What one run gave."""

    pace: Pace
    resident_bytes: int = 0


class Result(Struct):
    """What all runs of an arm on a load gave. `problem`: why it has no number; empty if all answers were right."""

    arm: Arm
    load: str
    events: int
    runs: list[Run] = []
    problem: str = ""
    restart_seconds: float | None = None
    leads: int = 0
    last: Course | None = None

    def median(self, of: Callable[[Run], float]) -> float:
        """Of all runs."""
        return statistics.median(of(run) for run in self.runs)


class Race:
    """All arms on one load."""

    def __init__(self, bootstrap: str, folder: Path, load: str, shown: Shown) -> None:
        self.bootstrap, self.folder, self.load, self.shown = bootstrap, folder, load, shown
        self.say = shown.say
        self.sources: dict[str, str] = {}  # prefix → topic that is full

    async def run(self, arms: list[Arm], given: Input, few: Input | None, repeats: int) -> list[Result]:
        """Every arm's result, with a problem where one has no number."""
        inputs = {arm.name: few if arm.slow and few is not None else given for arm in arms}
        results = [
            Result(arm, self.load, len(inputs[arm.name].records), leads=len(list(inputs[arm.name].reference.leads())))
            for arm in arms
        ]
        for number in range(repeats):
            for result in results if number % 2 == 0 else reversed(results):
                if not result.problem and (number == 0 or not result.arm.slow):
                    await self._guarded(result, self._turn(result, inputs[result.arm.name], number))
        await self._checked([r for r in results if r.last is not None and not r.problem])
        return results

    async def _guarded(self, result: Result, work: Coroutine[None, None, None]) -> None:
        """What goes wrong in an arm is its problem, and no other's."""
        try:
            await work
        except Failure as error:
            result.problem = str(error) or repr(error)
            self.say(f"  {result.arm.name}: no number: {result.problem}")

    async def _turn(self, result: Result, given: Input, number: int) -> None:
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
            result.runs.append(await self._timed(course))
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

    async def _timed(self, course: Course) -> Run:
        """From its start until the last mark of every partition is out; then it is stopped. Raises as Watch.until, and ValueError."""
        waited, seen = set(course.given.last), list[Told]()
        through_now = self.shown.bar(f"{course.arm.name}, {self.load}", course.given)

        def through(new: list[Told]) -> bool:
            seen.extend(new)
            waited.difference_update(told.event_id[:12] for told in new)
            through_now(new)
            return not waited

        async with Watch(self.bootstrap, course.target, course.decode) as watch:
            arm = Running(course.command, course.said, self.folder / f"{course.app}.log")
            try:
                await watch.until(arm, through)
                resident = arm.resident()
                await asyncio.sleep(course.arm.settle_seconds)
            finally:
                arm.stop()
        if course.arm.name != "intentflow-retail" and (wrong := wrong_changes(seen, course.given.reference.changes)):
            raise RuntimeError(wrong)
        curve = points(((at, told.event_id) for at, told in watch.seen), course.given)
        return Run(pace(curve, watch.samples), resident)

    async def _checked(self, results: list[Result]) -> None:
        """Ours are compared by their changelogs. All are started again, and time is taken; then the others are asked for every score."""
        for result in results:
            if result.arm.kind == "ours":
                await self._guarded(result, self._scores_of_ours(result))
        sources = {r.last.source: r.last.given for r in results if r.last is not None}
        again, expected = self._marks(sources)
        for topic in sources:
            await fill(self.bootstrap, topic, again)
        for result in results:
            if not result.problem:
                await self._guarded(result, self._again(result, expected))
        for topic, given in sources.items():
            if any(r.arm.kind == "peer" and r.last is not None and r.last.source == topic for r in results):
                await fill(self.bootstrap, topic, asks(given))
        for result in results:
            if not result.problem and result.arm.kind == "peer":
                await self._guarded(result, self._asked(result))

    def _marks(self, sources: dict[str, Input]) -> tuple[list[tuple[int, bytes, bytes]], set[str]]:
        """Marks for after a restart, and the numbers of their second events."""
        until = max(given.until for given in sources.values())
        made = list(marks("again", until, count(900_000_000_000)))
        return made, {f"{900_000_000_000 + n:012d}" for n in range(PARTITIONS, 2 * PARTITIONS)}

    async def _again(self, result: Result, expected: set[str]) -> None:
        """Seconds from the start of a process that finds its state to its first changes, of all partitions."""
        assert result.last is not None
        course, waited = result.last, set(expected)

        def through(new: list[Told]) -> bool:
            waited.difference_update(told.event_id[:12] for told in new)
            return not waited

        async with Watch(self.bootstrap, course.target, course.decode) as watch:
            begun = time.monotonic()
            arm = Running(course.command, course.said, self.folder / f"{course.app}.log")
            try:
                await watch.until(arm, through)
                result.restart_seconds = time.monotonic() - begun
                await asyncio.sleep(course.arm.settle_seconds)
            finally:
                arm.stop()
        self.say(f"  {course.arm.name}: going again after {result.restart_seconds:.1f} s, with {result.leads:,} leads")

    async def _asked(self, result: Result) -> None:
        """The scores that it has after a restart. Raises RuntimeError if one is wrong."""
        assert result.last is not None
        course, wanted = result.last, result.last.given.reference.scores(result.last.given.until)
        found = dict[bytes, float]()

        def through(new: list[Told]) -> bool:
            found.update((told.key, told.score) for told in new if told.event_id.startswith("ask-"))
            return len(found) >= len(wanted)

        async with Watch(self.bootstrap, course.target, course.decode) as watch:
            arm = Running(course.command, course.said, self.folder / f"{course.app}.log")
            try:
                await watch.until(arm, through)
            finally:
                arm.stop()
        if wrong := wrong_scores(found, wanted):
            raise RuntimeError(wrong)
        self.say(f"  {course.arm.name}: {len(found):,} final scores are right")

    async def _scores_of_ours(self, result: Result) -> None:
        """Raises RuntimeError if an answer is wrong: of `retail` by the slow reference and a fold in one process."""
        assert result.last is not None
        course, given = result.last, result.last.given
        assert course.settings is not None
        model = load_model(course.settings.model)
        async with Offsets(course.settings.kafka) as offsets:
            if course.arm.name == "intentflow-retail":
                wrong = await ours.wrong(offsets, course.names, model, given.records)
            else:
                logs, scores = await read_logs(offsets.kafka, course.names), Fold(model).scores
                rows = {key: row for log in logs.values() for key, row in log.rows.items()}
                axis = AXES.index("engagement")
                found = {key: scores.at(decode_row(row), given.until)[axis] for key, row in rows.items()}
                wrong = wrong_scores(found, given.reference.scores(given.until))
        if wrong:
            raise RuntimeError(wrong)
        self.say(f"  {course.arm.name}: {result.leads:,} final scores are right")
