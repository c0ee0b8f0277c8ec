"""A made app of people who are known by several ids: links, aliases, states and events that are sent on."""

import random
from collections.abc import Iterator

from msgspec.structs import replace

from intentflow.domain.event import AnyEvent, AnyRecord, Link, key_of
from intentflow.domain.rules import ScoringModel
from intentflow.simulate import traffic
from intentflow.wire.events import decode, encode
from intentflow.wire.rejections import Rejection
from tests.verify.made import UNTIL, MadeApp

PEOPLE = 6
NOBODY = {"lead_id": None, "email": None, "visitor_id": None}


def ids_of(person: int, die: random.Random) -> dict[str, str]:
    """What an event of this person says who it is. Two people share the last browser."""
    account, address = f"u-{person}", f"p{person}@example.com"
    browser = f"b-{person}" if die.random() < 0.8 else f"b-{PEOPLE - 1}"
    kinds = (
        {"visitor_id": browser},
        {"lead_id": account},
        {"email": address},
        {"lead_id": account, "visitor_id": browser},
    )
    return kinds[die.choice((0, 0, 0, 0, 1, 1, 2, 3))]


def linked(person: int, event: AnyEvent, die: random.Random) -> Link:
    names = die.choice(
        (
            {"lead_id": f"u-{person}", "email": f"p{person}@example.com"},
            {"lead_id": f"u-{person}", "visitor_id": f"b-{person}"},
            {"email": f"p{person}@example.com", "same_as": f"P{person}@example.org"},
            {"email": f"p{person}@example.com", "visitor_id": f"b-{person}"},
        )
    )
    return Link(event_id=f"link of {event.event_id}", occurred_at=event.occurred_at, **names)


def record(made: AnyRecord, at: int) -> tuple[int, bytes, bytes]:
    return at, key_of(made), encode(made)


def tangle(seed: int, until: int, events: int = 400) -> Iterator[tuple[int, bytes, bytes]]:
    """Timestamp, key and value of each record, up to a time: events under several ids, repeats and links."""
    die = random.Random(seed)
    for at, _, value in list(traffic(seed, 3 * PEOPLE, until, 20))[:events]:
        event, person = decode(value), die.randrange(PEOPLE)
        if isinstance(event, Rejection | Link):
            continue
        made = replace(event, **NOBODY | ids_of(person, die))
        yield from [record(made, at)] * (2 if die.random() < 0.05 else 1)
        if die.random() < 0.06:
            yield record(linked(person, event, die), at)


def tangled(model: ScoringModel, seed: int = 1, chunk: int = 7) -> MadeApp:
    """Some weeks of a shop, in chunks; what leads tell each other is heard late, now and then."""
    app, die, told = MadeApp(model), random.Random(seed), list(tangle(seed, UNTIL))
    for at in range(0, len(told), chunk):
        some = told[at : at + chunk]
        app.now = some[-1][0]
        app.give([*some, (app.now, some[0][1], b"poison")] if die.random() < 0.1 else some)
        if die.random() < 0.3:
            app.hear(die.randrange(1, 6))
        if die.random() < 0.1:
            app.clock(app.now)
    app.hear()
    app.clock(UNTIL)
    return app
