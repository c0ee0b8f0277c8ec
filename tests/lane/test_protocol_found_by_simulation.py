"""Schedules that the simulation (`tests/simulation`) found and that were wrong once, each by hand and as short as it goes."""

import pytest

from intentflow.domain.event import WebsiteVisit
from intentflow.domain.rules import Condition, Counted, ScoringModel, Stage
from intentflow.lane.changelog import Changelog
from intentflow.lane.chunk import Chunk
from intentflow.lane.due import Due
from intentflow.lane.effects import Publish, Seek, Stop, WriteLog
from intentflow.lane.folding import fold_chunk
from intentflow.lane.marks import SOURCES, Fence, encode_fence, encode_ledger, encode_sources, ledger_key
from intentflow.lane.places import Place
from intentflow.lane.protocol import Partition
from intentflow.lane.settling import Count
from intentflow.wire.chunk import Scorer
from intentflow.wire.events import encode
from intentflow.wire.records import Folded, Ledger, SourceRecord, Touched
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import encode_row
from tests.lane.scenes import EVENTS, Log, Record, chunk, opened, process, row
from tests.oracle.made import T0, moment

A = b"l:a"


def fold(part: Partition, start: int, end: int):
    """Fold a chunk that touches no lead."""
    assert part.accept(chunk(start, end)) is True
    return part.folded(chunk(start, end), [], [], [], Count(end - start))


def read(log: Log) -> Changelog:
    """The log as whoever comes next finds it."""
    found = Changelog()
    found.feed(log.records)
    return found


def test_a_ledger_that_a_late_writer_shadowed_is_written_again_as_it_is_now():
    """It was written as it had been when the log was read, and the counts since then were gone."""
    log = Log()
    owner = opened(log)
    log.all(owner, fold(owner, 0, 5))
    log.append((ledger_key(0), encode_ledger(0, Ledger(position=3, counted=3))))
    log.all(owner, fold(owner, 5, 9))
    log.append((ledger_key(0), encode_ledger(0, Ledger(position=4, counted=4))))
    log.all(owner, owner.log_ends(len(log.records)))
    assert read(log).ledgers() == {0: Ledger(position=9, counted=9)}
    assert read(log).shadowed == set()


def test_the_record_of_sources_that_a_late_writer_shadowed_is_written_again():
    log = Log()
    owner = opened(log)
    log.append((SOURCES, encode_sources(0, [EVENTS])))
    log.all(owner, owner.log_ends(len(log.records)))
    assert read(log).shadowed == set()


@pytest.mark.parametrize(("overtaken", "exit_code"), [(True, 70), (False, 2)])
def test_more_committed_than_counted_is_a_lost_changelog_only_if_the_log_is_still_ours(overtaken, exit_code):
    """One that was slow between its fence and its seek read what its successor had committed, and stopped its whole supervisor."""
    log, slow = Log(), process()
    effects = slow.take()
    while not isinstance(effects[0], Seek):
        effects = log.perform(slow, effects[0])
    if overtaken:
        quick = opened(log, b"it")
        log.all(quick, fold(quick, 0, 5))
    [stop] = log.all(slow, slow.sought({"events": Place(committed=5, first=0, end=9)}))
    assert isinstance(stop, Stop)
    assert stop.exit_code == exit_code


def test_the_fences_of_two_who_raced_for_an_epoch_are_both_there_after_compaction():
    """Their keys were the same, so compaction took the first; what a late writer wrote between the two then looked valid."""
    fences = [encode_fence(Fence(2, token * 16)) for token in (b"a", b"b")]
    items = [(A, row(1)), fences[0], (b"l:new", row(1)), fences[1], encode_fence(Fence(3, b"b" * 16))]
    records = [Record(offset, key, value) for offset, (key, value) in enumerate(items)]
    last = {record.key: record.offset for record in records}
    log = Changelog()
    log.feed([record for record in records if last[record.key] == record.offset])
    assert set(log.rows) == {A}


MODEL = ScoringModel(
    name="visits", version=1, hash="visits", remembered=2,
    signals=(Counted(name="visit", axis="engagement", points=1.0, when=(Condition(family="website_visit"),)),),
    stages=(Stage(name="suspect"),),
)  # fmt: skip


def visit(offset: int, name: str, at: int) -> Record:
    event = WebsiteVisit(event_id=name, occurred_at=moment(at), lead_id="a", action="view")
    return Record(offset, A, encode(event), T0 + at)


def test_an_id_that_came_again_with_another_time_does_not_count_when_it_is_read_again_and_forgotten():
    """It was a duplicate, which no row told; after newer events of another topic its id was forgotten, and its time was not too late."""
    scorer, rows = Scorer(MODEL, 2), dict[bytes, bytes]()
    booked = {0: Ledger(2, counted=1, duplicate=1)}
    for source, records in (
        (0, [visit(0, "x", 0), visit(1, "x", 90)]),
        (1, [visit(n, f"y{n}", 10 + n) for n in range(4)]),
    ):
        rows |= {key: encode_row(1, lead) for key, lead, _ in scorer.fold_events(rows, records, source, 0, 1).leads}
    again = scorer.fold_events(rows, [visit(0, "x", 0), visit(1, "x", 90)], 0, 0, 1, booked)
    assert (again.skipped, again.leads) == (2, [])


def test_a_duplicate_of_the_same_time_is_told_by_no_row():
    """It costs no write: when its id is forgotten, it is too late."""
    scorer, rows = Scorer(MODEL, 2), dict[bytes, bytes]()
    rows |= {key: encode_row(1, lead) for key, lead, _ in scorer.fold_events(rows, [visit(0, "x", 0)], 0, 0, 1).leads}
    folded = scorer.fold_events(rows, [visit(1, "x", 0)], 0, 0, 1)
    assert (folded.duplicate, folded.leads) == (1, [])


class TooLateNow:
    """A core to which a record that it once knew as a duplicate looks too late: what was remembered of it is gone."""

    model_hash = "0123abcd"
    mismatches = 0

    def fold_each(self, rows, records, source, partition, partitions, ledgers, out, messages=False, short=None):
        found: list[tuple[SourceRecord, Rejection]] = [(record, Rejection("too_late", "")) for record in records]
        touched: list[Touched] = []
        out.rejected, out.refused = found, sum(record.offset >= ledgers[source].position for record in records)
        return iter(touched)

    def fold_clock(self, rows, keys, time, source, offset):
        return Folded([], [], [])

    def fold_model(self, *_):
        return Folded([], [], [])

    def fold_erasure(self, rows, key, at, source, offset, read):
        return Folded([], [], [])


def test_what_was_counted_as_a_duplicate_is_not_rejected_when_it_is_read_again():
    log = Log()
    log.append((ledger_key(0), encode_ledger(1, Ledger(position=2, duplicate=1, rejected=1, refused=[1]))))
    part = opened(log, place=Place(0, 0, 9))
    again = Chunk("events", 0, 0, 3, [Record(0), Record(1), Record(2)], 1)
    part.accept(again)
    [([write], _)] = fold_chunk(part, Due(part.rows), TooLateNow(), again, 8)
    assert isinstance(write, WriteLog)
    [publish] = log.perform(part, write)
    assert isinstance(publish, Publish)
    assert [record.offset for record, _ in publish.refused] == [1, 2]
