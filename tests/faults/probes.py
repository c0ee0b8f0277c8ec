"""What the hazards do to a subject from outside, and what they look at."""

import asyncio
import time
import urllib.parse
import urllib.request
from pathlib import Path

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.topic_specs import app_topics
from intentflow.wire.murmur2 import partition_of
from tests.faults.group import admin_of
from tests.faults.subjects import Subject
from tests.system.records import Sending, read
from tests.system.workers import Worker


def drained_or_ended(subject: Subject, worker: Worker, limit: float) -> bool:
    """Wait for the first of: everything committed (True), the worker has ended, the limit in seconds."""
    deadline = time.monotonic() + limit
    while worker.process.poll() is None and time.monotonic() < deadline:
        if not subject.lag():
            return True
        time.sleep(0.3)
    return False


def kept(subject: Subject, poison: list[Sending]) -> int:
    """How many of these lie, with their bytes, on a topic of the subject other than the one that they came on."""
    values = {record.value for record in read(subject.outside, subject.names.rejections)}
    return sum(value in values for _, value in poison)


async def write_log(subject: Subject, key: bytes, value: bytes) -> None:
    async with BatchProducer(subject.outside.settings.bootstrap) as producer:
        number = partition_of(key, subject.settings.partitions)
        await producer.add(subject.names.changelog, number, key, value, int(time.time() * 1000))


def last_words(worker: Worker) -> str:
    """The last line of its log that says what is wrong with a record."""
    signs = ("not a record of ours", "Error in recovery", "decode")
    lines = [line for line in worker.said.splitlines() if any(sign in line for sign in signs)]
    return lines[-1].split("] ")[-1].strip() if lines else "nothing"


def table_at(door: str) -> str:
    """What the table's page says of the first lead, without a password."""
    port = door.rpartition(":")[2]
    key = urllib.parse.quote("l:all-lead-0")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/table/leads/{key}/", timeout=5) as answer:
            return " ".join(answer.read().decode().split())
    except OSError as error:
        return str(error)


def listening(pid: int) -> list[str]:
    """The addresses that a process listens on, as `0.0.0.0:6066`."""
    inodes = {str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()}
    found = []
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, *_, inode = line.split()[:10]
        if state == "0A" and f"socket:[{inode}]" in inodes:
            address, port = local.split(":")
            numbers = [str(int(address[at : at + 2], 16)) for at in (6, 4, 2, 0)]
            found.append(f"{'.'.join(numbers)}:{int(port, 16)}")
    return found


def limit_changelog(subject: Subject, largest: int) -> None:
    """The changelog takes batches up to this many bytes."""
    [spec] = [spec for spec in app_topics(subject.names, partitions=4) if spec.name == subject.names.changelog]
    config = {**spec.config, "max.message.bytes": str(largest)}

    async def alter() -> None:
        async with admin_of(subject.outside.settings.bootstrap) as admin:
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, spec.name, config)])

    asyncio.run(alter())
    time.sleep(0.5)  # until the broker goes by it
