"""Write keys: who may send what.

A key in a web page is known to everybody who looks, so it is a name rather than a secret, and may say only what anybody may say who
visits the site: what a visitor did, and who a visitor is. What would move a score by its own word (a profile, what sales said, that two
known people are one) needs a key that stays on servers.

Only a key's SHA-256 is kept. That is enough, since keys are not chosen by people: `new_key` has 160 random bits. It is looked up by its
hash and compared in constant time, so that how long an answer takes tells nothing of any key.
"""

import hmac
import secrets
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Literal, get_args

from msgspec import Struct

Scope = Literal["browser", "server"]
Permission = Literal["behaviour", "profiles", "outcomes", "joins"]
EVERYTHING: frozenset[Permission] = frozenset(get_args(Permission))
GRANTED: Mapping[Scope, frozenset[Permission]] = {"browser": frozenset({"behaviour"}), "server": EVERYTHING}
PREFIX = "ifk_"  # so that scanners for secrets, and people, know one when they see it


class WriteKey(Struct, frozen=True):
    """One key: its name in metrics and logs, and what it allows."""

    name: str
    digest: bytes
    allows: frozenset[Permission] = GRANTED["browser"]
    origins: frozenset[str] = frozenset()  # the only ones that may use it from a page; empty: any
    events_per_second: int = 1000  # over ten seconds


class KeyRing:
    """The keys that are known."""

    def __init__(self, keys: Iterable[WriteKey]) -> None:
        self._keys = {key.digest: key for key in keys}

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, secret: str) -> WriteKey | None:
        """The key with this text."""
        digest = digest_of(secret)
        found = self._keys.get(digest)
        return found if found is not None and hmac.compare_digest(found.digest, digest) else None


def digest_of(secret: str) -> bytes:
    """What is kept of a key's text."""
    return sha256(secret.encode(errors="surrogatepass")).digest()


def new_key() -> str:
    """The text of a new key. It is fit for a URL, a user name of Basic authentication and Snowplow's `appId`."""
    return PREFIX + secrets.token_hex(20)
