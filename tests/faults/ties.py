"""People with several ids among the load: what they do comes under each of them, and that they are one is said late, in any order.

Everybody has two browsers, an address and two accounts, and is about for a while, with a few hundred others at a time. Their path depends
on who hears what first; their score does not, and none of their events may be lost or counted twice.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

PEOPLE = 200  # who are about at a time
EVENTS = 10  # of one
MARK = b"t"  # begins their ids, so that the judge knows them


def is_tied(key: bytes) -> bool:
    """Whether a lead's key is one of theirs."""
    return key[2:3] == MARK


def records(chance: Random, kinds: tuple[dict[str, Any], ...], weights: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Fields of their records, for ever: all but the event id and the time."""
    number = 0
    waiting: list[list[dict[str, Any]]] = []
    while True:
        while len(waiting) < PEOPLE:
            waiting.append(_life(chance, number, kinds, weights))
            number += 1
        at = chance.randrange(len(waiting))
        yield waiting[at].pop()
        if not waiting[at]:
            del waiting[at]


def _life(chance: Random, n: int, kinds: tuple[dict[str, Any], ...], weights: tuple[int, ...]) -> list[dict[str, Any]]:
    one, two, address, account, old = f"t{n}-1", f"t{n}-2", f"t{n}@example.com", f"tu{n}", f"ta{n}"
    who = ({"visitor_id": one}, {"visitor_id": two}, {"email": address}, {"lead_id": account}, {"lead_id": old})
    named = {"lead_id": account, "visitor_id": one}
    life = [{**chance.choices(kinds, weights)[0], **chance.choice((*who, named))} for _ in range(EVENTS)]
    links: list[dict[str, Any]] = [
        {"visitor_id": one, "lead_id": account}, {"visitor_id": two, "email": address}, {"email": address, "lead_id": account},
        {"lead_id": account, "same_as": old},
    ]  # fmt: skip
    chance.shuffle(links)
    life += [{"family": "link", **link} for link in (*links, chance.choice(links))]
    chance.shuffle(life)
    return life
