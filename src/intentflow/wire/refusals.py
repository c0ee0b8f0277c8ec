"""From what msgspec says to a rejection: the reason, and in words what to mend.

msgspec's messages end in a path (`Expected ... - at $.page.url`). The path decides the reason, since the same fault means something else
in a time, an id and an amount. A message may quote the sender's text, so every detail is cut.
"""

import re

from msgspec import DecodeError, ValidationError

from intentflow.domain.event import FAMILIES
from intentflow.wire.rejections import Reason, Rejection

MAX_DETAIL = 200  # characters
_MAX_QUOTED = 40

_AT = re.compile(r" - at (?:`(?P<key>key)` in )?`\$\.?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"missing required field `(?P<field>\w+)`")
_QUOTED = re.compile(rf"'([^']{{{_MAX_QUOTED}}})[^']*'", re.DOTALL)
_ID = re.compile(r"(^|\.)(event_id|lead_id|visitor_id|email|same_as|cart_id|sku)$")
_MONEY = re.compile(r"\.(amount|currency)$")

FAMILY_HINT = "family must be one of " + ", ".join([*FAMILIES, "link"])
TIME_HINT = "occurred_at must be an RFC 3339 time with an offset, such as 2026-05-01T09:30:00Z"


def refused(error: Exception) -> Rejection:
    """The rejection for what the decoder raised."""
    if isinstance(error, ValidationError):
        return _unlike_the_contract(str(error))
    if isinstance(error, RecursionError):
        return rejection("too_deep", "nested deeper than can be read: send flat attributes")
    if isinstance(error, DecodeError):
        return rejection("not_json", f"{error}: send one JSON object in UTF-8")
    return rejection("not_json", "a text is not valid UTF-8: send one JSON object in UTF-8")


def rejection(reason: Reason, detail: str) -> Rejection:
    """A rejection whose detail is printable, and cut to `MAX_DETAIL` characters."""
    if not detail.isprintable():
        detail = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in detail)
    return Rejection(reason, detail if len(detail) <= MAX_DETAIL else detail[: MAX_DETAIL - 1] + "…")


def _unlike_the_contract(message: str) -> Rejection:
    at = _AT.search(message)
    path, is_key = (at["path"], bool(at["key"])) if at else ("", False)
    fault = _QUOTED.sub(r"'\1…'", message[: at.start()] if at else message)
    missing = _MISSING.search(message)
    field = missing["field"] if missing else path
    if path == "family" or field == "family":
        return rejection("unknown_family", f"{FAMILY_HINT} ({fault})")
    if field == "occurred_at" and not missing:
        return rejection("bad_time", f"{TIME_HINT} ({fault})")
    if missing:
        return rejection("wrong_type", f"{path + ': ' if path else ''}{fault}: add {field}")
    return rejection(_reason(path, is_key, fault), f"{'a name in ' if is_key else ''}{path or 'the record'}: {fault}")


def _reason(path: str, is_key: bool, fault: str) -> Reason:
    if (is_key or _ID.search(path)) and ("length" in fault or "regex" in fault):
        return "bad_id"
    if _MONEY.search(path) and ("decimal string" in fault or "regex" in fault):
        return "bad_money"
    return "wrong_type"
