"""Rule 15: a stub first, a tombstone when nothing of the lead can be read again, and never over what is newer."""

from collections.abc import Iterator

import pytest

from intentflow.domain.lead import Lead
from intentflow.lane.changelog import Changelog
from intentflow.lane.chunk import Chunk
from intentflow.lane.due import Due
from intentflow.lane.effects import Effect, Publish, Seek, WriteLog
from intentflow.lane.folding import fold_chunk, fold_control
from intentflow.lane.marks import LEDGER, Fence, Topic, encode_fence
from intentflow.lane.places import Place
from intentflow.lane.protocol import Partition
from intentflow.wire.control import encode_erasure
from intentflow.wire.rows import decode_row, encode_row, encode_stub, is_stub
from tests.lane.scenes import EVENTS, Log, Record, process, tombstone
from tests.simulation.traffic import T0, rfc3339, scorer

EVE = b"l:eve"
CONTROL = "control"
TOPICS = (EVENTS, Topic(CONTROL, "c"), Topic("visits", "v"))


def visits(*numbers: int, start: int = 0) -> Chunk:
    said = b'{"family":"website_visit","event_id":"%d","occurred_at":"%b","lead_id":"eve"}'
    records = [
        Record(start + n, EVE, said % (number, rfc3339(T0 + number).encode()), T0) for n, number in enumerate(numbers)
    ]
    return Chunk("events", 0, start, start + len(records), records, 1)


def erasures(*keys: bytes, start: int = 0) -> Chunk:
    records = [Record(start + n, *encode_erasure(key, T0)) for n, key in enumerate(keys)]
    return Chunk(CONTROL, 0, start, start + len(records), records, 1)


def began(log: Log, name: bytes = b"me", events: int = 0, control: int = 0) -> Partition:
    """A partition that was taken and opened, with these positions committed."""
    part = process(name, TOPICS)
    effects = part.take()
    while not isinstance(effects[0], Seek):
        effects = log.perform(part, effects[0])
    places = {"events": Place(events, 0, 99), CONTROL: Place(control, 0, 99), "visits": Place(0, 0, 0)}
    assert log.all(part, part.sought(places)) == []
    part.open(1)
    return part


def folded(part: Partition, chunk: Chunk) -> Iterator[list[Effect]]:
    assert part.accept(chunk) is True
    if chunk.topic == CONTROL:
        yield from (effects for effects, _ in fold_control(part, Due(part.rows), scorer(), chunk, 2))
    else:
        yield from (effects for effects, _ in fold_chunk(part, Due(part.rows), scorer(), chunk, 2))


def settle(log: Log, part: Partition, chunk: Chunk) -> None:
    for effects in folded(part, chunk):
        assert log.all(part, effects) == []


def with_stub(log: Log) -> Partition:
    """Eve came and was erased; all that is durable and published, and nothing of it is committed."""
    part = began(log)
    settle(log, part, visits(0, 1, 2))
    settle(log, part, erasures(EVE))
    assert is_stub(part.rows[EVE])
    log.done.clear()
    return part


def read(log: Log) -> Changelog:
    found = Changelog()
    found.feed(log.records)
    return found


def test_the_stub_is_in_the_log_before_the_position_that_says_so():
    log = Log()
    part = began(log)
    settle(log, part, visits(0, 1, 2))
    [[first], [second]] = folded(part, erasures(EVE))
    assert isinstance(first, WriteLog)
    assert isinstance(second, WriteLog)
    assert [key for key, _ in first.items] == [EVE]
    assert [key for key, _ in second.items] == [LEDGER + b"1"]


def test_an_erasure_read_again_spares_who_began_after_it():
    """Nobody was there to be erased, so no row says that it was applied; the position in the log does."""
    log = Log()
    part = began(log)
    settle(log, part, erasures(EVE))
    settle(log, part, visits(0, 1, 2))
    again = began(log, b"it")
    settle(log, again, erasures(EVE))
    assert not is_stub(again.rows[EVE])


def test_an_erasure_whose_position_did_not_land_is_done_again():
    log = Log()
    part = began(log)
    settle(log, part, visits(0, 1, 2))
    list(folded(part, erasures(EVE)))  # and nothing of it landed
    again = began(log, b"it", events=3)
    settle(log, again, erasures(EVE))
    assert is_stub(again.rows[EVE])


def test_events_that_are_read_again_do_not_begin_an_erased_lead_anew():
    log = Log()
    with_stub(log)
    again = began(log, b"it")
    settle(log, again, visits(0, 1, 2))
    assert is_stub(again.rows[EVE])
    assert list(again.stubs) == [EVE]


@pytest.mark.parametrize("marks", [{}, {"events": 3}, {CONTROL: 1}, {"events": 2, CONTROL: 1}])
def test_no_tombstone_before_all_that_was_applied_is_committed(marks):
    part = with_stub(Log())
    assert part.committed(marks) == []
    assert EVE in part.rows


def test_when_it_is_a_tombstone_follows_with_our_epoch_in_a_write_of_its_own():
    log = Log()
    part = with_stub(log)
    [write] = part.committed({"events": 3, CONTROL: 1, "visits": 0})
    assert isinstance(write, WriteLog)
    assert (list(write.items), write.epoch) == ([(EVE, None)], part.epoch)
    assert log.all(part, [write]) == []
    assert (EVE in part.rows, read(log).rows, part.stubs) == (False, {}, {})
    assert part.committed({"events": 3, CONTROL: 1}) == []


def test_no_tombstone_while_the_change_of_the_erasure_is_on_its_way():
    log = Log()
    part = began(log)
    settle(log, part, visits(0, 1, 2))
    held: list[Effect] = []
    for effects in folded(part, erasures(EVE)):
        for effect in effects:
            held += [each for each in log.perform(part, effect) if isinstance(each, Publish)]
    assert held
    assert part.committed({"events": 3, CONTROL: 1}) == []
    log.all(part, held)
    assert len(part.committed({"events": 3, CONTROL: 1})) == 1


def test_who_begins_anew_before_the_tombstone_gets_none():
    log = Log()
    part = with_stub(log)
    settle(log, part, visits(7, start=3))
    assert part.committed({"events": 4, CONTROL: 1}) == []
    assert decode_row(part.rows[EVE]).sequence  # the numbers go on


def test_who_begins_anew_while_the_tombstone_is_on_its_way_is_written_after_it():
    log = Log()
    part = with_stub(log)
    effects = part.committed({"events": 3, CONTROL: 1})
    [later] = folded(part, visits(7, start=3))
    assert log.all(part, effects + later) == []
    assert read(log).rows == part.rows
    assert decode_row(part.rows[EVE]).applied == [3, -1, -1, -1]


def test_a_tombstone_that_lands_late_takes_nothing_away_and_what_it_hid_is_written_again():
    """Its writer was fenced off, and the lead was erased once more: the tombstone is of a stub that is no more."""
    log = Log()
    slow = with_stub(log)
    [late] = slow.committed({"events": 3, CONTROL: 1})
    quick = began(log, b"it", events=3, control=1)
    settle(log, quick, visits(7, 8, 9, start=3))
    settle(log, quick, erasures(EVE, start=1))
    stub = quick.rows[EVE]
    log.perform(slow, late)
    assert read(log).rows[EVE] == stub
    settle(log, quick, visits(start=6))
    assert (quick.late, log.records[-1].key, log.records[-1].value) == (1, EVE, stub)
    assert read(log).shadowed == set()


def test_a_late_row_of_somebody_who_is_gone_is_covered_by_another_tombstone():
    """The cleaner keeps the last record of a key, valid or not."""
    log = Log()
    part = with_stub(log)
    log.all(part, part.committed({"events": 3, CONTROL: 1}))
    part.close()
    owner = began(log, b"it", events=3, control=1)
    log.append((EVE, encode_row(1, Lead([2, -1, -1], []))))
    settle(log, owner, visits(start=3))
    assert log.records[-1] == tombstone(log.records[-1].offset, EVE, owner.epoch)
    assert read(log).rows == {}


def test_whoever_takes_the_partition_covers_what_is_left_of_the_gone():
    log = Log()
    log.append(encode_fence(Fence(4, bytes(16))), (EVE, encode_row(3, Lead([0, -1, -1], []))))
    began(log)
    assert [(record.key, record.value) for record in log.records if record.key == EVE][-1] == (EVE, None)


def test_void_records_that_are_found_while_mending_are_covered_before_it_is_over():
    """Found by the simulation: mending ended with the write behind which they lay, and nobody wrote them again."""
    log = Log()
    log.append(encode_fence(Fence(1, bytes(16))), (EVE, encode_stub(1, Lead([0, -1, -1], []))))
    part = process(b"me", TOPICS)
    effects = part.take()
    while not isinstance(effects[0], Seek):
        effects = log.perform(part, effects[0])
    effects = part.sought({topic.name: Place(0, 0, 0) for topic in TOPICS})
    log.append((EVE, encode_row(1, Lead([0, -1, -1], []))))
    assert log.all(part, effects) == []
    assert is_stub(log.records[-1].value or b"")
    assert read(log).shadowed == set()


def test_tombstones_are_part_of_what_a_partition_is_kept_with():
    log = Log()
    part = with_stub(log)
    part.close()
    assert part.may_keep()
    [seek] = log.perform(part, part.keep()[0])
    assert isinstance(seek, Seek)
    assert list(part.stubs) == [EVE]
    assert part.committed({"events": 3, CONTROL: 1}) == []  # it is not open
