"""Our own events by HTTP: CloudEvents 1.0 in JSON, one or a list of them, or the same JSON that stands on Kafka.

| CloudEvents' | ours |
|---|---|
| `id` | `event_id` |
| `time` | `occurred_at` |
| `type` `intentflow.<family>`, `intentflow.<family>.<action>` | family and action |
| `data`, `data_base64` | the event's JSON |

The attributes fill in what the data lacks, as a record's `ce_` headers do (`intentflow.wire.cloudevents`); one that says something else
is refused. An object without `specversion` is the event itself. Who sends these knows the contract: a time is believed as it stands, and
an id must be there.
"""

from base64 import b64decode
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from intentflow.domain.event import AnyRecord
from intentflow.wire.events import decode
from intentflow.wire.refusals import refused, rejection
from intentflow.wire.rejections import Rejection
from intentflow.wire.tracked import Envelope, Opened

ATTRIBUTES = ("specversion", "id", "time", "type")

_as_list = msgspec.json.Decoder(list[Raw]).decode
_as_parts = msgspec.json.Decoder(dict[str, Raw]).decode
_as_any = msgspec.json.Decoder(Any).decode


def opened(body: bytes, _call: str) -> Opened | Rejection:
    """The events of a body: those of the list that it is, else itself."""
    if not body.lstrip(b" \t\r\n").startswith(b"["):
        return Opened(items=[body])
    try:
        return Opened(items=_as_list(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return refused(error)


def translate(item: bytes | Raw, _envelope: Envelope) -> Sequence[AnyRecord | Rejection]:
    """What one event is: itself, or why it is refused."""
    value = bytes(item)
    try:
        parts = _as_parts(value)
        return (_unpacked(parts) if "specversion" in parts else decode(value),)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return (refused(error),)


def _unpacked(parts: dict[str, Raw]) -> AnyRecord | Rejection:
    """The event in a CloudEvent."""
    headers = []
    for name in ATTRIBUTES:
        said = _as_any(parts[name]) if name in parts else None
        if said is not None and not isinstance(said, str):
            return rejection("bad_headers", f"{name}: must be a text")
        if said:
            headers.append((f"ce_{name}", said.encode(errors="replace")))
    data = _data(parts)
    return data if isinstance(data, Rejection) else decode(data, headers)


def _data(parts: dict[str, Raw]) -> bytes | Rejection:
    if "data_base64" not in parts:
        return bytes(parts.get("data", Raw(b"{}")))
    said = _as_any(parts["data_base64"])
    try:
        return b64decode(said if isinstance(said, str) else b"!", validate=True)
    except ValueError:
        return rejection("not_json", "data_base64: must be the event's JSON in base64")
