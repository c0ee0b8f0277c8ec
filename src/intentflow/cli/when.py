"""Times as people read them on the command line: UTC, to the second, with how far off they are."""

from datetime import UTC, datetime

UNITS = ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second"))


def when_words(at: int) -> str:
    """Epoch milliseconds as `2026-05-01 10:00:00 UTC`."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def date_words(rfc3339: str) -> str:
    """An RFC 3339 time in UTC, as changes have it, as `2026-05-01 10:00:00 UTC`."""
    return f"{rfc3339[:10]} {rfc3339[11:19]} UTC"


def span_words(ms: int) -> str:
    """A span in its largest unit, rounded down: `2 days`, `1 hour`; less than a second is `a moment`."""
    for size, word in UNITS:
        count = ms // size
        if count:
            return f"{count:,} {word}" + ("s" if count > 1 else "")
    return "a moment"
