"""All ids of one person, as the changelog ties them together.

Known ids that were linked are aliases of the smallest of them; a browser is an alias of who it turned out to be, lately. What came in
before is kept as `merged`. Of two people on one browser the browser is an alias of the second, though its history is in the first. So
being an alias makes one person, in both directions, and having been merged only if the other one is nobody else's by now.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from intentflow.domain.bonds import Bonds, rank
from intentflow.domain.lead import Lead
from intentflow.operate.state import Tell, keys_of, nobody, partitions, rows_of
from intentflow.settings import Settings
from intentflow.wire.rows import HEAD, is_stub


class Person(Struct, frozen=True):
    """The ids of one person, as keys, the smallest first: that is whom the others are aliases of."""

    keys: tuple[bytes, ...]
    living: frozenset[bytes] = frozenset()  # of them those that have a row which is no stub
    apart: tuple[bytes, ...] = ()  # ids whose history is in theirs, and that are somebody else's now

    @property
    def target(self) -> bytes:
        """Whom the others are aliases of."""
        return self.keys[0]

    def concerns(self, key: bytes | None, value: bytes | None) -> bool:
        """Whether a record is about them: its key is theirs, or its value names one of their ids."""
        if key is not None and (key in self.keys or any(key.endswith(b"|" + each) for each in self.keys)):
            return True
        return value is not None and any(mark in value for mark in marks_of(self.keys))


def marks_of(keys: Iterable[bytes]) -> list[bytes]:
    """What a text holds that names one of these ids. A short id must stand in quotation marks, or it would be found in everything."""
    names = [key[2:] for key in keys]
    return [name if b"@" in name or len(name) >= LONG else b'"' + name + b'"' for name in names if name]


LONG = 16  # bytes; an id of that length is nobody's by chance


class Ties:
    """Who is whose alias, and whose history is in whom; of all leads that are tied to others."""

    def __init__(self) -> None:
        self.alias: dict[bytes, bytes] = {}
        self.aliases = defaultdict[bytes, list[bytes]](list)
        self.merged: dict[bytes, tuple[bytes, ...]] = {}

    def take(self, rows: Mapping[bytes, bytes]) -> None:
        """The rows of one partition."""
        for key, row in rows.items():
            bonds = bonds_in(row)
            if bonds is None:
                continue
            if bonds.alias:
                self.alias[key] = bonds.alias
                self.aliases[bonds.alias].append(key)
            if bonds.merged:
                self.merged[key] = tuple(one.whose for one in bonds.merged)

    def one_with(self, key: bytes) -> set[bytes]:
        """Everybody who is an alias of it, or whom it is an alias of, however many steps away; itself too."""
        found, todo = set[bytes](), [key]
        while todo:
            key = todo.pop()
            if key not in found:
                found.add(key)
                todo += [*([self.alias[key]] if key in self.alias else ()), *self.aliases.get(key, ())]
        return found

    def came_in(self, keys: Iterable[bytes]) -> set[bytes]:
        """Whose history is in one of these."""
        return {whose for key in keys for whose in self.merged.get(key, ())}


def person_in(ties: Ties, key: bytes, living: Callable[[bytes], bool]) -> Person:
    """The person that has this key. `living`: whether a key has a row that is no stub."""
    found = ties.one_with(key)
    once = ties.came_in(found) - found
    apart = {each for each in once if living(each)}
    keys = sorted(found | (once - apart), key=rank)
    return Person(tuple(keys), frozenset(filter(living, keys)), tuple(sorted(apart)))


def bonds_in(row: bytes) -> Bonds | None:
    """The bonds of the lead in a row; what else it holds is not decoded."""
    tied: Any = _decode(memoryview(row)[HEAD.size :])
    bonds: Bonds | None = tied.bonds
    return bonds


def _tied() -> type[msgspec.Struct]:
    """A lead up to its bonds, the rest as it comes."""
    names = Lead.__struct_fields__[: Lead.__struct_fields__.index("bonds")]
    return msgspec.defstruct(
        "Tied",
        [*((name, msgspec.Raw, msgspec.Raw()) for name in names), ("bonds", Bonds | None, None)],
        array_like=True,
        gc=False,
    )


_decode = msgspec.msgpack.Decoder(_tied()).decode


async def person_of(settings: Settings, asked: str, tell: Tell = nobody) -> Person:
    """Everybody who is one person with who is asked for, by key, id, e-mail address or visitor id: the whole changelog is read.

    If nobody of that id was ever scored, or only a stub is left: the keys that it may be, none of them living.
    """
    ties = Ties()
    async for _, log in partitions(settings, tell=tell):
        ties.take(log.rows)
    for key in keys_of(asked):
        found = ties.one_with(key)
        rows = await rows_of(settings, [*found, *ties.came_in(found)])
        living = {each for each, row in rows.items() if not is_stub(row)}
        person = person_in(ties, key, living.__contains__)
        if person.living:
            return person
    return Person(tuple(keys_of(asked)))
