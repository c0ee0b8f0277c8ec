"""Connections that only take up room, and good ones beside them. No Kafka: what is asked for is /health."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpRequestParser
from aiohttp.web_protocol import RequestHandler

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


async def until(holds: Callable[[], bool]) -> None:
    """It holds."""
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


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


def whole(*requests: tuple[str, str, str]) -> bytes:
    """Requests of a method, a target and a body, one behind the other; the last one ends the connection."""
    made = []
    for number, (method, target, body) in enumerate(requests, 1):
        ending = "Connection: close\r\n" if number == len(requests) else ""
        made.append(
            f"{method} {target} HTTP/1.1\r\nHost: x\r\nX-Request-Id: r{number}\r\n{ending}Content-Length: {len(body)}\r\n\r\n{body}"
        )
    return "".join(made).encode()


async def answered(door: Collector, *pieces: bytes) -> list[bytes]:
    """The answers without their time."""
    reader, writer = await opened(door)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.02)
    said = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return [re.sub(rb"Date: [^\r]*\r\n", b"", answer) for answer in said.split(b"HTTP/1.1 ")[1:]]


REQUESTS = [
    ("POST", "/v1/track", "{}"),
    ("POST", "/v1/track", "{" * 5000),
    ("POST", "/v1/b?x=1", ""),
    ("GET", "/i?e=pv", ""),
    ("PUT", "/v1/track", "{}"),
    ("HEAD", "/v1/track", ""),
    ("OPTIONS", "/v1/track", ""),
    ("POST", "/nowhere", "{}"),
    ("GET", "/health", ""),
]


@pytest.mark.parametrize("request_", REQUESTS)
async def test_a_request_is_answered_alike_whether_its_body_comes_with_its_head_or_behind_it(door: Collector, request_):
    said = whole(request_)
    head, _, body = said.partition(b"\r\n\r\n")
    at_once, in_pieces = (
        await answered(door, said),
        await answered(door, head[:20], head[20:] + b"\r\n\r\n", body[:1], body[1:]),
    )
    assert len(at_once) == 1
    assert at_once == in_pieces


async def test_requests_that_follow_each_other_without_waiting_are_answered_in_their_order(door: Collector):
    answers = await answered(door, whole(*REQUESTS, *REQUESTS))
    assert [
        answer.partition(b"X-Request-Id: ")[2].split(b"\r\n")[0] for answer in answers if not answer.startswith(b"204")
    ] == [
        f"r{number}".encode()
        for number in range(1, 2 * len(REQUESTS) + 1)
        if REQUESTS[(number - 1) % len(REQUESTS)][0] != "OPTIONS"
    ]
    one_by_one = [await answered(door, whole(request)) for request in REQUESTS]
    assert [answer[:3] for answer in answers] == [answer[:3] for (answer,) in one_by_one] * 2


@pytest.mark.parametrize("announced", ["Content-Length: 500\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n5\r\n{"])
async def test_who_goes_away_in_the_middle_of_a_body_is_no_error_of_ours_and_holds_nothing(
    door: Collector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, announced: str
):
    monkeypatch.setattr(door._taker, "admit", lambda _: None)
    _, writer = await opened(door, f"POST /v1/track HTTP/1.1\r\nHost: x\r\n{announced}".encode())
    await until(lambda: door._taker.reader.held_bytes == 1)
    writer.transport.abort()
    writer.close()
    await until(lambda: len(door._door) == 0 and door._taker.reader.held_bytes == 0)
    assert dropped(door, "error") == 0
    assert [record.message for record in caplog.records if record.name.startswith("intentflow")] == []


@pytest.mark.parametrize(
    "said", [b"GET / HTTP/1.1\r\nX-A: b\rSet-Cookie: c\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"]
)
async def test_what_is_no_http_is_told_so_and_not_what_runs_here(door: Collector, said: bytes):
    answer = await ends(await opened(door, said))
    assert b" 400 " in answer.split(b"\r\n")[0]
    assert b"Server: intentflow\r\n" in answer
    assert b"aiohttp" not in answer
    assert b"Set-Cookie" not in answer


async def test_an_error_of_ours_is_a_500_and_ends_this_connection_alone(
    door: Collector, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> bool:
        raise ZeroDivisionError

    good = await opened(door)
    monkeypatch.setattr(door._door, "quick", broken)
    (answer,) = await answered(door, whole(REQUESTS[0]))
    assert answer.startswith(b"500 ")
    assert dropped(door, "error") == 1
    monkeypatch.undo()
    assert (await asks(good)).startswith(b"HTTP/1.1 200 ")
    good[1].close()


@pytest.mark.parametrize("cut", [0, 1])
async def test_a_request_that_ends_in_an_error_of_ours_holds_no_memory(
    door: Collector, monkeypatch: pytest.MonkeyPatch, cut: int
):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(door._taker, "admit", lambda _: None)
    monkeypatch.setattr(door._taker, "known", broken)
    said = whole(("POST", "/v1/track", "{}"))
    (answer,) = await answered(door, said[: len(said) - cut], said[len(said) - cut :])
    assert answer.startswith(b"500 ")
    assert door._taker.reader.held_bytes == 0


def test_what_is_known_of_aiohttps_connection_is_still_so():
    """See docs/decisions/0017: these are its own, and an update may move them."""
    own = {
        "_request_count",
        "_messages",
        "_request_in_progress",
        "_handler_waiter",
        "_waiter",
        "_close",
        "_force_close",
        "_task_handler",
    }
    assert own <= set(RequestHandler.__slots__)
    assert {"_paused", "_parser", "_reading_paused", "_buffer_paused", "transport"} <= set(BaseProtocol.__slots__)
    assert callable(BaseProtocol._drain_helper)
    assert callable(HttpRequestParser.message_consumed)
