"""Durations and limits as people write them: `14d`, `2 per day`. A bare number is never a duration."""

import re

from intentflow.domain.rules import MAX_HAND_OFFS, Limit

UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}  # milliseconds
PERIODS = {"hour": 3_600_000, "day": 86_400_000, "week": 7 * 86_400_000}
WORDS = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
LONGEST = 3_650 * UNITS["d"]
LONGEST_HORIZON = 31 * UNITS["d"]
MOST = 10_000  # events that a limit may let count in a period


def duration(written: object) -> int:
    """Milliseconds of `90s`, `30m`, `1h` or `14d`; a ValueError says what is wrong."""
    said = re.fullmatch(r"([0-9]{1,9}) ?([smhd])", written) if isinstance(written, str) else None
    if said is None:
        raise ValueError(f"must be a whole number with a unit, like 90s, 30m, 1h or 14d, not {shown(written)}")
    ms = int(said[1]) * UNITS[said[2]]
    if ms > LONGEST:
        raise ValueError("must be at most ten years (3650d)")
    return ms


def horizon(written: object) -> int:
    """Milliseconds of a horizon; a ValueError says what is wrong."""
    ms = duration(written)
    if not 0 < ms <= LONGEST_HORIZON:
        days = LONGEST_HORIZON // UNITS["d"]
        raise ValueError(
            f"must be longer than 0 and at most {days}d: a lead keeps the hours, days and weeks of each limited signal until the horizon"
            f" has passed (try 7d)"
        )
    return ms


def limit(written: object) -> Limit:
    """The limit in `2 per day`; a ValueError says what is wrong."""
    said = re.fullmatch(r"([0-9]{1,9}) +per +([a-z]+)", written) if isinstance(written, str) else None
    if said is not None and said[2] in ("second", "minute"):
        raise ValueError(
            f"must be per hour or longer: a lead keeps each period until the horizon has passed, 168 of them in 7 days"
            f' if they are hours, 60 times as many or more if they are shorter; write "{said[1]} per hour"'
        )
    if said is None or said[2] not in PERIODS:
        raise ValueError(f'must be a number per hour, day or week, like "2 per day", not {shown(written)}')
    if not 1 <= int(said[1]) <= MOST:
        raise ValueError(f"must let 1 to {MOST} events count (to count none, take the signal out)")
    return Limit(int(said[1]), PERIODS[said[2]])


def hand_offs(written: object) -> Limit:
    """The limit in `2 per 90d`; a ValueError says what is wrong."""
    said = re.fullmatch(r"([0-9]{1,9}) +per +([0-9]+ ?[smhd])", written) if isinstance(written, str) else None
    if said is None:
        raise ValueError(f'must be a number per duration, like "2 per 90d", not {shown(written)}')
    if not 1 <= int(said[1]) <= MAX_HAND_OFFS:
        raise ValueError(f"must allow 1 to {MAX_HAND_OFFS} (to allow none, take the stage out)")
    period = duration(said[2])
    if period == 0:
        raise ValueError('must be per a time longer than 0, like "2 per 90d"')
    return Limit(int(said[1]), period)


def duration_words(ms: int) -> str:
    """A duration in words: `14 days`, `1 hour`; of two units if it has more than one (`1 day 12 hours`)."""
    parts = []
    for unit, word in WORDS.items():
        count, ms = divmod(ms, UNITS[unit])
        if count:
            parts.append(f"{count} {word}" if count == 1 else f"{count} {word}s")
    return " ".join(parts[:2]) or "0 seconds"


def limit_words(of: Limit) -> str:
    """A limit as it is written: `2 per day`."""
    names = {ms: name for name, ms in PERIODS.items()}
    return f"{of.count} per {names.get(of.period) or duration_words(of.period)}"


def shown(written: object) -> str:
    """What somebody wrote, short enough for a message."""
    if isinstance(written, bool) or written is None:
        return {True: "true", False: "false", None: "nothing"}[written]
    if isinstance(written, dict):
        return "keys and values"
    if isinstance(written, list | tuple):
        return "a list"
    text = str(written) if not isinstance(written, int) or abs(written) < 10**30 else "a number that long"
    text = text if len(text) <= 40 else text[:37] + "..."
    return f'"{text}"' if isinstance(written, str) else text
