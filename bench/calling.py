"""Many HTTP calls from one core: bytes that were made before go out, and of an answer only status and length are read.

Two ways of load. *Closed*: each connection sends the next request when the one before is answered; that finds the most a server does.
*Open*: requests are sent at their times, whatever the answers do, and an answer's time counts from when its request was due; so a
server that stands still for a moment is seen to (no coordinated omission).
"""

import asyncio
import itertools
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence

from msgspec import Struct

TAKEN_SECONDS = 1.0  # in which the server takes all connections, which is not to be in the first answers' times


class Heard(Struct):
    """What came of the calls. Times in seconds, sorted."""

    seconds: float
    statuses: Counter[int]
    times: list[float]

    @property
    def per_second(self) -> float:
        """Requests answered well."""
        return self.statuses[200] / self.seconds

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        return self.times[min(len(self.times) - 1, int(share * len(self.times)))] * 1000 if self.times else float("nan")


class Caller(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self, answered: "Callable[[Caller, int, float], None]") -> None:
        self._answered, self._heard, self._due = answered, b"", 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's is an asyncio.Transport in all but name

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - as asyncio calls it
        self._transport = None

    def call(self, request: bytes, due: float) -> None:
        """It is sent; its answer's time counts from `due`."""
        self._due = due
        if self._transport is None:
            self._answered(self, 0, due)
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, end, rest = self._heard.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        if len(rest) < length:
            return
        self._heard = rest[length:]
        self._answered(self, int(head[9:12]), self._due)


async def closed(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Heard:
    """As many requests as the server answers."""
    loop = asyncio.get_running_loop()
    turn, heard = itertools.cycle(requests), Heard(0.0, Counter(), [])
    until, over, at_work = float("inf"), asyncio.Event(), connections

    def answered(caller: Caller, status: int, due: float) -> None:
        nonlocal at_work
        now = time.perf_counter()
        heard.statuses[status] += 1
        heard.times.append(now - due)
        if now < until and status:
            caller.call(next(turn), now)
        else:
            at_work -= 1
            if not at_work:
                over.set()

    callers = [
        (await loop.create_connection(lambda: Caller(answered), "127.0.0.1", port))[1] for _ in range(connections)
    ]
    began = time.perf_counter()
    until = began + seconds
    for caller in callers:
        caller.call(next(turn), time.perf_counter())
    await over.wait()
    heard.seconds = time.perf_counter() - began
    heard.times.sort()
    return heard


async def opened(
    port: int, requests: Sequence[bytes], per_second: float, seconds: float, connections: int = 256
) -> Heard:
    """So many requests a second, each at its time; those without a free connection wait, and their time runs."""
    loop = asyncio.get_running_loop()
    turn, heard = itertools.cycle(requests), Heard(seconds, Counter(), [])
    free: deque[Caller] = deque()
    waiting: deque[float] = deque()

    def answered(caller: Caller, status: int, due: float) -> None:
        heard.statuses[status] += 1
        heard.times.append(time.perf_counter() - due)
        if waiting:
            caller.call(next(turn), waiting.popleft())
        else:
            free.append(caller)

    for _ in range(connections):
        free.append((await loop.create_connection(lambda: Caller(answered), "127.0.0.1", port))[1])
    await asyncio.sleep(TAKEN_SECONDS)
    began, sent = time.perf_counter(), 0
    while (now := time.perf_counter()) < began + seconds:
        while sent < (now - began) * per_second:
            due = began + sent / per_second
            sent += 1
            if free:
                free.popleft().call(next(turn), due)
            else:
                waiting.append(due)
        await asyncio.sleep(0.0005)
    for _ in range(1000):
        if sum(heard.statuses.values()) == sent:
            break
        await asyncio.sleep(0.01)
    heard.times.sort()
    return heard


async def crowd(port: int, idle: int, dripping: int) -> list[asyncio.StreamWriter]:
    """So many connections that say nothing, and so many that never come to the end of a request's head."""
    gate = asyncio.Semaphore(200)

    async def one(said: bytes) -> asyncio.StreamWriter:
        async with gate:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said)
            return writer

    slow = b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nX-Slow: "
    return list(await asyncio.gather(*(one(b"" if number < idle else slow) for number in range(idle + dripping))))
