"""Rejections: a record that was refused, as a value with its own way out."""

from collections.abc import Sequence
from typing import Literal, final

from msgspec import Struct

Reason = Literal[
    "empty",  # no value
    "too_large",  # more than 1 MiB
    "not_json",
    "too_deep",  # nested deeper than the decoder goes
    "unknown_family",
    "wrong_type",  # JSON, but not as the contract says
    "bad_id",  # an id that is empty, over 128 bytes, of white space alone or with control characters
    "bad_time",  # no RFC 3339 time with an offset, before 2000 or after 2100
    "bad_money",  # not an amount, not finite, negative or over 10^12
    "no_identity",  # neither lead_id, email nor visitor_id
    "bad_headers",  # CloudEvents headers that contradict the value
    "not_a_message",  # on the identities topic, and not written by the scoring app
    "unreadable",  # a request whose body can't be unpacked: bad gzip, base64 or form
    "not_permitted",  # an event that its write key may not send
    "malformed_row",  # a row of a file that is not as its format says
    "misrouted",  # the key is not the event's, or the partition is not the key's
    "too_late",
]

Header = tuple[str, bytes]
COLLECTOR = "collector"  # the source of what was refused before it had a topic
OWN = "own_"  # before the names of the refused record's own headers
EVENT_HEADERS = frozenset({"ce_specversion", "ce_id", "ce_time", "ce_type"})  # see `cloudevents.py`
LONGEST_HEADER = (
    256  # bytes; what is longer is no good id, time or type anyway, and a rejection's headers have little room
)


@final
class Rejection(Struct, frozen=True):
    """Why a record was refused: the reason, and in words what to mend."""

    reason: Reason
    detail: str


class Refused(Struct, frozen=True, kw_only=True):
    """A refused record as it lies on the rejections topic. `timestamp` is its own, in epoch milliseconds."""

    id: str
    reason: str
    detail: str
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...] = ()  # of its own: those that say what its value left out
    is_cut: bool = False  # its value did not fit; it is where it came from


def rejection_headers(
    rejection: Rejection, topic: str, partition: int, offset: int, timestamp: int, own: Sequence[Header] = ()
) -> list[Header]:
    """The headers of a rejection as published; key and value are the refused record's own bytes.

    `rejection_id` is the source topic, partition and offset: a record that was refused again has the same, and readers drop repeats.
    `timestamp` is the refused record's, in epoch milliseconds. Of its `own` headers those are kept that an event is read with, so that
    it can be sent again.
    """
    kept = [(OWN + name, text) for name, text in own if name in EVENT_HEADERS and text and len(text) <= LONGEST_HEADER]
    return [
        ("rejection_id", f"{topic}/{partition}/{offset}".encode()),
        ("reason", rejection.reason.encode()),
        ("detail", rejection.detail.encode()),
        ("source_topic", topic.encode()),
        ("source_partition", str(partition).encode()),
        ("source_offset", str(offset).encode()),
        ("source_timestamp", str(timestamp).encode()),
        *kept,
    ]


def collected_headers(rejection: Rejection, request_id: str, place: int, received: int) -> list[Header]:
    """The headers of what the collector refused: the bytes of one event, at this place in a request, or of a request that can't be read.

    Its source is the collector and no topic, so it can't be sent there again; `source_offset` is the place.
    """
    told = rejection_headers(rejection, COLLECTOR, 0, place, received)
    return [
        ("rejection_id", f"{COLLECTOR}/{received}-{request_id}/{place}".encode()),
        *told[1:],
        ("request_id", request_id.encode()),
    ]


def refused_of(headers: Sequence[Header], key: bytes | None, value: bytes | None) -> Refused | None:
    """The refused record in a record of the rejections topic; None if it is no rejection."""
    told = {name: (text or b"").decode(errors="replace") for name, text in headers if not name.startswith(OWN)}
    try:
        return Refused(
            id=told["rejection_id"],
            reason=told["reason"],
            detail=told.get("detail", ""),
            topic=told["source_topic"],
            partition=int(told["source_partition"]),
            offset=int(told["source_offset"]),
            timestamp=int(told["source_timestamp"]),
            key=key,
            value=value,
            headers=tuple((name.removeprefix(OWN), text) for name, text in headers if name.startswith(OWN)),
            is_cut="cut" in told,
        )
    except (KeyError, ValueError):
        return None
