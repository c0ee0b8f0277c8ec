"""How deep JSON is nested, told without decoding it.

Decoders recurse, and give up at a depth that depends on who called them; a bound that is the same everywhere has to be looked for before.
Between quotes brackets are text. Of what is left, all kinds of brackets taken for one, the innermost pairs are taken out, over and over,
which takes one round a level.
"""

_BRACKETS = b"[]{}"
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_ALL_ELSE = bytes(set(range(256)) - set(_BRACKETS))


def deeper_than(value: bytes, most: int) -> bool:
    """Whether JSON is nested deeper than `most`. Of what is no JSON it says no sooner or later than of JSON."""
    if value.count(b"[") + value.count(b"{") <= most:
        return False
    left = _brackets(value)
    for _ in range(most):
        inner = left.replace(b"[]", b"")
        if len(inner) == len(left):
            return False  # none, or they don't match: the decoder will say so
        left = inner
    return bool(left)


def _brackets(value: bytes) -> bytes:
    """The brackets outside of texts, in order."""
    if b"\\" in value:
        value = value.replace(rb"\\", b"").replace(rb"\"", b"")
    return b"".join(value.split(b'"')[::2]).translate(_ONE_KIND, _ALL_ELSE)
