"""Enriched events of Snowplow, exported as CSV with a header.

A `page_view` is a `website_visit`; with a campaign (`mkt_*`), a `landing_page`. Rows of other events (page pings, link clicks, ...) belong
to no family and are refused as `unknown_family`. The visitor is `domain_userid`, or `network_userid` where there is none; the lead is
`user_id`. The time is `derived_tstamp`, Snowplow's own correction of the device's clock, or `collector_tstamp` where it is missing; both
are UTC. Texts longer than the contract allows are cut.

A row may span lines: it ends where its quotes are balanced, and is known by its first line. If a quote is never closed, the line that
opened it is refused and reading goes on with the next one.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from intentflow.domain.event import MAX_RECORD_BYTES
from intentflow.errors import RejectedError
from intentflow.wire.events import TOO_LARGE
from intentflow.wire.file_rows import Row, lines, row_of
from intentflow.wire.rejections import Rejection

NEEDED = ("event", "event_id", "collector_tstamp", "domain_userid")
CAMPAIGN = {
    "mkt_campaign": "name",
    "mkt_source": "source",
    "mkt_medium": "medium",
    "mkt_term": "term",
    "mkt_content": "content",
}
NOT_CLOSED = Rejection("malformed_row", "a quote is opened and not closed")

_OFFSET = re.compile(r"(?:Z|[+-]\d\d:\d\d)$")
_encode = msgspec.json.Encoder().encode


def read_snowplow_csv(stream: BinaryIO) -> Iterator[Row]:
    """The page views of a Snowplow export as events. Raises `RejectedError` if the header is not one of Snowplow."""
    whole = _whole_rows(lines(stream))
    first = next(whole, None)
    if first is None:
        return
    header = [] if first[2] else _fields(first[1])
    if missing := [name for name in NEEDED if name not in header]:
        raise RejectedError(
            f"line {first[0]}: not the header of a Snowplow export, it has no column {', '.join(missing)}"
        )
    for number, raw, refused in whole:
        event = refused or _event(raw, header)
        yield Row(number, b"", raw, event) if isinstance(event, Rejection) else row_of(number, _encode(event), raw)


def _whole_rows(numbered: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes, Rejection | None]]:
    """Lines put together until their quotes are balanced, each with the number of its first."""
    again: deque[tuple[int, bytes]] = deque()

    def following() -> tuple[int, bytes] | None:
        return again.popleft() if again else next(numbered, None)

    while line := following():
        number, raw = line
        added: list[tuple[int, bytes]] = []
        size, is_open = len(raw), _opens_or_closes(raw)
        while is_open and size <= MAX_RECORD_BYTES and (line := following()):
            added.append(line)
            size += len(line[1]) + 1
            is_open ^= _opens_or_closes(line[1])
        if size > MAX_RECORD_BYTES and not added:
            yield number, raw, TOO_LARGE
        elif is_open:
            again.extendleft(reversed(added))
            yield number, raw, NOT_CLOSED
        elif raw.strip():
            yield number, b"\n".join([raw, *(more for _, more in added)]), None


def _opens_or_closes(raw: bytes) -> bool:
    """Whether a quote is open after a line if none was before it."""
    return raw.count(b'"') % 2 == 1


def _fields(raw: bytes) -> list[str]:
    csv.field_size_limit(MAX_RECORD_BYTES)  # of the whole process, and only ever this
    return next(csv.reader([raw.decode(errors="backslashreplace")]), [])


def _event(raw: bytes, header: list[str]) -> dict[str, object] | Rejection:
    try:
        fields = _fields(raw)
    except csv.Error as error:
        return Rejection("malformed_row", f"not CSV: {error}")
    if len(fields) != len(header):
        return Rejection("malformed_row", f"has {len(fields)} fields, the header {len(header)}")
    cell = {name: text for name, text in zip(header, fields, strict=True) if text}
    if cell.get("event") != "page_view":
        kind = cell.get("event_name") or cell.get("event", "row without event")
        return Rejection("unknown_family", f"the event {kind[:60]!r} belongs to no family: page views are read")
    campaign = {field: cell[name][:512] for name, field in CAMPAIGN.items() if name in cell}
    texts = {
        "family": "landing_page" if campaign else "website_visit",
        "event_id": cell.get("event_id"),
        "occurred_at": _rfc3339(cell.get("derived_tstamp") or cell.get("collector_tstamp", "")),
        "lead_id": cell.get("user_id"),
        "visitor_id": cell.get("domain_userid") or cell.get("network_userid"),
        "user_agent": cell.get("useragent", "")[:1024],
    }
    return {name: part for name, part in (*texts.items(), ("page", _page(cell)), ("campaign", campaign)) if part}


def _page(cell: dict[str, str]) -> dict[str, str]:
    if "page_url" not in cell:
        return {}
    bounds = {"page_url": ("url", 4096), "page_title": ("title", 512), "page_referrer": ("referrer", 4096)}
    return {name: cell[column][:most] for column, (name, most) in bounds.items() if column in cell}


def _rfc3339(text: str) -> str:
    """`2021-03-03 21:27:32.696` (UTC, as Snowplow's warehouses export it) as RFC 3339."""
    text = text.removesuffix(" UTC").replace(" ", "T", 1)
    return text if _OFFSET.search(text) or not text else text + "Z"
