"""What must hold of leads that turned out to be one person, when all is drained."""

from msgspec import structs

from intentflow.domain.bonds import rank
from intentflow.domain.message import Forwarded, Message
from intentflow.wire.messages import decode_message, encode_message
from intentflow.wire.records import Ledger
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import decode_row
from tests.simulation.traffic import IDENTITIES
from tests.simulation.witness import BrokenError
from tests.simulation.world import World

Told = list[tuple[bytes, bytes]]  # to whom, and what


def unbooked(payload: bytes) -> bytes:
    """A message, whether or not what it carries was in a ledger when it was sent."""
    message = read(payload)
    if isinstance(message, Forwarded):
        return encode_message(structs.replace(message, event=structs.replace(message.event, booked=False)))
    return payload


def read(payload: bytes) -> Message:
    """The message that it is."""
    message = decode_message(payload)
    assert not isinstance(message, Rejection)
    return message


def told(world: World, expected: Told) -> None:
    """Every message at least once, and no other; those of one sender to one receiver in order, but for repeats."""
    found = dict.fromkeys((to, unbooked(payload)) for to, payload in world.witness.messages)
    if found.keys() != set(expected):
        raise BrokenError(f"messages are {list(found)}, should be {expected}")
    last: dict[tuple[bytes, bytes], int] = {}
    for to, payload in found:
        message = read(payload)
        if message.number <= last.get((message.sender, to), 0) and message.sender not in world.witness.gone:
            raise BrokenError(f"message {message.number} of {message.sender!r} to {to!r} came late")
        last[message.sender, to] = message.number
    world.seen["messages"] += len(found)


def heard_once(world: World) -> None:
    """What came twice was passed over, unless the receiver was forgotten meanwhile."""
    records, ledger = world.sources[IDENTITIES].records, world.witness.ledgers.get(IDENTITIES, Ledger())
    if world.witness.gone & {record.key for record in records if record.key}:
        return
    messages: dict[tuple[bytes, int], Message] = {}
    for record in records:
        message = read(record.value or b"")
        messages[message.sender, message.number] = message
    events = [one.event for one in messages.values() if isinstance(one, Forwarded)]
    passed = len(records) - len(events) + sum(event.booked for event in events)
    if ledger.passed != passed and not any(event.booked for event in events):
        raise BrokenError(f"of {len(records)} messages {ledger.passed} were passed over, should be {passed}")


def sent_on_once(world: World) -> None:
    """As many events were sent on to be counted as the ledgers say, whoever crashed."""
    if world.witness.gone:
        return  # whoever begins anew may use a number again
    sent = [read(payload) for payload in dict.fromkeys(payload for _, payload in world.witness.messages)]
    events = sum(isinstance(one, Forwarded) and not one.event.booked for one in sent)
    said = sum(ledger.forwarded for ledger in world.witness.ledgers.values())
    if events != said:
        raise BrokenError(f"{events} events were sent on to be counted; the ledgers say {said}")


def aliases_hold_nothing(world: World) -> None:
    """Whoever is an alias is one of a smaller id, and has no score of its own."""
    for key, row in world.witness.view.rows.items():
        lead = decode_row(row)
        if lead.bonds is None or not lead.bonds.alias:
            continue
        if rank(lead.bonds.alias) >= rank(key) or lead.clock or lead.seen_hashes or lead.counts or lead.stage:
            raise BrokenError(f"{key!r} is an alias of {lead.bonds.alias!r} and has something of its own: {lead}")
