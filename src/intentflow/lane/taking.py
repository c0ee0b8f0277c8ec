"""How partitions become ours: read, fence, read on, until the log is known to be ours alone (design 8, rules 10 and 11)."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping

from intentflow.lane.effects import Effect, ReadLog, ReadOn, Seek, Stop, WriteFence
from intentflow.lane.exits import fail_stop
from intentflow.lane.marks import encode_fence
from intentflow.lane.protocol import Partition
from intentflow.lane.reader import ChangelogReader, Progress
from intentflow.lane.writing import Writer, landed
from intentflow.servers import Kafka

log = logging.getLogger(__name__)
Tell = Callable[[Progress], None]
TELL_SECONDS = 1.0


async def take(parts: Iterable[Partition], writer: Writer, kafka: Kafka, topic: str, tell: Tell) -> None:
    """Take these partitions, or keep those that may be kept; each then waits to be sought. Ends the process if one must not be had."""
    asked = {part.number: _one(part.keep() if part.may_keep() else part.take()) for part in parts}
    by_number = {part.number: part for part in parts}
    await _fence(by_number, asked, writer, topic)
    if all(isinstance(effect, Seek) for effect in asked.values()):
        return
    async with ChangelogReader(kafka, topic) as reader:
        await reader.begin(number for number, effect in asked.items() if isinstance(effect, ReadLog))
        done = Progress(0, 0, 0)
        while not all(isinstance(effect, Seek) for effect in asked.values()):
            done = await _read(by_number, asked, reader, tell, done)
            await _fence(by_number, asked, writer, topic)


async def _fence(parts: Mapping[int, Partition], asked: dict[int, Effect], writer: Writer, topic: str) -> None:
    async def one(number: int, effect: WriteFence) -> None:
        sent = await writer.send(topic, number, [(*encode_fence(effect.fence), [])])
        [(offset, _)] = await landed(sent, topic)
        asked[number] = _one(parts[number].fence_landed(offset))

    await asyncio.gather(*(one(number, effect) for number, effect in asked.items() if isinstance(effect, WriteFence)))


async def _read(
    parts: Mapping[int, Partition], asked: dict[int, Effect], reader: ChangelogReader, tell: Tell, before: Progress
) -> Progress:
    """Read what is asked for; returns how much is read by now, with what was `before`."""
    ends = await reader.ends(number for number, effect in asked.items() if isinstance(effect, ReadLog))
    ends |= {number: effect.end for number, effect in asked.items() if isinstance(effect, ReadOn)}
    told, so_far = time.monotonic(), before
    async for progress in reader.read({number: parts[number].log for number in ends}, ends):
        so_far = Progress(before.done + progress.done, before.total + progress.total, progress.leads)
        tell(so_far)
        if time.monotonic() - told > TELL_SECONDS:
            told = time.monotonic()
            log.info("recovery: %d of %d records, %d leads", so_far.done, so_far.total, so_far.leads)
    for number in ends:
        part = parts[number]
        asked[number] = _one(part.read_to_end() if isinstance(asked[number], ReadLog) else part.read_on())
    return so_far


def _one(effects: list[Effect]) -> Effect:
    """While a partition is being taken, it asks for one thing at a time."""
    effect = effects[0]
    if isinstance(effect, Stop):
        fail_stop(effect.reason, effect.exit_code)
    return effect
