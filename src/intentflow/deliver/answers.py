"""What came of an attempt, in words of a closed set, and what each word means for the change and for its endpoint.

| word | when | the change | the endpoint |
|---|---|---|---|
| `ok` | 2xx | delivered | well |
| `refused` | 400, 409, 413, 422, 423: about this one record | tried again | well: it answers |
| `throttled` | 429, 503, or HubSpot's 477, with Retry-After | tried again then, as if it had not been | left alone until then |
| `gone` | 410 | given up | disabled |
| `denied` | any other 4xx; 3xx is `redirect`, and not followed | tried again | failing |
| `error` | 5xx, and any other status | tried again | failing |
| `timeout`, `unreachable`, `forbidden` | no answer in time; no connection; an address that must not be spoken to | tried again | failing |
| `too_large`, `unfit` | more than the endpoint takes; nothing can be made of it for this kind of endpoint | given up | no matter |
"""

from typing import Literal

from msgspec import Struct

from intentflow.deliver.schedule import held_until

Word = Literal[
    "ok", "refused", "throttled", "gone", "redirect", "denied", "error", "timeout", "unreachable", "forbidden", "too_large", "unfit"
]  # fmt: skip
ABOUT_THE_RECORD = frozenset({400, 409, 413, 422, 423})
COME_AGAIN = frozenset({429, 477, 503})
FAILING: frozenset[Word] = frozenset({"redirect", "denied", "error", "timeout", "unreachable", "forbidden"})
ANSWERED: frozenset[Word] = frozenset({"ok", "refused"})
USELESS: frozenset[Word] = frozenset({"too_large", "unfit"})


class Answer(Struct, frozen=True):
    """What came of one attempt."""

    word: Word
    detail: str = ""
    until: int | None = None  # epoch milliseconds, of `throttled`


def answer_of(status: int, retry_after: str | None, now: int) -> Answer:
    """What an HTTP status means."""
    said = f"HTTP {status}"
    if 200 <= status < 300:
        return Answer("ok", said)
    if status in COME_AGAIN and (until := held_until(retry_after, now)) is not None:
        return Answer("throttled", said, until)
    if status == 410:
        return Answer("gone", said)
    if status in ABOUT_THE_RECORD:
        return Answer("refused", said)
    if 300 <= status < 400:
        return Answer("redirect", f"{said}; redirects are not followed")
    return Answer("denied" if 400 <= status < 500 else "error", said)
