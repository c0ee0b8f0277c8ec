"""After the turns: what is durable, and whether it is right. Whoever holds 200 000 leads is timed until it goes again."""

from collections.abc import Callable
from itertools import count

from bench import ours
from bench.peers.courses import fill, watched
from bench.peers.inputs import PARTITIONS, Input, asks, marks
from bench.peers.reference import Told, wrong_scores
from bench.peers.result import Result, guarded
from intentflow.adapters.offsets import Offsets
from intentflow.domain.fold import Fold
from intentflow.domain.rules import AXES
from intentflow.model.load import load as load_model
from intentflow.replay.ledger import read_logs
from intentflow.wire.rows import decode_row

RESTARTED = "another"  # the load after which time is taken until an arm goes again: the one with 200 000 leads
Say = Callable[..., None]


async def checked(bootstrap: str, results: list[Result], say: Say) -> None:
    """Ours are compared by their changelogs. The others are started again and asked for every score."""
    for result in results:
        if result.arm.kind == "ours":
            await guarded(result, say, _scores_of_ours(result, say))
    sources = {r.last.source: r.last.given for r in results if r.last is not None}
    if any(r.load == RESTARTED for r in results):
        await _restarted(bootstrap, results, sources, say)
    for topic, given in sources.items():
        if any(r.arm.kind == "peer" and r.last is not None and r.last.source == topic for r in results):
            await fill(bootstrap, topic, asks(given))
    for result in results:
        if not result.problem and result.arm.kind == "peer":
            await guarded(result, say, _asked(bootstrap, result, say))


async def _restarted(bootstrap: str, results: list[Result], sources: dict[str, Input], say: Say) -> None:
    again, expected = _marks(sources)
    for topic in sources:
        await fill(bootstrap, topic, again)
    for result in results:
        if not result.problem:
            await guarded(result, say, _again(bootstrap, result, expected, say))


def _marks(sources: dict[str, Input]) -> tuple[list[tuple[int, bytes, bytes]], set[str]]:
    """Marks for after a restart, and the numbers of their second events."""
    until = max(given.until for given in sources.values())
    made = list(marks("again", until, count(900_000_000_000)))
    return made, {f"{900_000_000_000 + n:012d}" for n in range(PARTITIONS, 2 * PARTITIONS)}


async def _again(bootstrap: str, result: Result, expected: set[str], say: Say) -> None:
    """Seconds from the start of a process that finds its state to its first changes, of all partitions."""
    assert result.last is not None
    course, waited = result.last, set(expected)

    def through(new: list[Told]) -> bool:
        waited.difference_update(told.event_id[:12] for told in new)
        return not waited

    result.restart_seconds = (await watched(bootstrap, course, through)).seconds
    say(f"  {course.arm.name}: going again after {result.restart_seconds:.1f} s, with {result.leads:,} leads")


async def _asked(bootstrap: str, result: Result, say: Say) -> None:
    """The scores that it has after a restart. Raises RuntimeError if one is wrong."""
    assert result.last is not None
    course, wanted = result.last, result.last.given.reference.scores(result.last.given.until)
    found = dict[bytes, float]()

    def through(new: list[Told]) -> bool:
        found.update((told.key, told.score) for told in new if told.event_id.startswith("ask-"))
        return len(found) >= len(wanted)

    await watched(bootstrap, course, through)
    if wrong := wrong_scores(found, wanted):
        raise RuntimeError(wrong)
    say(f"  {course.arm.name}: {len(found):,} final scores are right")


async def _scores_of_ours(result: Result, say: Say) -> None:
    """Raises RuntimeError if an answer is wrong: of `retail` by the slow reference and a fold in one process."""
    assert result.last is not None
    course, given = result.last, result.last.given
    assert course.settings is not None
    model = load_model(course.settings.model)
    async with Offsets(course.settings.kafka) as offsets:
        if course.arm.name == "intentflow-retail":
            wrong = await ours.wrong(offsets, course.names, model, given.records)
        else:
            logs, scores = await read_logs(offsets.kafka, course.names), Fold(model).scores
            rows = {key: row for log in logs.values() for key, row in log.rows.items()}
            axis = AXES.index("engagement")
            found = {key: scores.at(decode_row(row), given.until)[axis] for key, row in rows.items()}
            wrong = wrong_scores(found, given.reference.scores(given.until))
    if wrong:
        raise RuntimeError(wrong)
    say(f"  {course.arm.name}: {result.leads:,} final scores are right")
