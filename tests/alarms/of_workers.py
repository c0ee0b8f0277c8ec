"""Faults of workers and of what they write to."""

import asyncio
import os
import signal
import time
from collections.abc import Generator

from intentflow.adapters.producing import BatchProducer
from intentflow.lane.changelog import Changelog
from intentflow.lane.reader import read_changelog
from tests.alarms.plant import WORKERS, Plant, frozen, over_and_over
from tests.alarms.scenes import scene
from tests.system.records import events, settled
from tests.system.workers import until

A, B = WORKERS
TWENTY_MINUTES = 1200.0


@scene("WorkersDown", "WorkerDown")
def all_workers_end(plant: Plant) -> Generator[None]:
    """Both workers are stopped. Started again; `lag` says when nothing waits."""
    plant.stop(*WORKERS)
    plant.put(events(500, 50, seed=1))
    yield
    plant.start(*WORKERS)
    until(
        lambda: nothing_waits(plant), "nothing to be behind"
    )  # workers tell the time now and then, and that waits too


def nothing_waits(plant: Plant) -> bool:
    """`lag` says so."""
    return any(line.strip().startswith("0 records behind") for line in plant.say("lag").splitlines())


@scene("WorkerDown")
def one_worker_ends(plant: Plant) -> Generator[None]:
    """One worker is killed with all that looks after it. The other one scores on; it is started again."""
    os.kill(plant.parts[B].pid or 0, signal.SIGKILL)
    plant.put(events(500, 50, seed=2))
    settled(plant)
    yield
    plant.start(B)


@scene("PartitionsWithoutWorker")
def a_worker_freezes(plant: Plant) -> Generator[None]:
    """A worker's process is frozen, as a machine that swaps would do it. It is ended by hand; what looks after it starts it again."""
    stiff = plant.process(B)
    with frozen(stiff):
        yield
        os.kill(stiff, signal.SIGKILL)


@scene("Lagging", "LaggingMuch", "ChangesLateFast", "ChangesLateSlow")
def a_backlog(plant: Plant) -> Generator[None]:
    """After an outage records of twenty minutes ago wait, and the one worker folds two at a time. Two workers with more room."""
    plant.stop(*WORKERS)
    plant.put(events(30_000, 3_000, seed=3), seconds_old=TWENTY_MINUTES)
    plant.start(A, chunk=2, in_flight=1)
    yield
    assert "records behind" in plant.say("lag", "--over", "60", finds=1)
    plant.again(A)
    plant.start(B)


@scene("StandsStill")
def kafka_freezes_under_a_backlog(plant: Plant) -> Generator[None]:
    """Kafka is frozen while records wait that slow workers have not folded. It is thawed; the workers go on by themselves."""
    plant.again(*WORKERS, chunk=2, in_flight=1)
    plant.put(events(30_000, 3_000, seed=4))
    until(lambda: (plant.prometheus.value("sum(rate(intentflow_chunk_records_total[5s]))") or 0) > 0, "work")
    with frozen(plant.kafka.pid):
        yield
    plant.again(*WORKERS)


@scene("RecoveryStuck")
def kafka_freezes_under_a_recovery(plant: Plant) -> Generator[None]:
    """Kafka is frozen while a worker that has just started reads the changelog. It is thawed."""
    plant.stop(*WORKERS)
    log = plant.folder / f"{A}.log"
    while True:
        before = len(log.read_bytes())
        plant.start(A)
        while b": partitions [" not in log.read_bytes()[before:]:
            time.sleep(0.001)
        with frozen(plant.kafka.pid):
            time.sleep(1)
            if b" leads in " not in log.read_bytes()[before:]:
                yield
                break
        plant.stop(A)  # it was quicker
    plant.start(B)


@scene("RebalancesOften")
def workers_come_and_go(plant: Plant) -> Generator[None]:
    """A third worker is started and stopped over and over, as by a nervous autoscaler. That ends."""
    with over_and_over(lambda: plant.worker().ready().stop()):
        yield


@scene("FormerOwnerWrote")
def a_late_record_of_a_former_owner(plant: Plant) -> Generator[None]:
    """A row with an epoch of long ago is written to the changelog, as by a worker that slept; staged, since a real one takes luck. Nothing
    has to be done: the row is void."""
    logs: dict[int, Changelog] = {}

    async def read() -> tuple[int, bytes, bytes]:
        async for _ in read_changelog(plant.settings.bootstrap, plant.names.changelog, logs):
            pass
        return next((n, key, row) for n, log in logs.items() for key, row in log.rows.items())

    async def late(number: int, key: bytes, row: bytes) -> None:
        async with BatchProducer(plant.settings.kafka) as producer:
            await producer.add(plant.names.changelog, number, key, row, round(time.time() * 1000))

    number, key, row = asyncio.run(read())
    asyncio.run(late(number, key, b"\0\0\0\0" + row[4:]))
    yield


@scene("EventLoopSlow")
def a_cpu_limit(plant: Plant) -> Generator[None]:
    """A worker's process runs for a tenth of the time, as under a CPU limit. The limit is taken away."""
    slow = plant.process(A)

    def nap() -> None:
        with frozen(slow):
            time.sleep(1.5)

    with over_and_over(nap, 0.15):
        yield


@scene("BrokerErrors")
def kafka_ends(plant: Plant) -> Generator[None]:
    """Kafka is stopped, and started again on its port when somebody is called. The workers come back by themselves."""
    plant.kafka.stop()
    yield
    plant.kafka.start()
