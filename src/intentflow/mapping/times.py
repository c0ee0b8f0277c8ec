"""Times as tables have them, read to the millisecond.

A time without an offset is that of a clock on the wall, in a zone. Where the clock shows an hour twice, the first is meant; an hour that
the clock skipped is read as if it had not (PEP 495).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache

FORMATS = ("iso", "epoch_s", "epoch_ms")
REMEMBERED = 10_000  # texts whose time is known; tables repeat them, and strptime is slow
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Reader = Callable[[str, tzinfo], str | None]


def checked_format(name: str) -> str:
    """The format, if it is one; a ValueError says what it can be."""
    if name in FORMATS:
        return name
    if "%" not in name:
        raise ValueError(f'must be {", ".join(FORMATS)} or like "%d.%m.%Y %H:%M", not "{name[:40]}"')
    try:
        written = datetime(2024, 2, 28, 23, 58, 57, 123456, UTC).strftime(name)
        if datetime.strptime(written, name).year == 2024:  # noqa: DTZ007 - the zone is not asked for here
            return name
    except ValueError as error:
        raise ValueError(f"cannot be read back: {error}") from None
    raise ValueError('must have the year in it (%Y); put it there with text: "2017-{Month}" if the table has none')


def reader(formats: tuple[str, ...]) -> Reader:
    """A function that reads a text in one of the formats as RFC 3339, or gives None."""

    @lru_cache(REMEMBERED)
    def read(text: str, zone: tzinfo) -> str | None:
        for name in formats:
            try:
                time = _read(text, name)
                at = (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)
            except (ValueError, OverflowError, InvalidOperation):
                continue
            return at.isoformat(timespec="milliseconds")[:-6] + "Z"
        return None

    return read


def _read(text: str, name: str) -> datetime:
    if name == "iso":
        return datetime.fromisoformat(text.removesuffix(" UTC") + "Z" if text.endswith(" UTC") else text)
    if name in FORMATS:
        count = Decimal(text)
        return _EPOCH + timedelta(milliseconds=int(count * 1000 if name == "epoch_s" else count))
    return datetime.strptime(text, name)  # noqa: DTZ007 - the caller puts the zone on it
