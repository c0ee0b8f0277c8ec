"""Which refused records are meant, and what is told of them."""

import re
from collections import Counter
from heapq import nlargest

import msgspec
from msgspec import Struct

from intentflow.domain.change import rfc3339
from intentflow.wire.rejections import Refused

_CONTROLS = re.compile("[\x7f-\x9f]")  # those that JSON leaves as they are


class Wanted(Struct, frozen=True, kw_only=True):
    """Refused records: all that is given must hold; of several reasons, topics or ids any. Times are epoch milliseconds."""

    reasons: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    key: bytes | None = None
    since: int | None = None
    until: int | None = None  # half-open: not this moment itself

    def __call__(self, refused: Refused) -> bool:
        """Whether this record is meant. Its time is when it was received."""
        return (
            (not self.reasons or refused.reason in self.reasons)
            and (not self.topics or refused.topic in self.topics)
            and (not self.ids or refused.id in self.ids)
            and (self.key is None or refused.key == self.key)
            and (self.since is None or refused.timestamp >= self.since)
            and (self.until is None or refused.timestamp < self.until)
        )


class Listing:
    """The newest of the refused records that it is given, and how many there are of each reason and topic; it holds little more."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.reasons, self.topics = Counter[str](), Counter[str]()
        self._newest: list[Refused] = []

    @property
    def total(self) -> int:
        """How many it was given."""
        return self.reasons.total()

    @property
    def latest(self) -> list[Refused]:
        """The newest, newest first."""
        return nlargest(self.most, self._newest, key=_time)

    def add(self, refused: Refused) -> None:
        """One more."""
        self.reasons[refused.reason] += 1
        self.topics[refused.topic] += 1
        self._newest.append(refused)
        if len(self._newest) > 2 * self.most + 100:
            self._newest = self.latest


def document(refused: Refused) -> dict[str, object]:
    """A refused record as JSON. Bytes that are no text are told in hexadecimal digits under another name."""
    return {
        "id": refused.id,
        "received": rfc3339(refused.timestamp),
        "reason": refused.reason,
        "detail": refused.detail,
        "topic": refused.topic,
        "partition": refused.partition,
        "offset": refused.offset,
        **_told("key", refused.key),
        **_told("value", refused.value),
        "headers": {name: text.decode(errors="replace") for name, text in refused.headers},
        "cut": refused.is_cut,
    }


def in_lines(value: bytes | None) -> str:
    """A record's value for a person to read: JSON in lines of its own, other text as it is, and the rest as Python writes bytes."""
    if value is None:
        return "(none)"
    try:
        text = msgspec.json.format(value, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return printable(value)
    return repr(value) if _CONTROLS.search(text) else text


def printable(value: bytes) -> str:
    """Bytes as text if no terminal takes any of it for a command, else as Python writes bytes."""
    text = value.decode(errors="replace")
    return text if text.isprintable() and "\ufffd" not in text else repr(value)


def _told(name: str, text: bytes | None) -> dict[str, str | None]:
    if text is None:
        return {name: None}
    try:
        return {name: text.decode()}
    except UnicodeDecodeError:
        return {f"{name}_hex": text.hex()}


def _time(refused: Refused) -> tuple[int, str]:
    return refused.timestamp, refused.id
