r"""Access logs of web servers, in the common and the combined log format (Apache's, and nginx's default).

What a line becomes:

- **Who**: a visitor known by a hash of address and user agent. The address is not kept; but since addresses can be guessed one by one,
  the hash is a pseudonym, not anonymity. The name that a server notes for a signed-in user is not kept either.
- **What**: a request with `utm_*` parameters is a `landing_page` reached through a campaign; any other is a `website_visit`: a `download`
  if a GET brought a file of `DOWNLOADS`, else a `view`. Requests for assets, errors and bots are visits like all others: the attribute
  `status` (and `method`, if it isn't GET) is there for a model that wants to tell them apart.
- **Which**: the event's id is a hash of the line, so that importing a file a second time adds nothing. Two lines that are alike to the
  byte, in the same second, are one event.
- **Where**: the URL is the path as the server got it, with its query and its `%`-encoding.

`METHODS` are the requests of somebody looking at the site (OPTIONS: a browser asks before it fetches). Others are refused as
`unknown_family`. A line of another shape, or without a readable request (`-`, binary noise of TLS), is refused as `malformed_row`. Texts
longer than the contract allows are cut. Bytes that are no UTF-8 are shown as `\xe4`, the way that Apache writes them.
"""

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import BinaryIO
from urllib.parse import parse_qsl

import msgspec

from intentflow.domain.event import MAX_RECORD_BYTES
from intentflow.wire.events import TOO_LARGE
from intentflow.wire.file_rows import Row, lines, row_of
from intentflow.wire.rejections import Rejection

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
DOWNLOADS = (
    *(".pdf", ".epub", ".csv", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx"),
    *(".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".jar", ".iso"),
    *(".exe", ".msi", ".dmg", ".pkg", ".deb", ".rpm", ".apk"),
)
CAMPAIGN = {
    "utm_id": "id",
    "utm_campaign": "name",
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_term": "term",
    "utm_content": "content",
}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = {name: f"{at:02}" for at, name in enumerate(_MONTHS, 1)}
_QUOTED = r'"(?P<{}>(?:[^"\\]++|\\.)*+)"'
_LINE = re.compile(
    r"(?P<address>\S+) \S+ \S+ "
    r"\[(?P<day>\d\d)/(?P<month>[A-Z][a-z]{2})/(?P<year>\d{4}):(?P<clock>\d\d:\d\d:\d\d) (?P<hours>[+-]\d\d)(?P<minutes>\d\d)\] "
    rf"{_QUOTED.format('request')} (?P<status>\d{{3}}) (?:\d+|-)"
    rf"(?: {_QUOTED.format('referrer')} {_QUOTED.format('agent')}(?: .*)?)?",
    re.ASCII,
)
_REQUEST = re.compile(
    r"(?P<method>[A-Z]+) (?P<url>\S(?:.*\S)?) HTTP/\d(?:\.\d)?|(?P<old_method>[A-Z]+) (?P<old_url>\S+)"
)
_ESCAPED = re.compile(r'\\(["\\])')
_encode = msgspec.json.Encoder().encode


def read_access_log(stream: BinaryIO) -> Iterator[Row]:
    """The requests of an access log as events."""
    return (_row(number, line) for number, line in lines(stream) if line.strip())


def _row(number: int, line: bytes) -> Row:
    event = TOO_LARGE if len(line) > MAX_RECORD_BYTES else _event(line)
    return Row(number, b"", line, event) if isinstance(event, Rejection) else row_of(number, _encode(event), line)


def _event(line: bytes) -> dict[str, object] | Rejection:
    text = line.decode(errors="backslashreplace")
    found = _LINE.fullmatch(text)
    if not found:
        return Rejection("malformed_row", _what_is_wrong(text))
    request = _REQUEST.fullmatch(_plain(found["request"]))
    if not request:
        return Rejection("malformed_row", "the request is not one of HTTP: a scanner, or TLS spoken to a plain port")
    method, url = request["method"] or request["old_method"], request["url"] or request["old_url"]
    if method not in METHODS:
        return Rejection("unknown_family", f"a {method[:20]} request is nobody looking at the site")
    status, agent = int(found["status"]), _plain(found["agent"] or "-")
    event = {
        **_kind(method, url, status),
        "event_id": _hash(line),
        "occurred_at": _time(found),
        "visitor_id": _hash(f"{found['address']}\0{agent}".encode()),
        "page": _page(url, _plain(found["referrer"] or "-")),
        "attributes": {"status": status} | ({} if method == "GET" else {"method": method}),
    }
    return event if agent in ("", "-") else event | {"user_agent": agent[:1024]}


def _time(found: re.Match[str]) -> str:
    month = _MONTH.get(found["month"], "00")
    return f"{found['year']}-{month}-{found['day']}T{found['clock']}{found['hours']}:{found['minutes']}"


def _kind(method: str, url: str, status: int) -> dict[str, object]:
    """Family and action, and the campaign if there is one."""
    if campaign := _campaign(url):
        return {"family": "landing_page", "action": "land", "campaign": campaign}
    path = url.partition("?")[0].lower()
    is_download = method == "GET" and status < 400 and path.endswith(DOWNLOADS)
    return {"family": "website_visit", "action": "download" if is_download else "view"}


def _page(url: str, referrer: str) -> dict[str, str]:
    page = {"url": url[:4096]}
    if referrer not in ("", "-"):
        page["referrer"] = referrer[:4096]
    return page


def _campaign(url: str) -> dict[str, str]:
    _, _, query = url.partition("?")
    if "utm_" not in query:
        return {}
    asked = parse_qsl(
        query.partition("#")[0], errors="backslashreplace"
    )  # of a name that comes twice, the first counts
    return {CAMPAIGN[name]: text[:512] for name, text in reversed(asked) if name in CAMPAIGN}


def _what_is_wrong(text: str) -> str:
    if _ESCAPED.sub("", text).count('"') % 2:
        return "a quote is opened and not closed: the line is cut off"
    return "not a line of the common or combined log format"


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def _hash(of: bytes) -> str:
    return blake2b(of, digest_size=16).hexdigest()
