"""One POST to an endpoint: bounded in time and in what is read, to an address that may be spoken to, and never redirected."""

import os
import socket
import ssl
import time
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)

from intentflow import __version__
from intentflow.deliver.addresses import ForbiddenAddressError, guarded
from intentflow.deliver.answers import Answer, answer_of
from intentflow.deliver.endpoint import Endpoint

MOST_READ = 1 << 18  # bytes of an answer's body; more is not an answer
MOST_BODY = 1 << 16  # bytes of one change
USER_AGENT = f"intentflow/{__version__} (deliver)"


class Posted(NamedTuple):
    """What came back: the answer in our words, and its body as far as it was asked for."""

    answer: Answer
    status: int
    body: bytes


class Poster:
    """A client for one endpoint; a context manager. Connections are kept, and each was checked when it was made."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = TCPConnector(
            limit=self.endpoint.concurrency,
            use_dns_cache=False,  # a name is looked up once per connection, and the answer is what is connected to
            socket_factory=guarded(self.endpoint.networks),
        )
        self._session = ClientSession(
            connector=connector,
            timeout=ClientTimeout(total=self.endpoint.timeout / 1000),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,  # what is read is bounded as it comes
            trust_env=False,  # a proxy would look up the name once more
            headers={"User-Agent": USER_AGENT},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, read: bool = False) -> Posted:
        """What came of it; never raises for what a receiver, a network or a name server does. `read`: the body is wanted."""
        assert self._session is not None
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                content = await response.content.read(MOST_READ) if read else b""
                while (
                    read
                    and len(content) < MOST_READ
                    and (more := await response.content.read(MOST_READ - len(content)))
                ):
                    content += more
                if not response.content.at_eof():
                    response.close()  # whatever else it has to say
                answer = answer_of(response.status, response.headers.get("Retry-After"), int(time.time() * 1000))
                return Posted(answer, response.status, content)
        except (ClientError, OSError, ValueError) as error:
            return Posted(failure(error), 0, b"")


def failure(error: Exception) -> Answer:
    """Why there is no answer, in words that hold nothing of a URL: it may be secret."""
    if isinstance(error, TimeoutError):
        return Answer("timeout", "no answer in time")
    causes = [error, getattr(error, "os_error", None), error.__cause__]
    if forbidden := next((cause for cause in causes if isinstance(cause, ForbiddenAddressError)), None):
        return Answer("forbidden", str(forbidden))
    if isinstance(error, ClientConnectorCertificateError | ssl.SSLError) or "SSL" in type(error).__name__:
        return Answer("unreachable", "its certificate is not trusted, or TLS fails")
    if isinstance(error, ClientConnectorError):
        return Answer("unreachable", _reason(error.os_error))
    return Answer("unreachable", type(error).__name__)


def _reason(error: OSError) -> str:
    """Why no connection came about; a name server's answer has numbers of its own."""
    if isinstance(error, socket.gaierror) or error.errno is None:
        return error.strerror or type(error).__name__
    return os.strerror(error.errno)
