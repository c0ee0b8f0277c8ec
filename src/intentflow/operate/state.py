"""The state of leads as the changelog holds it, read outside of any group and by the rules of every reader.

A partition at a time, so that memory holds one partition's leads and not all.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence

from intentflow.errors import ConfigError, RejectedError
from intentflow.lane.changelog import Changelog
from intentflow.lane.reader import ChangelogReader
from intentflow.settings import Settings
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rows import decode_row, is_stub
from intentflow.wire.topic_names import TopicNames

Tell = Callable[[int, int], None]  # records read so far, and to be read


def nobody(_done: int, _total: int) -> None:
    """Tells nobody."""


def names_of(settings: Settings) -> TopicNames:
    """The names of the app's topics."""
    return TopicNames(settings.prefix, settings.app_id)


def keys_of(asked: str) -> list[bytes]:
    """What the key of a lead may be that somebody asks for: by its key, or by its id, e-mail address or visitor id."""
    if asked[:2] in ("l:", "v:"):
        return [asked.encode()]
    return [b"l:" + (asked.lower() if "@" in asked else asked).encode(), b"v:" + asked.encode()]


async def partitions(
    settings: Settings, keys: Iterable[bytes] | None = None, tell: Tell = nobody
) -> AsyncGenerator[tuple[int, Changelog], None]:
    """Each partition of the changelog with its state, up to where it ends now; those of some keys alone, if they are given.

    Raises ConfigError if there is no such topic.
    """
    topic = names_of(settings).changelog
    async with ChangelogReader(settings.kafka, topic) as reader:
        numbers: Sequence[int] = await reader.partitions()
        if not numbers:
            raise ConfigError(
                f"{settings.bootstrap}: no topic {topic}: has the worker run? Is INTENTFLOW_APP_ID its app id?"
            )
        if keys is not None:
            numbers = sorted({partition_of(key, len(numbers)) for key in keys})
        ends = await reader.ends(numbers)
        done, total = 0, sum(ends.values())
        for number in numbers:
            log = Changelog()
            await reader.begin([number])
            async for read in reader.read({number: log}, {number: ends[number]}):
                tell(done + read.done, total)
            done += ends[number]
            yield number, log


async def rows_of(settings: Settings, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    """The rows of these leads, stubs too; those that are not there are left out. Raises ConfigError as above."""
    wanted = set(keys)
    return {key: log.rows[key] async for _, log in partitions(settings, keys) for key in wanted & log.rows.keys()}


def alias_of(row: bytes) -> bytes:
    """The key of the lead that this one is an alias of; empty if it is itself."""
    bonds = decode_row(row).bonds
    return b"" if bonds is None else bonds.alias


def found(asked: str, rows: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    """Key and row of the lead that was asked for. Raises `RejectedError` if there is none, or nothing but a stub."""
    for key in keys_of(asked):
        if key in rows and not is_stub(rows[key]):
            return key, rows[key]
    raise no_such_lead(asked)


def no_such_lead(asked: str) -> RejectedError:
    """No state is held of who was asked for; that says nothing of the topics."""
    return RejectedError(
        f"{asked}: no such lead; leads are known by their id, e-mail or visitor id, as events name them. Who was erased, or only ever "
        "refused, has no state; `intentflow subject` looks through the topics too"
    )
