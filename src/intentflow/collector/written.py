"""An answer as bytes, written at once.

aiohttp's own response takes its headers one by one, looks through them and puts them together again, which is a third of what a request
costs. Ours have always the same ones. What a client said comes back in three places (origin, id, names of headers), each only in the
form that `asking.py` lets through, so no line can be broken there.
"""

from functools import lru_cache
from http import HTTPStatus

from aiohttp.helpers import rfc822_formatted_time
from aiohttp.web import BaseRequest

from intentflow.collector.answers import Answer
from intentflow.collector.asking import Head, names_asked
from intentflow.collector.connections import Connection

_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\nServer: intentflow\r\n" for status in HTTPStatus}
_GUARDED = "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
_ALLOWED = (
    "Access-Control-Allow-Origin: {}\r\nAccess-Control-Allow-Credentials: true\r\n"
    "Access-Control-Expose-Headers: Retry-After, X-Request-Id\r\nVary: Origin\r\n"
)
PREFLIGHT_SECONDS = 7200
METHODS = "GET, POST, OPTIONS"


class Written:
    """What aiohttp's connection asks of a response, and nothing else."""

    __slots__ = ("_data", "keep_alive")

    def __init__(self, data: bytes, *, keep_alive: bool) -> None:
        self._data, self.keep_alive = data, keep_alive

    async def prepare(self, request: BaseRequest) -> None:
        """It is sent. Raises ConnectionError if nobody is there any more."""
        connection = request.protocol
        assert isinstance(connection, Connection)
        await connection.send(self._data)

    async def write_eof(self) -> None:
        """It was sent whole."""


def written(head: Head, answer: Answer, origin: str | None, request_id: str) -> bytes:
    """An answer to this request."""
    lines = _lines(
        rfc822_formatted_time(), answer.status, answer.kind, len(answer.body), answer.retry_after, origin,
        head.keep_alive, head.minor,
    )  # fmt: skip
    told = b"%b%b\r\n\r\n" % (lines, request_id.encode())
    return told if head.method == "HEAD" else told + answer.body


@lru_cache(maxsize=1024)
def _lines(
    now: str,
    status: int,
    kind: str,
    length: int,
    retry_after: int,
    origin: str | None,
    keep_alive: bool,
    minor: int,
) -> bytes:
    """An answer's head as far as the request's id, which is its end. Within a second most are alike."""
    more = f"Retry-After: {retry_after}\r\n" if retry_after else ""
    lines = (
        f"{_LINES[status]}{_ending(now, origin, keep_alive, minor)}Content-Type: {kind}\r\nContent-Length: {length}\r\n"
        f"{_GUARDED}{more}X-Request-Id: "
    )
    return lines.encode()


def preflight(head: Head, origin: str | None) -> bytes:
    """What a browser asks before it lets a page send. It has no body, and says nothing of keys."""
    names = names_asked(head.headers)
    allowed = f"Access-Control-Allow-Headers: {names}\r\n" if names else ""
    lines = (
        f"{_LINES[204]}{_ending(rfc822_formatted_time(), origin, head.keep_alive, head.minor)}Access-Control-Allow-Methods: {METHODS}\r\n"
        f"Access-Control-Max-Age: {PREFLIGHT_SECONDS}\r\n{allowed}\r\n"
    )
    return lines.encode()


def _ending(now: str, origin: str | None, keep_alive: bool, minor: int) -> str:
    """The lines that every answer has: the time, the origin, and what becomes of the connection where that isn't the rule."""
    lines = f"Date: {now}\r\n"
    if origin is not None:
        lines += _ALLOWED.format(origin)
    if not keep_alive:
        return lines + "Connection: close\r\n"
    return lines if minor else lines + "Connection: keep-alive\r\n"
