"""Files through real Kafka: topics, an app and a worker of their own.

A run has a name. Its rows are written to its topics in the files' order, so the end of a partition says how many of its rows are there: a
run that was cut off goes on from there, and one that is done adds nothing. The worker writes no clock (`clock: records`); when all is
committed, one clock record per partition says how far time has passed.
"""

import asyncio
import secrets
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from rich.progress import Progress, TaskID

from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.adapters.offsets import Offsets, records
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.stack import EmbeddedStack, find_running, settings_at
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.domain.change import rfc3339
from intentflow.domain.fold import Fold
from intentflow.domain.rules import ScoringModel
from intentflow.errors import RejectedError
from intentflow.lane.changelog import ledger_sums
from intentflow.replay.ledger import read_logs
from intentflow.replay.reading import Reading, Refused
from intentflow.replay.result import Result, Summary, stages_of
from intentflow.replay.through_core import ended_at
from intentflow.settings import Settings
from intentflow.wire.changes import decode_change
from intentflow.wire.control import encode_clock
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.records import Ledger
from intentflow.wire.rejections import rejection_headers
from intentflow.wire.topic_names import TopicNames

POLL_SECONDS = 0.2


class KafkaReplay:
    """One run. `progress` shows how far it is."""

    def __init__(
        self,
        reading: Reading,
        model: str,
        rules: ScoringModel,
        *,
        run: str | None,
        bootstrap: str | None,
        data: Path,
        progress: Progress,
    ) -> None:
        name = f"replay-{run or secrets.token_hex(4)}"
        self.reading, self.rules, self.named, self.data, self.progress = reading, rules, run is not None, data, progress
        self.bootstrap = bootstrap
        self.names = TopicNames(prefix=name, app_id=name)
        self.settings = Settings(
            app_id=name,
            prefix=name,
            model=model,
            clock="records",
            kept_for_ever=True,
            family_topics=False,
            data=data,
            metrics_port=0,
        )
        self.partitions = self.settings.partitions
        self.rejected: list[Refused] = []

    def run(self, until: int | None) -> Result:
        """Everything in the files folded by a worker, committed, and time passed up to `until`. Starts the embedded stack if need be."""
        running = find_running(self.data)
        with ExitStack() as stack:
            if self.bootstrap is None and running is None:
                started = stack.enter_context(EmbeddedStack(self.data, kafka_port=0, valkey=False))
                self.settings = settings_at(self.settings, started.addresses)
            elif self.bootstrap is None and running is not None:
                self.settings = settings_at(self.settings, running)
            else:
                self.settings = self.settings.model_copy(update={"bootstrap": self.bootstrap})
            return asyncio.run(self._run(until))

    async def _run(self, until: int | None) -> Result:
        names, kafka = self.names, self.settings.kafka
        specs = app_topics(names, partitions=self.partitions, family_topics=False, kept_for_ever=True)
        await ensure(kafka, specs)
        async with Offsets(kafka) as offsets:
            with EmbeddedCommand("worker", self.settings, self.data / f"{names.app_id}.log") as worker:
                await self._produce(offsets)
                await self._committed(offsets, names.events, worker)
                await self._heard(offsets, worker)
                end = ended_at(self.reading, until)
                await self._pass_time(offsets, end, worker)
            result = await self._result(end)
            if not self.named:
                await offsets.delete_topics([spec.name for spec in specs])
            return result

    async def _produce(self, offsets: Offsets) -> None:
        """Write the rows that are not there yet. Raises `RejectedError` if the run was begun with other files."""
        there = Counter(
            {number: end for (_, number), end in (await offsets.ends([self.names.events], self.partitions)).items()}
        )
        passed: Counter[int] = Counter()
        async with BatchProducer(self.settings.kafka) as producer:
            self.reading.refuse = self.rejected.append
            for record in self.reading.records():
                number = partition_of(record.key, self.partitions)
                passed[number] += 1
                if passed[number] > there[number]:
                    await producer.add(self.names.events, number, record.key, record.value, record.timestamp)
                await self._publish_refused(producer)
            await self._publish_refused(producer)
        if any(there[number] > passed[number] for number in there):
            raise RejectedError(
                f"{self.names.app_id}: more rows are on its topic than these files have: it was begun with others; choose another --run"
            )

    async def _publish_refused(self, producer: BatchProducer) -> None:
        """Rows that are no events go to the rejections with their bytes; their source is the file and the line.

        A run that goes on publishes them again, under the same ids; readers of rejections drop repeats.
        """
        for row in self.rejected:
            headers = rejection_headers(row.rejection, Path(row.file).name, 0, row.line, 0)
            await producer.add(self.names.rejections, 0, None, row.raw, self.reading.now, headers)
        self.rejected.clear()

    async def _committed(self, offsets: Offsets, topic: str, worker: EmbeddedCommand) -> None:
        """Wait until the worker has committed all of a topic."""
        ends = await offsets.ends([topic], self.partitions)
        task: TaskID = self.progress.add_task("scoring", total=sum(ends.values()))
        while True:
            committed = await offsets.committed(self.names.app_id)
            self.progress.update(task, completed=sum(min(committed.get(tp, 0), end) for tp, end in ends.items()))
            if all(committed.get(tp, 0) >= end for tp, end in ends.items()):
                return
            worker.require_alive()
            await asyncio.sleep(POLL_SECONDS)

    async def _heard(self, offsets: Offsets, worker: EmbeddedCommand) -> None:
        """Wait until no message between leads is on its way. What a record causes is on its topic before the record is committed."""
        heard: dict[tuple[str, int], int] = {}
        while heard != (ends := await offsets.ends([self.names.identities], self.partitions)):
            heard = ends
            await self._committed(offsets, self.names.identities, worker)

    async def _pass_time(self, offsets: Offsets, until: int, worker: EmbeddedCommand) -> None:
        if not until:
            return
        key, value = encode_clock(until)
        async with BatchProducer(self.settings.kafka) as producer:
            for number in range(self.partitions):
                await producer.add(self.names.control, number, key, value, min(until, self.reading.now))
        await self._committed(offsets, self.names.control, worker)

    async def _result(self, until: int) -> Result:
        kafka = self.settings.kafka
        logs = await read_logs(kafka, self.names)
        rows = {key: row for log in logs.values() for key, row in log.rows.items()}
        changes: dict[str, bytes] = {}
        async for record in records(kafka, [self.names.changes], self.partitions):
            changes.setdefault(decode_change(record.value).id, record.value)
        reasons = self.reading.reasons + await self._rejected()
        sums = ledger_sums(logs.values())
        ledgers = [sums.get(topic, Ledger()) for topic in (self.names.events, self.names.identities)]
        by_stage = stages_of(Fold(self.rules), rows.values())
        summary = Summary(
            read=self.reading.read,
            counted=sum(ledger.counted for ledger in ledgers),
            duplicate=sum(ledger.duplicate for ledger in ledgers),
            rejected=sum(ledger.rejected for ledger in ledgers) + self.reading.reasons.total(),
            passed_over=self.reading.passed_over,
            leads=sum(by_stage.values()),
            changes=len(changes),
            by_stage=by_stage,
            rejected_by_reason=dict(sorted(reasons.items())),
            until=rfc3339(until) if until else None,
        )
        return Result(summary, rows, list(changes.values()), self.reading.refused)

    async def _rejected(self) -> Counter[str]:
        """The worker's rejections by reason, each once."""
        found: dict[bytes, str] = {}
        async for record in records(self.settings.kafka, [self.names.rejections], self.partitions):
            headers = dict(record.headers)
            if headers["source_topic"].decode() in (self.names.events, self.names.identities):
                found[headers["rejection_id"]] = headers["reason"].decode()
        return Counter(found.values())
