"""What is wrong with an installation, and how to mend it: each check is a small function, and none of them writes.

Whether one may write is asked of the broker, which knows. What cannot be tried without writing is not claimed: how far ahead the broker's
clock is when nobody has written lately.
"""

import importlib.metadata
import re
import shutil
import time
from collections.abc import Awaitable, Callable
from typing import Literal

from aiokafka.errors import KafkaError
from msgspec import Struct
from redis.exceptions import RedisError

from intentflow.adapters.offsets import Offsets
from intentflow.adapters.partition_records import PartitionRecords
from intentflow.adapters.redis_client import connect
from intentflow.adapters.topic_plan import ailments, differences, look
from intentflow.adapters.topic_specs import topics_of
from intentflow.adapters.topics import admin_of
from intentflow.errors import IntentflowError
from intentflow.model.load import load
from intentflow.operate.lag import Measure, sources_of
from intentflow.operate.rights import allowed, needs_of
from intentflow.operate.state import names_of
from intentflow.settings import Settings

Stands = Literal["well", "warning", "wrong"]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^;, ]+)")
FREE_BYTES = 500_000_000
SKEW_SECONDS = 2.0
LAG_SECONDS = 60.0


class Check(Struct, frozen=True):
    """What was looked at, how it stands, and what to do if it is not well."""

    what: str
    stands: Stands
    says: str
    remedy: str = ""


async def examine(settings: Settings, patience_seconds: float = 5.0) -> list[Check]:
    """Every check. What asks Kafka is left out if Kafka does not answer within `patience_seconds`."""
    told = [*packages(), model(settings), disk(settings)]
    kafka = await broker(settings, patience_seconds)
    told.append(kafka)
    if kafka.stands != "wrong":
        for check in (topics, rights, clock, lag):
            told += await _tried(check, settings)
    return [*told, *await redis(settings)]


async def _tried(check: Callable[[Settings], Awaitable[list[Check]]], settings: Settings) -> list[Check]:
    """A check that cannot be made is a finding of its own: most often somebody may not do what it does."""
    try:
        return await check(settings)
    except (KafkaError, IntentflowError) as error:
        remedy = "see what this user may do: docs/security.md lists what Kafka must allow to whom"
        return [Check(check.__name__, "wrong", f"{type(error).__name__}: {error}", remedy)]


def packages() -> list[Check]:
    """The packages of which one exact version was proved are there in that version."""
    told = []
    for wanted in importlib.metadata.requires("intentflow") or ():
        if (pin := PINNED.match(wanted)) is None or "extra ==" in wanted:
            continue
        name, version = pin[1], pin[2]
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "none"
        if found != version:
            remedy = f"pip install {name}=={version}: intentflow was proved on exactly this one"
            told.append(Check("packages", "wrong", f"{name} is {found}, should be {version}", remedy))
    return told or [Check("packages", "well", "those that are pinned are there in their versions")]


def model(settings: Settings) -> Check:
    """The scoring model can be read."""
    try:
        found = load(settings.model)
    except IntentflowError as error:
        return Check("model", "wrong", str(error), "mend the file, or name another one with INTENTFLOW_MODEL")
    return Check("model", "well", f"{found.name}, version {found.version}, {found.hash[:12]}")


def disk(settings: Settings) -> Check:
    """There is room where the embedded stack and the workers keep what they keep."""
    folder = next(each for each in (settings.data.absolute(), *settings.data.absolute().parents) if each.exists())
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:,.1f} GB free at {folder}"
    if free >= FREE_BYTES:
        return Check("disk", "well", says)
    return Check("disk", "warning", says, "make room, or put INTENTFLOW_DATA elsewhere")


async def broker(settings: Settings, patience_seconds: float) -> Check:
    """Kafka answers."""
    try:
        async with admin_of(settings.kafka, patience_seconds) as admin:
            cluster = await admin.describe_cluster()
    except IntentflowError as error:
        return Check("broker", "wrong", str(error))  # ours say what to do
    except KafkaError as error:
        return Check("broker", "wrong", str(error), "is INTENTFLOW_SECURITY_PROTOCOL what it speaks?")
    count = len(cluster["brokers"])
    how = settings.security_protocol
    if count < settings.replication:
        remedy = "start the missing brokers, or lower INTENTFLOW_REPLICATION for a test"
        return Check("broker", "wrong", f"{count} brokers, replication is {settings.replication}", remedy)
    return Check("broker", "well", f"{settings.bootstrap} answers, {count} in the cluster, spoken to by {how}")


async def topics(settings: Settings) -> list[Check]:
    """Every topic is as it must be, and in sync."""
    specs = topics_of(settings)
    seen = await look(settings.kafka, specs)
    found = [*differences(specs, seen), *ailments(specs, seen)]
    if not found:
        return [Check("topics", "well", f"all {len(specs)} are as they must be")]
    first = found[0]
    says = (
        f"{len(found)} differences, the first: {first.topic}: {first.what} is {first.found}, should be {first.should}"
    )
    return [
        Check("topics", "wrong", says, "`intentflow topics plan` tells all of them, `topics apply` mends what it may")
    ]


async def rights(settings: Settings) -> list[Check]:
    """This user may do what at least one of the parts does; which, is said. Kafka tells what it would allow."""
    names = names_of(settings)
    may = await allowed(settings, names)
    lacks = {part: may.lacks(needs) for part, needs in needs_of(names).items()}
    fit = [part for part, missing in lacks.items() if not missing]
    says = f"may do what these parts do: {', '.join(fit) or 'none'}"
    others = "; ".join(f"{part} lacks: {', '.join(missing)}" for part, missing in lacks.items() if missing)
    if fit:
        return [Check("rights", "well", f"{says} ({others})" if others else says)]
    return [Check("rights", "wrong", f"{says}; {others}", "docs/security.md lists what Kafka must allow to whom")]


async def _partitions(settings: Settings, topic: str) -> int:
    async with Offsets(settings.kafka) as offsets:
        return (await offsets.partitions([topic])).get(topic, 0)


async def clock(settings: Settings) -> list[Check]:
    """The broker's clock, as the latest record of the changelog has it, is not ahead of ours."""
    changelog = names_of(settings).changelog
    async with PartitionRecords(settings.kafka) as reader:
        latest = 0
        for number in range(await _partitions(settings, changelog)):
            firsts, ends = await reader.bounds([changelog], number)
            end = ends[changelog, number]
            async for records in reader.read(changelog, number, end, max(firsts[changelog, number], end - 1)):
                latest = max(latest, *(record.timestamp for record in records), 0)
    ahead = latest / 1000 - time.time()
    if ahead > SKEW_SECONDS:
        remedy = "let both follow a time server: due times and lags are told wrongly otherwise"
        return [Check("clock", "wrong", f"the broker's is at least {ahead:,.1f} s ahead of ours", remedy)]
    return [Check("clock", "well", "the broker's is not ahead of ours, as far as its records tell")]


async def lag(settings: Settings) -> list[Check]:
    """The workers keep up."""
    async with Measure(settings.kafka, settings.app_id) as measure:
        lags = await measure.lags(sources_of(settings))
    if not lags:
        return []
    records, seconds = sum(one.records for one in lags), max((one.seconds for one in lags), default=0.0)
    says = f"{records:,} records behind, the oldest {seconds:,.0f} s old"
    if seconds <= LAG_SECONDS:
        return [Check("lag", "well", says)]
    return [Check("lag", "warning", says, "does a worker run? `intentflow lag --watch` tells whether it shrinks")]


async def redis(settings: Settings) -> list[Check]:
    """Redis answers, evicts nothing, and has our time."""
    if settings.redis_url is None:
        return [Check("redis", "well", "none is configured: no read model, no console")]
    client = connect(settings.redis_url.get_secret_value())
    try:
        seconds, micros = await client.time()
        policy = (await client.info("memory")).get("maxmemory_policy", "noeviction")
    except (RedisError, OSError) as error:
        remedy = "start it, or mend INTENTFLOW_REDIS_URL; scoring goes on without it"
        return [Check("redis", "wrong", f"does not answer ({type(error).__name__})", remedy)]
    finally:
        await client.aclose()
    skew = seconds + micros / 1e6 - time.time()
    told = [Check("redis", "well", f"answers, its clock {abs(skew):.1f} s from ours")]
    if abs(skew) > SKEW_SECONDS:
        told = [Check("redis", "warning", f"its clock is {skew:+,.1f} s from ours", "let both follow a time server")]
    if policy != "noeviction":
        remedy = "set maxmemory-policy noeviction: whatever it evicts makes the read model be built anew"
        told.append(Check("redis", "warning", f"maxmemory-policy is {policy}", remedy))
    return told
