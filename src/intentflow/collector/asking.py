"""What is read of a request's head: each header that we look at, and what we believe of it.

Texts that come back in an answer (the origin, the id, the names of headers asked for) are taken only in the form that they must have,
so nothing that a client writes can become a header of its own.
"""

import itertools
import os
import re
from base64 import b64decode
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

from msgspec import Raw, Struct
from msgspec.json import encode

from intentflow.collector.consent import NONE, Wishes
from intentflow.wire.trace_context import TRACEPARENT, trace_of

_OURS = os.urandom(9).hex() + "-"  # of this process
_numbers = itertools.count(1)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_ORIGIN = re.compile(r"null|[a-z][a-z0-9+.-]{0,30}://[A-Za-z0-9._~%:\[\]-]{1,253}")
_NAMES = re.compile(r"[A-Za-z0-9_-]{1,64}(?: ?, ?[A-Za-z0-9_-]{1,64}){0,31}")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(?::\d{1,5})?|\[[0-9a-fA-F:.]{2,45}\](?::\d{1,5})?")
Headers = Mapping[str, str]


class Head(Struct, frozen=True):
    """The head of a request."""

    method: str
    target: str  # path and query, as they were sent
    headers: Headers
    keep_alive: bool = True
    minor: int = 1  # of HTTP/1.x
    scheme: str = "http"


def text(headers: Headers, name: str) -> str | None:
    """A header that may say anything. Bytes that are no UTF-8, which aiohttp makes lone surrogates, are replaced: JSON has none."""
    given = headers.get(name)
    return given if given is None or given.isascii() else _whole(given)


def _whole(given: str) -> str:
    return given.encode(errors="surrogateescape").decode(errors="replace")


def request_id(headers: Headers) -> str:
    """The sender's `X-Request-Id`, or one of ours."""
    given = headers.get("X-Request-Id")
    return given if given is not None and _REQUEST_ID.fullmatch(given) else f"{_OURS}{next(_numbers):x}"


def origin(headers: Headers) -> str | None:
    """The page's origin, if the request comes from one."""
    given = headers.get("Origin")
    return given if given is not None and _is_origin(given) else None


@lru_cache(maxsize=256)
def _is_origin(given: str) -> bool:
    return _ORIGIN.fullmatch(given) is not None


def names_asked(headers: Headers) -> str | None:
    """The headers that a preflight asks for."""
    given = headers.get("Access-Control-Request-Headers")
    return given if given is not None and _NAMES.fullmatch(given) else None


def host(headers: Headers) -> str:
    """Where the asker thinks that we are; `localhost` if that is no host."""
    given = headers.get("Host", "")
    return given if _HOST.fullmatch(given) else "localhost"


def trace(headers: Headers) -> list[tuple[str, bytes]]:
    """The W3C trace context, as headers of a record."""
    given = headers.get(TRACEPARENT)
    return [] if given is None else trace_of([(TRACEPARENT, given.encode(errors="replace"))])


def wishes(headers: Headers) -> Wishes:
    """What the browser says for whoever sits before it."""
    do_not_track, privacy = headers.get("DNT") == "1", headers.get("Sec-GPC") == "1"
    return Wishes(do_not_track, privacy) if do_not_track or privacy else NONE


def binary_event(headers: Headers, body: bytes) -> bytes:
    """A CloudEvent whose attributes are headers (`ce-id`, ...) and whose data is the body, as the JSON object that it might have been."""
    said = {name[3:].lower(): unquote(_whole(given)) for name, given in headers.items() if name[:3].lower() == "ce-"}
    return encode({**said, "data": Raw(body or b"null")})


def write_key(headers: Headers) -> str | None:
    """The write key: the user name of Basic authentication, or a bearer's token. Empty if there is something else."""
    given = text(headers, "Authorization")
    if given is None:
        return None
    kind, _, said = given.partition(" ")
    if kind.lower() == "bearer":
        return said.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return b64decode(said, validate=True).partition(b":")[0].decode()
    except ValueError:  # no base64, not even ASCII, or no UTF-8 in it
        return ""
