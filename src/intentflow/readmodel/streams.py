"""Entries out of a stream, bytes and all.

What XDEL deletes Redis only marks; the bytes stay in memory, in dumps and in replicas until all entries beside them are gone too. So a
stream that loses what must not stay is written anew without it. Its last id and how many it ever had stay as they were: followers notice
nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from intentflow.adapters.redis_client import Client

Entry = tuple[bytes, dict[bytes, bytes]]  # id, fields


class Rest(Struct, frozen=True):
    """What is left of a stream."""

    key: str
    entries: Sequence[Entry]
    last: bytes  # id that it gave last
    added: int  # how many it ever had

    def write(self, pipe: Client) -> None:
        """Queue the stream anew."""
        pipe.delete(self.key)
        for id_, fields in self.entries:
            pipe.xadd(self.key, fields, id=id_)
        if not self.entries:  # without an entry there is no stream to hold the last id
            pipe.xadd(self.key, {b"": b""}, id=self.last)
            pipe.xdel(self.key, self.last)
        pipe.execute_command("XSETID", self.key, self.last, "ENTRIESADDED", self.added, "MAXDELETEDID", self.last)


async def without(redis: Client, key: str, goes: Callable[[dict[bytes, bytes]], bool]) -> Rest | None:
    """What is left of the stream without the entries that go; None if none goes."""
    entries: Sequence[Any] = await redis.xrange(key)
    rest = [entry for entry in entries if not goes(entry[1])]
    if len(rest) == len(entries):
        return None
    info = await redis.xinfo_stream(key)
    return Rest(key, rest, info["last-generated-id"], info["entries-added"])
