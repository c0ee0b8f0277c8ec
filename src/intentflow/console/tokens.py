"""Tokens: who may look, and who may do. Only their hashes are kept; a token is seen once, when it is made."""

import hmac
import secrets
from collections.abc import Iterable
from hashlib import sha256
from typing import Literal

Role = Literal["viewer", "operator"]
BYTES = 32  # of chance in a token: nobody guesses it, so its plain SHA-256 needs no salt
LONGEST = 128  # characters of what is taken for a token


def make_token(role: Role) -> tuple[str, str]:
    """A new token, and what settings keep of it: `viewer:<SHA-256 in hex>`."""
    token = f"ift_{secrets.token_urlsafe(BYTES)}"
    return token, kept_of(role, token)


def kept_of(role: Role, token: str) -> str:
    """What settings keep of a token."""
    return f"{role}:{sha256(token.encode()).hexdigest()}"


def role_of(token: str, kept: Iterable[str]) -> Role | None:
    """What the bearer of a token may do; None: nothing. Takes as long whether it is nearly right or not right at all."""
    if not token or len(token) > LONGEST:
        return None
    hashed, found = sha256(token.encode(errors="replace")).hexdigest().encode(), None
    for one in kept:
        role, _, known = one.partition(":")
        if hmac.compare_digest(known.encode(), hashed):
            found = role
    return "operator" if found == "operator" else "viewer" if found == "viewer" else None
