"""CloudEvents 1.0 in Kafka's binary mode: headers that say what the value may leave out.

`ce_id` is the event's id, `ce_time` its time, and a `ce_type` of `intentflow.<family>` or `intentflow.<family>.<action>` its family and
action. They fill in what the value lacks. One that says something else than the value is refused: we can't know which of the two is right.
A `ce_type` of another kind is its sender's affair.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from intentflow.domain.event import FAMILY_OF, AnyRecord, Link
from intentflow.wire.refusals import TIME_HINT, rejection
from intentflow.wire.rejections import Rejection

OWN_TYPES = "intentflow."
VERSION = "1.0"
MILLISECOND = timedelta(milliseconds=1)

Decode = Callable[[bytes | None], AnyRecord | Rejection]
_as_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_as_time = msgspec.json.Decoder(Annotated[datetime, msgspec.Meta(tz=True)]).decode


def decode_with_headers(
    value: bytes | None, headers: Sequence[tuple[str, bytes]], decode: Decode
) -> AnyRecord | Rejection:
    """The event in a record's value and its `ce_*` headers; `decode` reads a value alone."""
    told = _told(headers)
    if isinstance(told, Rejection):
        return told
    event = decode(value)
    if not isinstance(event, Rejection) and not _contradiction(told, event):
        return event
    event = decode(_filled(value, told))
    if isinstance(event, Rejection):
        return event
    return _contradiction(told, event) or event


def _told(headers: Sequence[tuple[str, bytes]]) -> dict[str, str] | Rejection:
    """What the headers say, by the contract's names; a header without a value says nothing."""
    try:
        found = {name[3:]: text.decode() for name, text in headers if name.startswith("ce_") and text}
    except UnicodeDecodeError:
        return rejection("bad_headers", "a ce_ header is not UTF-8")
    if found.get("specversion", VERSION) != VERSION:
        return rejection("bad_headers", f"ce_specversion must be {VERSION}")
    told = {field: found[name] for name, field in (("id", "event_id"), ("time", "occurred_at")) if name in found}
    kind = found.get("type", "")
    if kind.startswith(OWN_TYPES):
        family, _, action = kind.removeprefix(OWN_TYPES).partition(".")
        told["family"] = family
        if action:
            told["action"] = action
    return told


def _filled(value: bytes | None, told: dict[str, str]) -> bytes | None:
    """The value with what it lacks put in; the value itself where it is no JSON object."""
    try:
        fields = _as_fields(value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return value
    lacking = {name: msgspec.Raw(msgspec.json.encode(text)) for name, text in told.items() if name not in fields}
    return msgspec.json.encode(lacking | fields)


def _contradiction(told: dict[str, str], event: AnyRecord) -> Rejection | None:
    is_told = {"event_id": event.event_id, "family": "link"}
    if not isinstance(event, Link):
        is_told |= {"family": FAMILY_OF[type(event)], "action": event.action}
    for field, text in told.items():
        if field == "occurred_at":
            try:
                agrees = abs(_as_time(msgspec.json.encode(text)) - event.occurred_at) < MILLISECOND
            except msgspec.DecodeError:
                return rejection("bad_headers", f"ce_time: {TIME_HINT}")
        else:
            agrees = is_told.get(field) == text
        if not agrees:
            return rejection(
                "bad_headers", f"the ce_ headers and the value give another {field}: send one of them, or the same"
            )
    return None
