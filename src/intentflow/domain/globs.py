"""Globs: `*` is any text, `?` any character."""

import fnmatch
import re
from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=10_000)
def any_glob(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """A test whether one of the globs matches a whole text, without regard to case: `*` is any text, `?` any character.

    Most globs say how a text ends or what it contains, and need no regular expression: a third of the time. The expression of the others is
    that of `fnmatch`, whose stars don't backtrack into each other: a URL comes from anybody, and may be made to take long.
    """
    ends: list[str] = []
    parts: list[str] = []
    others: list[str] = []
    for pattern in patterns:
        text = pattern.lower()
        if text[:1] == "*" and not {"*", "?"} & set(text[1:]):
            ends.append(text[1:])
        elif text[:1] == text[-1:] == "*" and not {"*", "?"} & set(text[1:-1]):
            parts.append(text[1:-1])
        else:
            others.append(fnmatch.translate(text.replace("[", "[[]")))
    suffixes, match = tuple(ends), re.compile("|".join(others)).match

    def matches(text: str) -> bool:
        text = text.lower()
        return (
            text.endswith(suffixes) or any(part in text for part in parts) or (bool(others) and match(text) is not None)
        )

    return matches
