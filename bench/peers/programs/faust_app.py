"""Stock Faust: an agent and a table. `faust -A bench.peers.programs.faust_app worker`."""

import faust
import msgspec

from bench.peers.job import ASKED, POINTS, THRESHOLD, faded, place

where = place()


class Event(msgspec.Struct):
    """As much of an event as the job is about."""

    family: str
    event_id: str


_decode = msgspec.json.Decoder(Event).decode
_encode = msgspec.json.Encoder().encode
app = faust.App(
    where.app,
    broker=f"kafka://{where.bootstrap}",
    store="memory://",
    datadir=where.folder,
    topic_partitions=where.partitions,
    topic_disable_leader=True,
    table_standby_replicas=0,
    consumer_auto_offset_reset="earliest",
    stream_buffer_maxsize=65_536,
    broker_commit_interval=1.0,
)
app.producer.buffer.max_messages = 10_000
leads = app.Table("leads", default=lambda: [0.0, 0, False])
target = app.topic(where.target, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")
source = app.topic(where.source, key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")


@app.agent(source)
async def score(stream: faust.Stream) -> None:
    """One event at a time, as Faust has it; the table's changelog is the durable state."""
    async for event in stream.events():
        one, key, time = _decode(event.value), event.key, int(event.message.timestamp * 1000 + 0.5)
        score, at, told = leads[key.decode()]
        score = faded(score, at, time)
        if one.family == ASKED:
            await target.send(key=key, value=_encode({"event_id": one.event_id, "score": score, "at": time}))
            continue
        score += POINTS[one.family]
        if score >= THRESHOLD and not told:
            told = True
            await target.send(key=key, value=_encode({"event_id": one.event_id, "score": score, "at": time}))
        leads[key.decode()] = [score, time, told]
