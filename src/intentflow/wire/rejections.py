"""Rejections: a record that was refused, as a value with its own way out."""

from typing import Literal

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


class Rejection(Struct, frozen=True):
    """Why a record was refused: the reason, and in words what to mend."""

    reason: Reason
    detail: str


def rejection_headers(
    rejection: Rejection, topic: str, partition: int, offset: int, timestamp: int
) -> list[tuple[str, bytes]]:
    """The headers of a rejection as published; key and value are the refused record's own bytes.

    `rejection_id` is the source topic, partition and offset: a record that was refused again has the same, and readers drop repeats.
    `timestamp` is the refused record's, in epoch milliseconds.
    """
    return [
        ("rejection_id", f"{topic}/{partition}/{offset}".encode()),
        ("reason", rejection.reason.encode()),
        ("detail", rejection.detail.encode()),
        ("source_topic", topic.encode()),
        ("source_partition", str(partition).encode()),
        ("source_offset", str(offset).encode()),
        ("source_timestamp", str(timestamp).encode()),
    ]
