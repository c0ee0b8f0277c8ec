"""Where an arm runs: its topics, its command and its environment, over records that are on a topic."""

import asyncio
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from msgspec import Struct

from bench.ours import settings_of
from bench.peers.arms import Arm
from bench.peers.inputs import PARTITIONS, Input, Record
from bench.peers.progress import Sample
from bench.peers.reference import Told
from bench.peers.running import Running
from bench.peers.watching import Decode, Watch, of_ours, of_peer
from intentflow.adapters.embedded_command import environment
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.topic_specs import topics_of
from intentflow.adapters.topics import ensure
from intentflow.servers import KafkaAccess
from intentflow.settings import Settings
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.topic_names import TopicNames


class Course(Struct):
    """One run of one arm."""

    arm: Arm
    given: Input
    source: str
    target: str
    app: str
    folder: Path
    command: list[str]
    said: dict[str, str]
    decode: Decode
    settings: Settings | None = None  # of ours

    @property
    def names(self) -> TopicNames:
        """Our own topics; of ours alone."""
        assert self.settings is not None
        return TopicNames(self.settings.prefix, self.settings.app_id)


def kafka(bootstrap: str) -> KafkaAccess:
    """The broker, as our own clients want it."""
    return Settings(bootstrap=bootstrap).kafka


class Found(Struct):
    """What a run of an arm gave, seen from outside."""

    seen: list[tuple[float, Told]]  # until it was through
    told: list[Told]  # and what came after that
    samples: list[Sample]
    resident: int  # bytes, when it was through
    seconds: float  # from the start of its process until then


async def watched(bootstrap: str, course: Course, through: Callable[[list[Told]], bool], settle: float = 0.0) -> Found:
    """It has run until it was through, and `settle` seconds more, and was stopped. Raises RuntimeError if it ended or fell silent."""
    async with Watch(bootstrap, course.target, course.decode) as watch:
        begun = time.monotonic()
        arm = Running(course.command, course.said, course.folder.with_name(f"{course.app}.log"))
        try:
            await watch.until(arm, through)
            seconds, resident, seen = time.monotonic() - begun, arm.resident(), list(watch.seen)
            await watch.rest()
            await asyncio.sleep(settle)
        finally:
            arm.stop()
    return Found(seen, [told for _, told in watch.seen], watch.samples, resident, seconds)


async def of_a_peer(
    arm: Arm, command: list[str], bootstrap: str, source: str, given: Input, app: str, folder: Path
) -> Course:
    """Its topic for changes is there."""
    target, state = f"{app}-changes", folder / app
    state.mkdir(parents=True)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    for_ever = {"retention.ms": "-1"}  # some publish with the event's time, which is weeks ago
    await admin.create_topics([NewTopic(target, PARTITIONS, 1, topic_configs=for_ever)])
    await admin.close()
    said = {
        "BOOTSTRAP": bootstrap, "SOURCE": source, "TARGET": target, "APP": app, "FOLDER": str(state), "PARTITIONS": str(PARTITIONS),
    }  # fmt: skip
    env = {**{f"PEER_{name}": value for name, value in said.items()}, **arm.said}
    if arm.name == "bytewax":
        command = [*command, str(state)]
    return Course(arm, given, source, target, app, state, command, env, of_peer)


async def of_us(
    arm: Arm, command: list[str], bootstrap: str, prefix: str, given: Input, app: str, folder: Path
) -> Course:
    """Its topics are there; those that `prefix` begins are shared by all its runs."""
    said = {"app_id": app, "prefix": prefix, "model": arm.said.get("INTENTFLOW_MODEL", "retail")}
    settings = settings_of(prefix, bootstrap, folder / app, PARTITIONS).model_copy(update=said)
    await ensure(settings.kafka, topics_of(settings))
    names = TopicNames(prefix, app)
    return Course(
        arm, given, names.events, names.changes, app, folder / app, command, environment(settings), of_ours, settings
    )


async def fill(bootstrap: str, topic: str, records: Iterable[Record]) -> None:
    """The records are at the end of their partitions."""
    async with BatchProducer(kafka(bootstrap)) as producer:
        for moment, key, value in records:
            await producer.add(topic, partition_of(key, PARTITIONS), key, value, moment)


async def source_topic(bootstrap: str, prefix: str, folder: Path) -> str:
    """The topic of events is there, for us and all others."""
    settings = settings_of(prefix, bootstrap, folder, PARTITIONS).model_copy(
        update={"prefix": prefix, "app_id": prefix}
    )
    await ensure(settings.kafka, topics_of(settings))
    return TopicNames(prefix, prefix).events


async def forget(bootstrap: str, app: str) -> None:
    """Topics that only this run used are gone."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    if own := [name for name in await admin.list_topics() if app in name]:
        await admin.delete_topics(own)
    await admin.close()
