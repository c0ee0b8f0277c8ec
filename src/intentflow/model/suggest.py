"""The nearest known name to a wrong one."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """` (did you mean half_life?)`, or nothing if no known name is near."""
    near = get_close_matches(wrong[:64], list(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]}?)" if near else ""
