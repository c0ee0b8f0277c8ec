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
    "bad_id",  # an id over 128 bytes, or of white space
    "bad_time",  # before 2000 or after 2100
    "bad_money",  # not finite, negative or over 10^12
    "no_identity",  # neither lead_id, email nor visitor_id
    "bad_headers",  # CloudEvents headers that contradict the value
    "misrouted",  # the key is not the event's, or the partition is not the key's
    "too_late",
]


class Rejection(Struct, frozen=True):
    """Why a record was refused: the reason, and in words what to mend."""

    reason: Reason
    detail: str
