"""Connections: as many as we can afford, and none that only takes up room.

aiohttp bounds the size of a request's head, not the time it takes, and its timer for idle connections starts again with every answer
only. So each connection notes when it was last of use: a sweep each second closes those that take too long to say what they want
(slow-loris) and those that have long said nothing. When there are as many as there may be, the one that has been quiet longest makes
room for the new one, so that a crowd of idle ones keeps nobody out.

Nothing is logged with an address.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web
from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web import BaseRequest, Response, StreamResponse
from aiohttp.web_protocol import RequestHandler

from intentflow.collector.asking import Head

log = logging.getLogger(__name__)

ERRORS = {
    400: "not a request that we understand\n",
    431: "the address or a header is too long: send a POST, and fewer cookies\n",
    500: "an error of ours\n",
}
HEADERS = {"Server": "intentflow", "X-Content-Type-Options": "nosniff"}  # aiohttp would say its version, and Python's
OURS = "a request could not be handled; this is an error of ours, please report it"
LOOKED_AT = 100  # how many of the quietest are looked at for one that may go
Quick = Callable[[Head, Callable[[], bytes], Callable[[bytes], None]], bool]  # see `Front.quick`
Dropped = Callable[[str], None]  # told why a connection was closed


class Bounds:
    """How long, how many."""

    def __init__(self, *, connections: int, head_seconds: float, idle_seconds: float) -> None:
        self.connections, self.head_seconds, self.idle_seconds = connections, head_seconds, idle_seconds


class Connection(RequestHandler):
    """One connection, that knows since when it waits for a request."""

    __slots__ = ("_door", "_keeps", "_quick", "began", "last")

    def __init__(self, door: "Door", **more: Any) -> None:
        super().__init__(door, **more)
        self._door = door
        self._quick = False  # whether a request is being worked on without aiohttp's task
        self._keeps = True  # whether the connection outlives it
        self.began = 0.0  # when the head that is coming in began; 0: none is
        self.last = door.now()  # when the last head was complete, or the connection made

    @property
    def waits(self) -> bool:
        """Whether no request of it is being worked on."""
        return not self._request_in_progress and not self._messages

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It may be that another has to go for it."""
        super().connection_made(transport)
        self._door.came(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        """It is nobody's any more."""
        self._door.went(self)
        super().connection_lost(exc)

    def resume_reading(self, resume_parser: bool = True) -> None:
        """Nothing to do where nothing was paused, as for nearly every body; aiohttp would ask the parser and the socket nevertheless."""
        if self._reading_paused or self._buffer_paused:
            super().resume_reading(resume_parser)

    def data_received(self, data: bytes) -> None:
        """Bytes of a head, or of a body that whoever works on the request waits for."""
        before, waiter = self._request_count, self._waiter
        self._waiter = None  # so that aiohttp's own task sleeps on, until it is known whether it is needed
        super().data_received(data)
        self._waiter = waiter
        if self._request_count != before:
            self.began, self.last = 0.0, self._door.now()
            self._door.spoke(self)
            if waiter is not None and not self._quick:
                self._begin()
        elif not self.began and self.waits:
            self.began = self._door.now()

    def _begin(self) -> None:
        """Work on the request that has come: at once, if all of it is there and nothing else, else in aiohttp's own way."""
        message, payload = self._messages[0]
        if (
            len(self._messages) == 1
            and isinstance(message, RawRequestMessage)
            and payload.is_eof()
            and not (self._paused or self._close or self._force_close)
        ):
            self._quick = self._request_in_progress = True
            self._keeps = not message.should_close
            self._messages.popleft()
            head = Head(message.method, message.path, message.headers, self._keeps, message.version.minor)
            try:
                if self._door.quick(head, partial(payload.read_nowait, -1), self._answered):
                    assert self._parser is not None
                    self._parser.message_consumed()
                    return
            except Exception:  # whatever it was, it ends this connection and no other
                log.exception(OURS)
                self._broken()
                return
            self._quick = self._request_in_progress = False
            self._messages.appendleft((message, payload))
        self._wake()

    def _answered(self, answer: bytes) -> None:
        """The request that was worked on at once has its answer."""
        self._quick = self._request_in_progress = False
        if self._handler_waiter is not None and not self._handler_waiter.done():
            self._handler_waiter.set_result(None)
        if self.transport is None:
            return
        self.transport.write(answer)
        if not self._keeps or self._close:
            self.force_close()  # what was written is sent before
        elif self._messages:
            self._wake()

    def _broken(self) -> None:
        """An error of ours is answered, and ends this connection."""
        self._door.dropped("error")
        self._keeps = False
        self._answered(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def send(self, data: bytes) -> None:
        """It is on its way; not before what was sent earlier has left, if that is much. Raises ConnectionError if nobody is there."""
        if self.transport is None:
            raise ConnectionResetError("the other side has gone")
        self.transport.write(data)
        if self._paused:
            await self._drain_helper()

    def overdue(self, now: float, bounds: Bounds) -> str | None:
        """Why it is to be closed, if it is."""
        if not self.waits:
            return None
        if self.began:
            return "slow" if now - self.began > bounds.head_seconds else None
        if not self._request_count:
            return "silent" if now - self.last > bounds.head_seconds else None
        return "idle" if now - self.last > bounds.idle_seconds else None

    def handle_error(
        self, request: BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> StreamResponse:
        """What is no HTTP, or an error of ours: a short answer, and the end of the connection. aiohttp would log the address."""
        if request.writer.output_size:
            raise ConnectionError(message or "the answer has begun already")  # as aiohttp does: the connection ends
        if status >= 500:
            log.error(OURS, exc_info=exc)
        elif isinstance(exc, LineTooLong):
            status = 431
        self._door.dropped("malformed" if status < 500 else "error")
        answer = Response(status=status, text=ERRORS.get(status, ERRORS[400]), headers=HEADERS)
        answer.force_close()
        return answer

    def log_exception(self, *_: Any, **kw: Any) -> None:
        """An error outside of any request, without its peer's address, which the message has."""
        log.error(
            "a connection could not be handled; this is an error of ours, please report it",
            exc_info=kw.get("exc_info", True),
        )


class Door(web.Server):
    """All connections of this process."""

    def __init__(self, handler: Any, quick: Quick, bounds: Bounds, dropped: Dropped, **more: Any) -> None:
        super().__init__(handler, **more)
        self.quick, self.bounds, self.dropped = quick, bounds, dropped
        self.now = self._loop.time
        self.beat = time.monotonic()  # when the sweep last came round
        self._quiet: dict[Connection, None] = {}  # by when they last spoke; the longest quiet first
        self._sweeper: asyncio.Task[None] | None = None

    def __call__(self) -> Connection:
        """A connection that is about to be made."""
        return Connection(self, loop=self._loop, **self._kwargs)

    def __len__(self) -> int:
        return len(self._quiet)

    def open(self) -> None:
        """From here on somebody looks after the connections."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def shut(self, bound_seconds: float) -> None:
        """Every connection has ended: those that wait at once, the others when they are answered or the bound is over."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        self.pre_shutdown()
        await self.shutdown(bound_seconds)

    def came(self, connection: Connection) -> None:
        """A connection was made."""
        self._quiet[connection] = None
        if len(self._quiet) > self.bounds.connections:
            first = [other for other, _ in zip(self._quiet, range(LOOKED_AT), strict=False)]
            self._drop(next((other for other in first if other.waits), connection), "crowded out")

    def spoke(self, connection: Connection) -> None:
        """A connection has sent a request."""
        if self._quiet.pop(connection, 0) is None:
            self._quiet[connection] = None

    def went(self, connection: Connection) -> None:
        """A connection is gone."""
        self._quiet.pop(connection, None)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            now, self.beat = self.now(), time.monotonic()
            for connection in list(self._quiet):
                if why := connection.overdue(now, self.bounds):
                    self._drop(connection, why)

    def _drop(self, connection: Connection, why: str) -> None:
        self.dropped(why)
        self._quiet.pop(connection, None)
        connection.force_close()
