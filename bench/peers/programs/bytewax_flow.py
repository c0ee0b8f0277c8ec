"""Bytewax: a dataflow with a stateful step, recovered from snapshots. `python -m bytewax.run bench.peers.programs.bytewax_flow`."""

from collections.abc import Iterable

import msgspec
from bytewax import operators as op
from bytewax.connectors.kafka import KafkaSinkMessage, KafkaSourceMessage
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow

from bench.peers.job import ASKED, POINTS, THRESHOLD, faded, place

BATCH = 10_000  # records that go through the steps at a time: its manual's advice for throughput
where = place()
Lead = tuple[float, int, bool]


class Event(msgspec.Struct):
    """As much of an event as the job is about, and its time."""

    family: str
    event_id: str
    time: int = 0


_decode = msgspec.json.Decoder(Event).decode
_encode = msgspec.json.Encoder().encode


def decoded(message: KafkaSourceMessage) -> tuple[str, Event]:
    """The event by its lead's key."""
    event = _decode(message.value)
    event.time = message.timestamp[1]
    return message.key.decode(), event


def score(lead: Lead | None, event: Event) -> tuple[Lead, Iterable[tuple[str, float, int]]]:
    """The lead after the event, and the changes that it makes: none or one."""
    score, at, told = lead or (0.0, event.time, False)
    score = faded(score, at, event.time)
    if event.family == ASKED:
        return (score, event.time, told), [(event.event_id, score, event.time)]
    score += POINTS[event.family]
    if score >= THRESHOLD and not told:
        return (score, event.time, True), [(event.event_id, score, event.time)]
    return (score, event.time, told), []


def encoded(change: tuple[str, tuple[str, float, int]]) -> KafkaSinkMessage:
    """The change as published."""
    key, (event_id, score, at) = change
    return KafkaSinkMessage(key.encode(), _encode({"event_id": event_id, "score": score, "at": at}))


flow = Dataflow("peer")
read = kop.input(
    "read", flow, brokers=[where.bootstrap], topics=[where.source], batch_size=BATCH,
    add_config={"fetch.wait.max.ms": "20", "queued.min.messages": "1000000", "fetch.message.max.bytes": str(4 << 20)},
)  # fmt: skip
leads = op.map("decode", read.oks, decoded)
changes = op.stateful_flat_map("score", leads, score)
kop.output("write", op.map("encode", changes, encoded), brokers=[where.bootstrap], topic=where.target)
