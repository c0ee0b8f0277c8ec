"""All that is held of a person, for who asks for it: state, records that are still there, and what the read model shows."""

import time

import msgspec
from redis.exceptions import RedisError

from intentflow.domain.change import rfc3339
from intentflow.model.load import load
from intentflow.operate.holdings import Holding, Kept, Tally, holdings, topics_there
from intentflow.operate.inspecting import Document, Names, inspected
from intentflow.operate.person import Person
from intentflow.operate.shown import shown
from intentflow.operate.state import Tell, names_of, nobody, partitions
from intentflow.settings import Settings
from intentflow.wire.messages import decode_message
from intentflow.wire.rejections import Rejection
from intentflow.wire.topic_names import TopicNames


async def subject(settings: Settings, person: Person, tell: Tell = nobody) -> Document:
    """Everything, as JSON. Raises ServerMissingError if Kafka does not answer."""
    names, there = names_of(settings), await topics_there(settings)
    tally, records = Tally(there), list[Document]()
    async for one in holdings(settings, person, there, tell):
        tally.add(one)
        records.append(_record(names, one))
    return {
        "ids": [key.decode(errors="replace") for key in person.keys],
        "known_as": person.target.decode(errors="replace"),
        "somebody_elses_now": [key.decode(errors="replace") for key in person.apart],
        "at": rfc3339(int(time.time() * 1000)),
        "state": await _state(settings, person),
        "topics": [_topic(one) for one in tally.kept()],
        "records": records,
        "read_model": await _read_model(settings, person),
    }


async def _state(settings: Settings, person: Person) -> list[Document]:
    """The rows of all their ids, taken apart."""
    names = Names(load(settings.model))
    return [
        inspected(key, log.rows[key], log, number, names)
        async for number, log in partitions(settings, person.keys)
        for key in person.keys
        if key in log.rows
    ]


def _topic(one: Kept) -> Document:
    told: Document = msgspec.to_builtins(one)
    return told | {"newest": rfc3339(one.newest), "until": None if one.until is None else rfc3339(one.until)}


def _record(names: TopicNames, one: Holding) -> Document:
    place = {"topic": one.topic, "partition": one.partition, "offset": one.offset, "time": rfc3339(one.time)}
    key = None if one.key is None else one.key.decode(errors="replace")
    headers = {name: text.decode(errors="replace") for name, text in one.headers}
    return {**place, "key": key, **_value(names, one), "headers": headers}


def _value(names: TopicNames, one: Holding) -> Document:
    """As JSON, as text, or in hexadecimal digits: the first of it that it is."""
    value = one.value
    if value is None:
        return {"value": None}
    if one.topic == names.identities and not isinstance(message := decode_message(value), Rejection):
        return {"value": msgspec.to_builtins(message)}
    try:
        return {"value": msgspec.json.decode(value)}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return {"value": value.decode()}
    except UnicodeDecodeError:
        return {"value_hex": value.hex()}


async def _read_model(settings: Settings, person: Person) -> Document:
    try:
        held = await shown(settings, person)
    except (RedisError, OSError) as error:
        return {"answers": False, "why": str(error)}
    return {"answers": held is not None, "held": held or {}}
