"""What the lane does every second: look behind its logs, and say what time it is (design 5 and 8, rule 9)."""

import asyncio
import itertools
import logging
import time
from collections.abc import Iterator

from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError, NodeNotReadyError, RequestTimedOutError

from intentflow.errors import ConfigError
from intentflow.lane import memory
from intentflow.lane.clock import INTERVAL, Reading, reached
from intentflow.lane.exits import fail_stop
from intentflow.lane.lane import Lane, Owned
from intentflow.lane.marks import Topic
from intentflow.lane.phases import Phase
from intentflow.lane.places import made_again
from intentflow.lane.reader import ChangelogReader
from intentflow.lane.topic_ids import topic_ids
from intentflow.lane.writing import landed
from intentflow.wire.control import encode_clock, encode_model

log = logging.getLogger(__name__)
WIDE = 10  # intervals between looks at the ends of the sources
PATIENCE_SECONDS = 10.0  # until a look that is not answered has failed
SILENCE = (
    KafkaTimeoutError,
    RequestTimedOutError,
    KafkaConnectionError,
    NodeNotReadyError,
)  # what our own client says when nobody answers


async def keep_time(lane: Lane) -> None:
    """Run until cancelled."""
    patience = min(PATIENCE_SECONDS, lane.settings.stall_timeout / 2)
    async with ChangelogReader(lane.settings.kafka, lane.names.changelog, patience) as reader:
        for turn in itertools.count(1):
            await asyncio.sleep(INTERVAL)
            _measure(lane)
            memory.sweep()
            if lane.generation is None:
                continue
            lane.asking = True
            try:
                await _look_behind(lane, reader)
                await _look_at_topics(lane)
                if turn % WIDE == 0:
                    await _look_ahead(lane, reader)
                heard = True
            except KafkaError as error:  # a broker that restarts; a write that must wait for it says so itself
                heard = not isinstance(error, SILENCE)
                lane.metrics.broker_errors.inc()
                log.warning("the changelog's end cannot be read just now: %s", type(error).__name__)
            if heard:  # an error that was said is an answer too
                lane.asking, lane.answers = False, lane.answers + 1
            _let_go(lane)
            if heard and lane.settings.clock == "wall":
                await asyncio.gather(*(_say(lane, number, owned) for number, owned in lane.owned.items()))


async def _look_behind(lane: Lane, reader: ChangelogReader) -> None:
    """An idle owner notices late writers too, and shadows their records before compaction could keep only those."""
    idle = {n: owned for n, owned in lane.owned.items() if not owned.part.flights and owned.part.phase is Phase.OPEN}
    if not idle:
        return
    expected = {n: owned.part.flights.expected for n, owned in idle.items()}
    for number, end in (await reader.ends(idle)).items():
        part = idle[number].part
        if (
            lane.owned.get(number) is idle[number] and part.flights.expected == expected[number]
        ):  # it didn't write meanwhile
            idle[number].performer.perform(part.log_ends(end))


async def _look_at_topics(lane: Lane) -> None:
    """A source that was deleted and made again before the client noticed would be read on where the old one was left."""
    known = next((owned.part.topics for owned in lane.owned.values()), ())
    ids = await topic_ids(lane.writer.client, lane.topics)
    if mistaken := made_again(known, [Topic(name, topic_id) for name, topic_id in ids.items()]):
        fail_stop(mistaken, ConfigError.exit_code)


async def _look_ahead(lane: Lane, reader: ChangelogReader) -> None:
    """Ask where the sources end, on another connection than fetches use: one that hangs must not look like a quiet topic."""
    ends = await reader.ends_of(lane.sources)
    lane.broker_has({tp: end for tp, end in ends.items() if tp in lane.ends}, ())


async def _say(lane: Lane, number: int, owned: Owned) -> None:
    """Write what is to be said, if the last that was said has been folded: that our model takes effect, if another did last; else the
    time, if a lead is due."""
    if owned.part.phase is not Phase.OPEN or owned.part.next[lane.names.control] < owned.said_end:
        return
    sources = [topic for topic in lane.topics if topic != lane.names.control]
    now = reached(
        int(time.time() * 1000), (Reading(lane.lag(topic, number), owned.read.get(topic)) for topic in sources)
    )
    if now is None:
        return
    model = lane.core(len(owned.part.sources)).model_hash
    if owned.part.model != model:
        await _write(lane, number, owned, encode_model(model, now))
        log.info(
            "partition %d: the scoring model %s takes effect, after %s",
            number,
            model[:12],
            owned.part.model[:12] or "none",
        )
    elif now > owned.clock and owned.due.any_by(now):
        await _write(lane, number, owned, encode_clock(now))
        owned.clock = now
        lane.metrics.clock.labels(str(number)).set(now / 1000)


async def _write(lane: Lane, number: int, owned: Owned, record: tuple[bytes, bytes]) -> None:
    """Write a record to the partition of the control topic; until it is folded, no other is written."""
    control = lane.names.control
    sent = await lane.writer.send(control, number, [(*record, [])])
    [(offset, _)] = await landed(sent, control)
    owned.said_end = offset + 1


def _let_go(lane: Lane) -> None:
    """What is left of erased leads goes, where nothing of it can be read again."""
    for number, owned in lane.owned.items():
        committed = {topic: lane.committed.get((topic, number), 0) for topic in lane.topics}
        owned.performer.perform(owned.part.committed(committed))


def _moments(lane: Lane) -> Iterator[int]:
    """When our model took effect, for each partition of ours for which it did (epoch milliseconds)."""
    for owned in lane.owned.values():
        part = owned.part
        if part.phase is Phase.OPEN and part.model == lane.core(len(part.sources)).model_hash:
            yield part.model_at


def _measure(lane: Lane) -> None:
    lane.metrics.leads.set(lane.leads)
    lane.metrics.partitions.set(len(lane.owned))
    lane.metrics.unsettled.set(lane.unsettled)
    lane.metrics.model_since.set(max(_moments(lane), default=0) / 1000)
    if lane.generation is not None:
        for topic in lane.topics:
            lags = {number: lane.lag(topic, number) for number in lane.owned}
            read = [at for n, owned in lane.owned.items() if lags[n] and (at := owned.read.get(topic)) is not None]
            folded = sum(owned.part.next[topic] - lane.committed.get((topic, n), 0) for n, owned in lane.owned.items())
            lane.metrics.behind(topic, sum(lags.values()), min(read) / 1000 if read else None, max(0, folded))
