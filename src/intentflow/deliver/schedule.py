"""When an attempt is made again, and until when an endpoint asks to be left alone.

The waits are those of the Standard Webhooks specification, from 0 s and 5 s to 24 h, each longer or shorter by up to a tenth, so that what
failed together doesn't come back together. The chance in it is the change's id: a function, so that tests repeat.
"""

from binascii import crc32
from datetime import UTC
from email.utils import parsedate_to_datetime

S, M, H = 1_000, 60_000, 3_600_000
RETRY_MS = (0, 5 * S, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H)
JITTER = 0.1
LONGEST_HOLD_MS = 24 * H  # whatever a receiver asks for
SHORTEST_HOLD_MS = 1 * S


def wait(retry_ms: tuple[int, ...], attempts: int, change_id: str) -> int | None:
    """Milliseconds from attempt number `attempts` (from 1), which failed, to the next; None if there is none."""
    if attempts >= len(retry_ms):
        return None
    spread = crc32(f"{change_id}/{attempts}".encode()) / 0xFFFFFFFF * 2 - 1
    return round(retry_ms[attempts] * (1 + JITTER * spread))


def longest(retry_ms: tuple[int, ...]) -> int:
    """Milliseconds from the first attempt until the last one at the latest."""
    return round(sum(retry_ms) * (1 + JITTER))


def held_until(retry_after: str | None, now: int) -> int | None:
    """Until when, in epoch milliseconds, a Retry-After header asks to be left alone: seconds, or a date; None if it doesn't say."""
    if not retry_after or len(retry_after) > 100:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        asked = int(text) * S
    else:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        asked = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000) - now
    return now + min(max(asked, SHORTEST_HOLD_MS), LONGEST_HOLD_MS)
