"""Leads that turn out to be one person. `docs/semantics.md`, "Identity", in code.

What belongs to another lead leaves as a message, since it may lie on another partition. Nothing here looks anything up: what a lead does
follows from its own state and the record alone.
"""

from collections.abc import Mapping

from intentflow.domain.bonds import (
    MERGED,
    Bonds,
    Merged,
    is_visitor,
    next_number,
    rank,
    tell_once,
)
from intentflow.domain.causes import by_merge
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead, take_pieces
from intentflow.domain.merge import Merger
from intentflow.domain.message import Event, Forwarded, Letters, Linked, Parted
from intentflow.domain.notices import News


class Identity:
    """Links, aliases and merges under a compiled model."""

    def __init__(self, fold: Fold) -> None:
        self._fold, self._merger = fold, Merger(fold.counting, fold.model)

    def link(self, key: bytes, lead: Lead, other: bytes, at: int, news: News) -> Letters:
        """The lead and `other`, a smaller id, are one person. What it has to tell others, in order."""
        bonds = bonds_of(lead)
        target = bonds.alias
        if other in (key, target) or rank(other) > rank(key):
            return []
        if not target:
            return self._part(key, lead, bonds, other, at, news)
        if is_visitor(key):
            bonds.alias = other
            return []
        low, high = sorted((target, other), key=rank)
        return [(high, Linked(key, next_number(bonds, at), at, low))]

    def _part(self, key: bytes, lead: Lead, bonds: Bonds, to: bytes, at: int, news: News) -> Letters:
        """Become an alias; a lead that had begun sends all that it was."""
        bonds.alias, bonds.told, bonds.merged = to, b"", []
        if not lead.clock:
            return []
        now = self._fold.up_to(key, lead, at, news)
        number = next_number(bonds, now)
        self._fold.leave(key, lead, now, by_merge(key, number, to), news)
        pieces = take_pieces(lead)
        pieces.model = self._fold.tag
        return [(to, Parted(key, number, now, key, pieces))]

    def imply(self, key: bytes, lead: Lead, visitor: bytes, at: int) -> Letters:
        """An event of this lead named a visitor too: the visitor is told who it is, once."""
        bonds = bonds_of(lead)
        if not tell_once(bonds, visitor):
            return []
        return [(visitor, Linked(key, next_number(bonds, at), at, key))]

    def forward(self, key: bytes, bonds: Bonds, event: Event) -> Letters:
        """An event came for an alias: it goes on to its target."""
        return [(bonds.alias, Forwarded(key, next_number(bonds, event.received), event))]

    def take_state(self, key: bytes, lead: Lead, told: Parted, news: News) -> Letters:
        """Another lead is this one from now on: take what it was, or send it on to whom this one is an alias of."""
        bonds = bonds_of(lead)
        if bonds.alias:
            return [(bonds.alias, Parted(key, next_number(bonds, told.at), told.at, told.whose, told.lead))]
        fold, pieces = self._fold, told.lead
        now = fold.up_to(key, lead, told.at, news)
        if pieces.model != fold.tag:
            fold.counting.recount(pieces)
        engagement, fit, intent = fold.scores.at(pieces, now)
        self._merger.merge(lead, pieces)
        lead.clock = now
        bonds.merged = [*bonds.merged, Merged(told.whose, now, (engagement, fit, intent))][-MERGED:]
        why = by_merge(told.sender, told.number, told.whose)
        fold.tell_carts(key, lead, now, why, news)
        fold.judged(key, lead, now, why, news)
        return []


def became_alias(lead: Lead, positions: Mapping[int, int], source: int, offset: int) -> None:
    """Note, of a lead that has just become an alias, what was in the ledgers then: up to these positions, and this record.

    Read again after a crash, such a record is told from one that was sent on: the ledger has it under another head.
    """
    bonds = bonds_of(lead)
    if bonds.alias and not bonds.since:
        bonds.since = [positions.get(number, 0) for number in range(len(lead.applied))]
        bonds.since[source] = offset + 1


def is_booked(bonds: Bonds, source: int, offset: int) -> bool:
    """Whether a record for an alias was in its source's ledger before the lead was one."""
    return source < len(bonds.since) and offset < bonds.since[source]


def bonds_of(lead: Lead) -> Bonds:
    """The lead's bonds; it has some from here on."""
    if lead.bonds is None:
        lead.bonds = Bonds()
    return lead.bonds
