"""Enriched events of Snowplow, exported as CSV with a header.

A `page_view` is a `website_visit`; with a campaign (`mkt_*`), a `landing_page`. Rows of other events (page pings, link clicks, ...) belong
to no family and are refused as `unknown_family`. The visitor is `domain_userid`, or `network_userid` where there is none; the lead is
`user_id`. The time is `derived_tstamp`, Snowplow's own correction of the device's clock, or `collector_tstamp` where it is missing; both
are UTC. Texts longer than the contract allows are cut.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from intentflow.errors import RejectedError
from intentflow.wire.csv_rows import CsvForm, csv_rows
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
FORM = CsvForm(errors="backslashreplace")

_OFFSET = re.compile(r"(?:Z|[+-]\d\d:\d\d)$")
_encode = msgspec.json.Encoder().encode


def read_snowplow_csv(stream: BinaryIO) -> Iterator[Row]:
    """The page views of a Snowplow export as events. Raises `RejectedError` if the header is not one of Snowplow."""
    found = csv_rows(lines(stream), FORM)
    first = next(found, None)
    if first is None:
        return
    header = [] if isinstance(first.fields, Rejection) else first.fields
    if missing := [name for name in NEEDED if name not in header]:
        raise RejectedError(
            f"line {first.line}: not the header of a Snowplow export, it has no column {', '.join(missing)}"
        )
    for number, raw, fields in found:
        event = fields if isinstance(fields, Rejection) else _event(fields, header)
        yield Row(number, b"", raw, event) if isinstance(event, Rejection) else row_of(number, _encode(event), raw)


def _event(fields: list[str], header: list[str]) -> dict[str, object] | Rejection:
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
