"""What decorates an event: pages, campaigns, attributes, times. What of it can't be read is cut or left out; it never costs the event.

The time of an event is another matter. One that can't be read refuses it: dated now, an import of last year would all have happened today.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite

from intentflow.domain.event import MAX_ATTRIBUTES, MAX_ID_BYTES, Attribute, Campaign, Page
from intentflow.domain.moments import EPOCH
from intentflow.wire.tracked import Envelope
from intentflow.wire.tracker_ids import Refusal, email_of

LONGEST_TEXT, LONGEST_URL, LONGEST_VALUE, LONGEST_AGENT = 512, 4096, 1024, 1024
LARGEST = 10**15
_NO_REFERRER = frozenset({"", "$direct"})
_IN_SECONDS = 10**11  # a number below it is seconds since the epoch, one above it milliseconds
_CAMPAIGN = ("id", "name", "source", "medium", "term", "content")


def mapping_of(value: object) -> Mapping[str, object]:
    """A JSON object; of anything else an empty one."""
    return value if isinstance(value, dict) else {}


def text_of(value: object, most: int = LONGEST_TEXT) -> str | None:
    """A text that says something, cut."""
    return value[:most] if isinstance(value, str) and value else None


def page_of(url: object, title: object = None, referrer: object = None) -> Page | None:
    """Where it happened, if the tracker says it."""
    if not isinstance(url, str) or not url:
        return None
    came_from = referrer[:LONGEST_URL] if isinstance(referrer, str) and referrer not in _NO_REFERRER else None
    return Page(url[:LONGEST_URL], text_of(title), came_from)


def campaign_in(value: object) -> Campaign | None:
    """The campaign of an object with `name`, `source`, `medium` and so on; None if it has none of them."""
    if not isinstance(value, dict) or not value:
        return None
    found = {field: text for field in _CAMPAIGN if field in value and (text := text_of(value[field]))}
    return Campaign(**found) if found else None


def agent_of(said: object, envelope: Envelope) -> str | None:
    """What asked: as the event says, else as the request does, if that is a browser. A server's library is nobody's browser."""
    if isinstance(said, str) and said:
        return said[:LONGEST_AGENT]
    asked = envelope.user_agent
    return asked[:LONGEST_AGENT] if asked is not None and asked.startswith("Mozilla/") else None


def take_attributes(
    found: dict[str, Attribute], pairs: Iterable[tuple[str, object]], leave_out: frozenset[str]
) -> None:
    """Add the texts, numbers and bools of these pairs, under their own names, as far as there is room.

    A text that is an e-mail address is left out: whose it is, only a field of its own can say (a friend's, who was sent a link).
    """
    for name, value in pairs:
        if value is None or name in leave_out:
            continue
        kept = attribute_of(value)
        if kept is None or not _is_name(name):
            continue
        if type(kept) is str and "@" in kept and email_of(kept) is not None:
            continue
        if len(found) >= MAX_ATTRIBUTES:
            return
        found[name] = kept


def attribute_of(value: object) -> Attribute | None:
    """A value that an attribute may have: a text (cut), a number or a bool."""
    if type(value) is str:  # JSON has no subclasses, and nothing is asked more often
        return value[:LONGEST_VALUE] or None
    if type(value) is bool:
        return value
    if type(value) is int or type(value) is float:
        return value if -LARGEST <= value <= LARGEST else None  # a NaN is in no range
    return None


@lru_cache(maxsize=4096)
def _is_name(name: str) -> bool:
    """Whether an attribute may be called that."""
    return len(name.encode(errors="replace")) <= MAX_ID_BYTES and name.isprintable() and bool(name.strip())


def time_in(value: object, field: str) -> int | None:
    """Epoch milliseconds of an ISO 8601 text (without an offset: UTC) or a number of seconds or milliseconds; None if there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and not value.lstrip("-").isdigit():
        try:
            return _milliseconds(datetime.fromisoformat(value))
        except (ValueError, OverflowError):
            pass
    else:
        try:
            number = (
                float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else float("nan")
            )
        except (ValueError, OverflowError):
            number = float("nan")
        if isfinite(number):
            return int(number * 1000 if abs(number) < _IN_SECONDS else number)
    raise Refusal(
        "bad_time", f"{field}: must be an ISO 8601 time, such as 2026-05-01T09:30:00Z, or milliseconds since 1970"
    )


def _milliseconds(time: datetime) -> int:
    since = (time if time.tzinfo is not None else time.replace(tzinfo=UTC)) - EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def sent_in(value: object) -> int | None:
    """When something was sent; None if that can't be read, which only leaves the sender's clock as it is."""
    try:
        return time_in(value, "")
    except Refusal:
        return None
