"""Stock Faust: decode, one table write per event, everything else as it comes. `faust -A bench.stock_faust worker`."""

import os

import faust
import msgspec

from intentflow.domain.event import AnyEvent

_decode = msgspec.json.Decoder(AnyEvent).decode
app = faust.App(
    os.environ["BENCH_APP"],
    broker=f"kafka://{os.environ['BENCH_BOOTSTRAP']}",
    store="memory://",
    datadir=os.environ["BENCH_DATA"],
    topic_partitions=int(os.environ["BENCH_PARTITIONS"]),
    topic_disable_leader=True,
    table_standby_replicas=0,
    consumer_auto_offset_reset="earliest",
    stream_buffer_maxsize=65_536,
    broker_commit_interval=0.5,
)
app.producer.buffer.max_messages = 10_000
counts = app.Table("counts", default=int)


@app.agent(
    app.topic(os.environ["BENCH_TOPIC"], key_type=bytes, key_serializer="raw", value_type=bytes, value_serializer="raw")
)
async def count(stream: faust.Stream) -> None:
    """How many events each lead had: the least that a scoring system could keep."""
    async for event in stream.events():
        _decode(event.value)
        counts[event.key.decode()] += 1
