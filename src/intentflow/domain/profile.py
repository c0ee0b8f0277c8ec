"""What is known of a lead: attributes, each with the time at which it was told, where it came from, and whether it was given freely.

What was told last of an attribute counts, whoever told it. A withdrawn one is kept as null, so that what was told before and comes late
does not bring it back. Both rules look at times and ids alone: the order of arrival makes no difference, and two leads' profiles merge.
"""

from collections.abc import Mapping
from typing import NamedTuple
from zlib import crc32

from intentflow.domain.event import (
    MAX_ATTRIBUTES,
    PROVENANCES,
    AnyEvent,
    Cart,
    LandingPage,
    NewsletterSignup,
    Profile,
    Provenance,
)
from intentflow.domain.mail import DERIVED, reader

Value = str | int | float | bool
OBSERVED = PROVENANCES.index("observed")


class Telling(NamedTuple):
    """An attribute as it was told once."""

    at: int  # epoch milliseconds
    digest: int  # CRC-32 of the event's id
    source: int  # where it came from, as its place in PROVENANCES
    freely: bool
    value: Value | None  # None: withdrawn

    @property
    def provenance(self) -> Provenance:
        """Where it came from."""
        return PROVENANCES[self.source]


Tellings = dict[str, Telling]


def tellings_of(event: AnyEvent, at: int, mail: bool) -> Tellings:
    """What an event tells of its lead, at that time. `mail`: also what its e-mail address says; its own word goes before that."""
    told: dict[str, tuple[int, bool, Value | None]] = {}
    if mail:
        told |= {name: (OBSERVED, False, value) for name, value in _said_by_mail(event)}
    if type(event) is Profile:
        source = PROVENANCES.index(event.provenance)
        told |= {name: (source, event.given_freely, value) for name, value in event.profile.items()}
    if not told:
        return {}
    digest = crc32(event.event_id.encode())
    return {name: Telling(at, digest, *rest) for name, rest in told.items()}


def values_of(event: Profile, names: frozenset[str]) -> Mapping[str, Value]:
    """What a profile's record says that is not withdrawn, by attribute; as far as one of these is asked for, its address too."""
    said: dict[str, Value | None] = dict(_said_by_mail(event)) if names.intersection(DERIVED) else {}
    return {name: value for name, value in (said | event.profile).items() if value is not None}


def tells_mail(event: AnyEvent) -> bool:
    """Whether it is an event in which somebody gives an address; a visit, or to land somewhere, is none."""
    kind = event.__class__
    return (
        kind is Profile or kind is NewsletterSignup or kind is Cart or (kind is LandingPage and event.action != "land")
    )


def address_of(event: AnyEvent) -> str | None:
    """The e-mail address that an event names."""
    lead = event.lead_id
    return event.email or (lead if lead is not None and "@" in lead else None)


def _said_by_mail(event: AnyEvent) -> tuple[tuple[str, str], ...]:
    address = address_of(event)
    return () if address is None or not tells_mail(event) else reader()(address)


def learn(known: Tellings | None, told: Tellings) -> Tellings | None:
    """The profile with what was told: of each attribute the latest, of all the latest 64. The same object if nothing is new."""
    news = {
        name: one for name, one in told.items() if known is None or name not in known or _is_after(one, known[name])
    }
    if not news:
        return known
    learned = {**(known or {}), **news}
    if len(learned) > MAX_ATTRIBUTES:
        latest = sorted(learned, key=lambda name: (*_order(learned[name]), name))[-MAX_ATTRIBUTES:]
        learned = {name: learned[name] for name in latest}
    return learned


def _is_after(one: Telling, other: Telling) -> bool:
    return _order(one) > _order(other)


def _order(told: Telling) -> tuple[int, int, int, bool, int, Value]:
    """Later is larger. Of one time the larger hash of the id; the rest is for ids that are used twice."""
    value = told.value
    kind = 0 if value is None else 1 if isinstance(value, bool) else 3 if isinstance(value, str) else 2
    return told.at, told.digest, told.source, told.freely, kind, 0 if value is None else value
