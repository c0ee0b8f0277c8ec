"""Connections that only take up room, and good ones beside them. No Kafka: what is asked for is /health."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from intentflow.collector.keyfile import add_key
from intentflow.collector.running import Collector
from intentflow.settings import Settings

GOOD = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Collector]:
    """A collector with no patience, and room for twelve connections."""
    add_key(tmp_path / "collector-keys.yaml", "shop", "browser")
    collector = Collector(
        Settings(
            bootstrap="127.0.0.1:1",
            data=tmp_path,
            collector_port=0,
            collector_metrics_port=0,
            collector_connections=12,
            collector_head_seconds=0.5,
            collector_body_seconds=0.5,
            collector_idle_seconds=1.0,
        )
    )
    await collector.start()
    yield collector
    await collector.stop()


async def opened(door: Collector, said: bytes = b"") -> Streams:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(said)
    await writer.drain()
    return reader, writer


async def ends(streams: Streams, every: float = 0.0, more: bytes = b"") -> bytes:
    """What comes until the collector closes the connection, while `more` is sent every so many seconds."""
    reader, writer = streams
    ended = asyncio.create_task(reader.read())
    while more and not ended.done():
        await asyncio.wait({ended}, timeout=every)
        if not ended.done():
            writer.write(more)
    try:
        return await asyncio.wait_for(ended, 20)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def asks(streams: Streams) -> bytes:
    reader, writer = streams
    writer.write(GOOD)
    return await reader.readuntil(b'{"status":"ok"}')


def dropped(door: Collector, why: str) -> float:
    return door.metrics.registry.get_sample_value("intentflow_collector_connections_dropped_total", {"why": why}) or 0


@pytest.mark.parametrize(
    ("first", "drip", "why"),
    [
        (b"", b"", "silent"),
        (b"GET /hea", b"", "slow"),
        (b"GET /health HTTP/1.1\r\n", b"X-A: b\r\n", "slow"),
        (b"GET /health HTTP/1.1\r\nX-A: ", b"b", "slow"),
        (GOOD, b"", "idle"),
        (GOOD + b"GE", b"", "idle"),
    ],
)
async def test_who_does_not_come_to_the_point_is_shown_the_door(door: Collector, first: bytes, drip: bytes, why: str):
    await ends(await opened(door, first), 0.2, drip)
    assert dropped(door, why) == 1


async def test_a_good_one_beside_bad_ones_is_answered_for_as_long_as_it_asks(door: Collector):
    good = await opened(door)
    bad = [asyncio.create_task(ends(await opened(door, b"GET /hea"), 0.2, b"l")) for _ in range(8)]
    while not all(one.done() for one in bad):
        assert (await asks(good)).startswith(b"HTTP/1.1 200 ")
        await asyncio.sleep(0.1)
    assert dropped(door, "slow") == 8
    assert (await asks(good)).startswith(b"HTTP/1.1 200 ")
    good[1].close()


async def test_when_there_is_no_more_room_the_one_that_was_quiet_longest_makes_way(door: Collector):
    crowd = [await opened(door) for _ in range(12)]
    await asks(crowd[0])
    late = await opened(door)
    assert (await asks(late)).startswith(b"HTTP/1.1 200 ")
    assert dropped(door, "crowded out") == 1
    assert await ends(crowd[1]) == b""
    assert (await asks(crowd[0])).startswith(b"HTTP/1.1 200 ")
    for _, writer in [late, *crowd]:
        writer.close()
