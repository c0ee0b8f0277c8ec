"""What lies in Kafka of deliveries, byte for byte: rows of the deliveries topic, dead letters, and requests of operators.

Rows: `<endpoint>|<lead>` is what waits for that endpoint of that lead; `<endpoint>|` says that the endpoint is disabled. All are JSON, so
that any consumer can show them.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from intentflow.deliver.queue import Delivery, Queue

VERSION = 1
Header = tuple[str, bytes]
Reason = Literal[
    "exhausted", "gone", "disabled", "too_large", "unfit", "overflow", "dropped", "unreadable", "unknown_endpoint"
]


class _Waiting(Struct, kw_only=True, omit_defaults=True):
    id: str
    topic: str
    offset: int
    since: int
    attempts: int = 0
    first: int = 0
    last: str = ""
    event: Raw


class Row(Struct, kw_only=True):
    """A row as it lies there."""

    version: int
    next_at: int
    through: dict[str, int]
    waiting: list[_Waiting]


class Disabled(Struct):
    """Since when, in epoch milliseconds, an endpoint is disabled, and which one it was then."""

    disabled_at: int
    mark: str


class Letter(Struct, frozen=True, kw_only=True):
    """A dead letter: a change that one endpoint did not get, and why."""

    endpoint: str
    lead: str
    id: str
    reason: Reason
    detail: str
    attempts: int
    since: int
    topic: str
    offset: int
    body: bytes


class Request(Struct, frozen=True, kw_only=True):
    """What an operator asks of whoever delivers to an endpoint.

    `deliver`: send this event again. `resume`: it is well, so go on at once, even if it was disabled. `drop`: give up what waits for it.
    """

    endpoint: str
    ask: Literal["deliver", "resume", "drop"]
    event: Raw = Raw(b"null")


_row = msgspec.json.Decoder(Row).decode
_disabled = msgspec.json.Decoder(Disabled).decode
_request = msgspec.json.Decoder(Request).decode


def key_of(endpoint: str, lead: str = "") -> bytes:
    """The key of a lead's row; without a lead, of the row that says that an endpoint is disabled."""
    return f"{endpoint}|{lead}".encode()


def parts_of(key: bytes) -> tuple[str, str]:
    """The endpoint and the lead of a row's key."""
    endpoint, _, lead = key.decode().partition("|")
    return endpoint, lead


def encode_row(queue: Queue) -> bytes:
    """All that waits in a queue."""
    waiting = [
        _Waiting(
            id=d.id, topic=d.topic, offset=d.offset, since=d.since, attempts=d.attempts, first=d.first, last=d.last, event=Raw(d.body)
        )
        for d in queue.waiting
    ]  # fmt: skip
    return msgspec.json.encode(Row(version=VERSION, next_at=queue.next_at, through=queue.through, waiting=waiting))


def decode_row(key: bytes, value: bytes, partition: int) -> Queue:
    """The queue that a row holds; it is parked and stored. Raises `msgspec.DecodeError` if it is no row."""
    row, queue = _row(value), Queue(*parts_of(key), partition)
    queue.waiting.extend(
        Delivery(
            id=w.id, topic=w.topic, offset=w.offset, since=w.since, attempts=w.attempts, first=w.first, last=w.last,
            body=bytes(w.event), settled=True,
        )
        for w in row.waiting
    )  # fmt: skip
    queue.next_at, queue.through = row.next_at, row.through
    queue.parked = queue.stored = True
    return queue


def encode_disabled(at: int, mark: str) -> bytes:
    """That an endpoint is disabled."""
    return msgspec.json.encode(Disabled(at, mark))


def decode_disabled(value: bytes) -> Disabled:
    """The same, read."""
    return _disabled(value)


def decode_request(value: bytes | None) -> Request:
    """What an operator asks. Raises `msgspec.DecodeError`."""
    try:
        return _request(value or b"")
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error


def encode_request(request: Request) -> bytes:
    """The same, to be written."""
    return msgspec.json.encode(request)


def letter_of(endpoint: str, lead: str, delivery: Delivery, reason: Reason, detail: str) -> Letter:
    """A delivery that was given up."""
    return Letter(
        endpoint=endpoint, lead=lead, id=delivery.id, reason=reason, detail=detail or delivery.last, attempts=delivery.attempts,
        since=delivery.since, topic=delivery.topic, offset=delivery.offset, body=delivery.body,
    )  # fmt: skip


def letter_headers(letter: Letter) -> list[Header]:
    """The headers of a dead letter as published; its value is what would have been sent."""
    said = {
        "dead_letter_id": f"{letter.endpoint}/{letter.id}",
        "endpoint": letter.endpoint,
        "reason": letter.reason,
        "detail": letter.detail,
        "attempts": letter.attempts,
        "since": letter.since,
        "source_topic": letter.topic,
        "source_offset": letter.offset,
    }
    return [(name, str(value).encode()) for name, value in said.items()]


def read_letter(key: bytes | None, value: bytes | None, headers: Sequence[Header]) -> Letter | None:
    """A dead letter as read; None if it is none."""
    said = {name: (text or b"").decode(errors="replace") for name, text in headers}
    try:
        return Letter(
            endpoint=said["endpoint"], lead=(key or b"").decode(errors="replace"), id=said["dead_letter_id"].partition("/")[2],
            reason=said["reason"], detail=said["detail"], attempts=int(said["attempts"]), since=int(said["since"]),  # type: ignore[arg-type]  # only shown
            topic=said["source_topic"], offset=int(said["source_offset"]), body=value or b"",
        )  # fmt: skip
    except (KeyError, ValueError):
        return None
