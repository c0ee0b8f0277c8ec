"""A record of what we tell, as far as delivery reads it, and as the one JSON text that is sent: a CloudEvent in structured mode.

The text is made once, when the record comes in, and stays the same for every attempt: a receiver sees the same bytes under the same id.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

from intentflow.wire.trace_context import TRACEPARENT, trace_of

REQUIRED = ("specversion", "id", "source", "type", "subject", "time")


class Eligible(Struct, frozen=True):
    """As much of a change's answers as is asked for."""

    eligible: bool = True


class Said(Struct, frozen=True, rename={"from_stage": "from", "to_stage": "to"}):
    """As much of a change, or of a notice, as is asked for."""

    id: str
    lead: str
    from_stage: str = ""
    to_stage: str = ""
    treatment: str = "none"
    answers: Eligible = Eligible()


class Told(Struct, frozen=True):
    """One change or notice."""

    said: Said
    notice: bool
    body: bytes


class _Event(Struct):
    """As much of a CloudEvent in structured mode as is asked for."""

    id: str
    subject: str
    data: Raw
    type: str = ""


_as_said = msgspec.json.Decoder(Said).decode
_event = msgspec.json.Decoder(_Event).decode
Unreadable = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def _said(value: msgspec.Raw | bytes) -> Said:
    """As much of a change as is asked for. Raises one of `Unreadable`, also for what lies beside it: all of it is sent."""
    text = bytes(value).decode()  # the decoder does not look at strings that nobody asks for
    said = _as_said(text)
    if not (said.id.isascii() and said.id.isprintable()):
        raise msgspec.DecodeError("its id cannot stand in a header")
    return said


def told_of(value: bytes | None, headers: Sequence[tuple[str, bytes]], *, notice: bool) -> Told | str:
    """What a record of our output topics tells, or why it is none of ours."""
    try:
        said = _said(value or b"")
        told = {name[3:]: (text or b"").decode() for name, text in headers if name.startswith("ce_")}
    except Unreadable as error:
        return f"this is not a change: {error}"
    if lacking := [name for name in REQUIRED if name not in told]:
        return f"the header ce_{lacking[0]} is missing"
    if told["id"] != said.id or told["subject"] != said.lead:
        return "its headers name another change than its value"
    event: dict[str, str | Raw] = {**told, "datacontenttype": "application/json", "data": Raw(value or b"")}
    for name, text in trace_of(headers):
        event[name] = text.decode()
    return Told(said, notice, msgspec.json.encode(event))


def told_again(body: bytes) -> Told | str:
    """What a text that was sent once tells, for sending it again; or why that cannot be."""
    try:
        event = _event(body.decode())
        said = _said(event.data)
    except Unreadable as error:
        return f"this is not a change: {error}"
    return Told(said, ".cart-notice" in event.type, body)


class _Trace(Struct):
    traceparent: str = ""


_trace = msgspec.json.Decoder(_Trace).decode


def trace_in(body: bytes) -> dict[str, str]:
    """The trace context in a text that `told_of` made, as a header of the request that carries it."""
    trace = _trace(body).traceparent
    return {TRACEPARENT: trace} if trace else {}


def data_of(body: bytes) -> bytes:
    """The change inside a text that `told_of` made."""
    return bytes(_event(body).data)
