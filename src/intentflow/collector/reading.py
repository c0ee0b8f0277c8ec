"""A request's body, read within its bounds: bytes, time, and the memory of all requests together.

What counts against the memory of all are the bytes that have come, not those that were announced: who announces much and sends little
takes up nothing.
"""

import asyncio

from aiohttp import StreamReader
from aiohttp.web import BaseRequest

from intentflow.errors import RejectedError


class BodyError(RejectedError):
    """A body that is not taken."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Reader:
    """Reads bodies. `held_bytes` are those of all requests that are being read or worked on."""

    def __init__(self, *, most_bytes: int, most_held_bytes: int, seconds: float) -> None:
        self._most, self._most_held, self._seconds = most_bytes, most_held_bytes, seconds
        self.held_bytes = 0
        self._arriving: set[asyncio.Timeout] = set()

    async def body(self, request: BaseRequest) -> bytes:
        """The whole body; it is held until `let_go`. Raises BodyError."""
        if (request.content_length or 0) > self._most:
            raise BodyError(413, self._too_large)
        content = request.content
        if content.is_eof():
            return self.hold(content.read_nowait(-1))
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return await self._rest(content)

    def hold(self, body: bytes) -> bytes:
        """A body that came together with its head, as most do; it is held until `let_go`. Raises BodyError."""
        if len(body) > self._most:
            raise BodyError(413, self._too_large)
        self._hold(len(body))
        return body

    def let_go(self, size: int) -> None:
        """A body of so many bytes that was read is no longer needed."""
        self.held_bytes -= size

    def stop(self) -> None:
        """Bodies that have not come yet are waited for no longer."""
        for one in self._arriving:
            one.reschedule(0)

    async def _rest(self, content: StreamReader) -> bytes:
        chunks: list[bytes] = []
        size, patience = 0, asyncio.timeout(self._seconds)
        try:
            async with patience:
                self._arriving.add(patience)
                while chunk := await content.readany():
                    self._hold(len(chunk))
                    size += len(chunk)
                    chunks.append(chunk)
                    if size > self._most:
                        raise BodyError(413, self._too_large)
        except BaseException as error:
            self.held_bytes -= size  # nobody lets go of what was not handed over
            if isinstance(error, TimeoutError):
                raise BodyError(408, f"the body did not come in time, which is {self._seconds:g} s") from None
            if isinstance(error, ConnectionError):  # a phone without a network, a page that was left: no error of ours
                raise BodyError(400, "the connection ended before the body did") from None
            raise
        finally:
            self._arriving.discard(patience)
        return b"".join(chunks)

    def _hold(self, size: int) -> None:
        if self.held_bytes + size > self._most_held:
            raise BodyError(503, "too many requests are being read: come again in a moment")
        self.held_bytes += size

    @property
    def _too_large(self) -> str:
        return f"the body is over {self._most} bytes: send smaller batches"
