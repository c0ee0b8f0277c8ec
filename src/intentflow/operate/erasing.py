"""Somebody is to be forgotten: every step of it, and the receipt."""

import time

from msgspec import Struct

from intentflow.adapters.topic_specs import topics_of
from intentflow.adapters.topics import Found, admin_of, topics_found
from intentflow.operate.forgetting import Forgetting
from intentflow.operate.forgetting import Tell as TellStep
from intentflow.operate.holdings import Tally, holdings, topics_there
from intentflow.operate.person import Person
from intentflow.operate.purging import Purged, purge
from intentflow.operate.receipts import Receipt, receipt
from intentflow.operate.shown import until_nothing_is_shown
from intentflow.operate.state import names_of
from intentflow.settings import Settings


class Wish(Struct, frozen=True):
    """How it is to be done."""

    patience_seconds: float = 60.0
    purge_rejections: bool = True
    look_for_what_stays: bool = True


async def erase(settings: Settings, person: Person, wish: Wish, tell: TellStep) -> Receipt:
    """Everything of the person that can be taken away now is gone; what cannot is in the receipt, with its deadline.

    `done` is empty in the receipt if time was up before all of it was done: it can be asked for again. Raises ServerMissingError if Kafka
    does not answer.
    """
    names, asked = names_of(settings), int(time.time() * 1000)
    async with Forgetting(settings, person.keys, wish.patience_seconds, tell) as forgetting:
        gone = await forgetting.forget()
        erased = list(forgetting.erased.values())
    tell("read model", 0, 1)
    read_model = await until_nothing_is_shown(
        settings, person, time.monotonic() + wish.patience_seconds if gone else 0.0
    )
    there = await topics_there(settings)
    purged = await _purged(settings, person, there[names.rejections].partitions, tell) if wish.purge_rejections else []
    tally = Tally(there)
    if wish.look_for_what_stays:
        async for one in holdings(
            settings, person, there, lambda done, total: tell("looking for what stays", done, total)
        ):
            tally.add(one)
    done = int(time.time() * 1000) if gone and read_model in ("gone", "none") else None
    kept = [one for one in tally.kept() if one.topic != names.control]
    return receipt(
        names, (asked, done), person.target, erased, read_model, purged, kept, there, await _changelog(settings)
    )


async def _purged(settings: Settings, person: Person, partitions: int, tell: TellStep) -> list[Purged]:
    told = []
    for number in range(partitions):
        tell("rejections", number, partitions)
        one = await purge(
            settings.kafka, names_of(settings).rejections, number, lambda r: person.concerns(r.key, r.value)
        )
        told += [one] if one is not None else []
    return told


async def _changelog(settings: Settings) -> Found:
    spec = topics_of(settings)[-1]
    async with admin_of(settings.kafka) as admin:
        return (await topics_found(admin, [spec]))[spec.name]
