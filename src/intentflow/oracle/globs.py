"""Patterns of texts. The sentence quoted is one of `docs/semantics.md`."""

import re
from functools import lru_cache


@lru_cache(maxsize=65_536)
def glob_matches(glob: str, text: str) -> bool:
    """'A glob (`*` any text, `?` any character) matches the whole text without regard to case.'

    The pieces between the stars must be found one after the other; taking each as early as possible never loses a match.
    """
    first, *pieces = glob.lower().split("*")
    text = text.lower()
    if not pieces:
        return _piece(first).fullmatch(text) is not None
    last = pieces.pop()
    end = len(text) - len(last)
    if end < len(first) or not _piece(first).match(text) or not _piece(last).fullmatch(text, end):
        return False
    start = len(first)
    for piece in pieces:
        found = _piece(piece).search(text, start, end)
        if found is None:
            return False
        start = found.end()
    return True


@lru_cache(maxsize=4_096)
def _piece(piece: str) -> re.Pattern[str]:
    """An expression of fixed length: there is nothing in it to try in more than one way."""
    return re.compile("".join("." if c == "?" else re.escape(c) for c in piece), re.DOTALL)
