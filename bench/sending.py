"""The sender of an open loop, a process of its own: `python -m bench.sending`, with a `Job` as JSON on its standard input.

It sends each event when it is due, by librdkafka, and tells how late it was itself: a sender that falls behind measures itself. Every
hundredth event is a probe: the first one of a lead, and enough to make it a prospect, so that exactly one change must answer it. The
rest is the traffic of `payloads.py`, with times and ids of now.
"""

import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from bench.payloads import events
from bench.percentiles import Waits, waits_of
from bench.schedule import Schedule
from intentflow.domain.change import rfc3339

PROBE_EVERY = 100
LEADS, STRIDE = (
    200_000,
    7_919,
)  # the leads take turns; no person does a thousand things a second, and who did would be taken for a robot
TEMPLATES = 5_003  # ordinary events that are sent again and again; prime, so that a lead does another thing each time
NAP = 0.0002  # seconds between looks at the clock
HASTE = -10  # niceness: the sender stands for the outside world, which our own load does not slow down
PROBE = (
    b'{"family":"landing_page","event_id":"probe-%s-%d","occurred_at":"%s","lead_id":"probe-%s-%d",'
    b'"page":{"url":"https://shop.example.com/spring"},"action":"submit"}'
)


class Job(Struct, frozen=True):
    """What to send where. `name` is part of every id."""

    bootstrap: str
    topic: str
    name: str
    schedule: Schedule


class Said(Struct, frozen=True):
    """What the sender tells in the end."""

    sent: int
    refused: int  # not acknowledged by Kafka
    late: Waits  # from when an event was due to when it was handed to the client
    seconds: float  # from the first to the last


def templates(count: int = TEMPLATES) -> list[bytes]:
    """Ordinary events with places for id, lead and time."""
    made = []
    for _, key, value in events("uniform", count, int(time.time() * 1000)):
        lead, event_id = key[2:], value.split(b'"event_id":"', 1)[1].split(b'"', 1)[0]
        pattern = value.replace(b"%", b"%%").replace(lead, b"%(lead)s").replace(event_id, b"%(id)s")
        made.append(pattern.replace(_moment_in(value), b"%(at)s"))
    return made


def made_of(job: Job) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of every event, one after the other, each as of the time at which it is asked for."""
    name, pool = job.name.encode(), templates()
    moment, at = b"", 0
    for number in range(job.schedule.count):
        now = time.time_ns() // 1_000_000
        if now != at:
            at, moment = now, rfc3339(now).encode()
        if number % PROBE_EVERY == 0:
            yield b"l:probe-%s-%d" % (name, number), PROBE % (name, number, moment, name, number)
        else:
            lead = b"lead-%07d" % (number * STRIDE % LEADS)
            yield (
                b"l:" + lead,
                pool[number % TEMPLATES] % {b"lead": lead, b"id": b"%s-%d" % (name, number), b"at": moment},
            )


def _moment_in(value: bytes) -> bytes:
    return value.split(b'"occurred_at":"', 1)[1].split(b'"', 1)[0]


def send(job: Job) -> Said:
    """Send all of it, each event at its time."""
    from confluent_kafka import Producer

    refused, late, sent = 0, Counter[int](), 0

    def answered(error: object, _: object) -> None:
        nonlocal refused
        refused += error is not None

    settings: dict[str, Any] = {
        "bootstrap.servers": job.bootstrap, "partitioner": "murmur2_random", "linger.ms": 1, "acks": "all",
        "enable.idempotence": True, "queue.buffering.max.messages": 2_000_000, "queue.buffering.max.kbytes": 1 << 20,
        "on_delivery": answered,
    }  # fmt: skip
    producer, schedule, made = Producer(settings), job.schedule, made_of(job)
    producer.list_topics(job.topic, 10)  # leaders are known before the first event is due
    first = next(made)  # and the templates made
    while sent < schedule.count:
        due = schedule.due_by(time.monotonic_ns())
        while sent < due:
            key, value = first if sent == 0 else next(made)
            late[(time.monotonic_ns() - schedule.due(sent)) // 1000] += 1
            producer.produce(job.topic, value, key)
            sent += 1
        producer.poll(0)
        time.sleep(NAP)
    seconds = (time.monotonic_ns() - schedule.start) / 1e9
    producer.flush(60)
    return Said(sent, refused, waits_of(late), seconds)


def main() -> None:
    """Print `Said` as JSON."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, HASTE)
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(send(job)))


if __name__ == "__main__":
    main()
