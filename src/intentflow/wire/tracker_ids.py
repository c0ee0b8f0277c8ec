"""Who and which, as trackers say it: ids of people and browsers, e-mail addresses, ids of events.

An id that a program made of nothing (`undefined`, `null`, `guest`) is none: all who have it would become one lead, and nobody could take
them apart again. An id of the wrong kind is refused, with the tracker's own name for the field.
"""

import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from json import dumps

from intentflow.domain.event import MAX_ID_BYTES
from intentflow.wire.refusals import rejection
from intentflow.wire.rejections import Reason, Rejection

NOBODY = frozenset({
    *("", "null", "(null)", "nil", "none", "undefined", "nan", "true", "false", "0", "-1", "[object object]", "unknown", "n/a", "na"),
    *("anonymous", "guest", "nobody", "visitor", "user", "id", "userid", "user_id", "distinct_id", "distinctid", "email"),
    *("not_authenticated", "$posthog_cookieless", "00000000-0000-0000-0000-000000000000"),
})  # fmt: skip
NOBODYS_MAIL = frozenset(
    {"test@test.com", "a@a.com", "none@none.com", "noemail@noemail.com", "email@email.com", "user@example.com"}
)
RESENT = frozenset(
    {"sentAt", "sent_at", "stm", "_metadata", "receivedAt"}
)  # what changes when the same event is sent again
LONGEST_EVENT_ID = MAX_ID_BYTES - 16  # so that what is made of the event besides can be named after it

_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")


class Refusal(Exception):  # noqa: N818 - it is one, and never leaves a format's `translate`
    """This event can't be taken; the rejection says why."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.rejection: Rejection = rejection(reason, detail)


def id_of(value: object, field: str) -> str | None:
    """The id of a person or a browser; None if it is nobody's. Refused if it is no text and no whole number, or too long."""
    if value is None:
        return None
    if type(value) is int:
        value = str(value) if abs(value) < 10**40 else ""
    if not isinstance(value, str):
        raise Refusal("wrong_type", f"{field}: must be a text or a whole number")
    value = value.strip()
    if len(value) > MAX_ID_BYTES // 4 and len(value.encode(errors="replace")) > MAX_ID_BYTES:
        raise Refusal("bad_id", f"{field}: is over {MAX_ID_BYTES} bytes in UTF-8: shorten it")
    return None if value.lower() in NOBODY else value


def email_of(value: object) -> str | None:
    """An e-mail address, if that is what it is and it may be somebody's own."""
    if not isinstance(value, str) or not 3 <= len(value) <= 254:
        return None
    value = value.strip()
    is_one = _EMAIL.fullmatch(value) and value.lower() not in NOBODYS_MAIL
    return value if is_one and (value.isascii() or len(value.encode(errors="replace")) <= 254) else None


def event_id_of(said: object, content: Callable[[], Mapping[str, object]], created: int | None, received: int) -> str:
    """The event's id: what the tracker says, else one made of its content.

    The same content sent again gives the same id. Without a time of its own, the time of its receipt is part of it: two page views of one
    visitor that say neither when nor which would be one for ever.
    """
    if isinstance(said, str) and 0 < len(said) <= LONGEST_EVENT_ID and _is_plain(said):
        return said
    if said and isinstance(said, str | int):
        return _hash(str(said) if isinstance(said, str) else hex(said))
    same = {name: value for name, value in content().items() if name not in RESENT}
    return _hash(dumps([same, None if created is not None else received], sort_keys=True))


def _is_plain(text: str) -> bool:
    """Whether it is ASCII without blanks and control characters."""
    return text.isascii() and text.isprintable() and " " not in text


def _hash(text: str) -> str:
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
