"""The protocol's laws, on a log in memory: no broker, no clock."""

import pytest

from intentflow.domain.lead import Unpublished
from intentflow.lane.effects import Publish, ReadGap, ReadLog, Seek, Stop, WriteFence, WriteLog
from intentflow.lane.marks import (
    LEDGER,
    SOURCES,
    Fence,
    Topic,
    decode_ledger,
    encode_fence,
    encode_ledger,
    encode_sources,
    ledger_key,
)
from intentflow.lane.phases import Phase
from intentflow.lane.places import Place
from intentflow.lane.protocol import Partition
from intentflow.lane.settling import Count
from intentflow.wire.records import Ledger
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import with_epoch
from tests.lane.scenes import EVENTS, Log, Record, chunk, opened, process, row

A, B = b"l:a", b"l:b"
CHANGE = Unpublished(0, 3, b"a change")


def fold(part: Partition, start: int, end: int, *told: Unpublished, key: bytes = A):
    """Fold a chunk that touches one lead."""
    assert part.accept(chunk(start, end)) is True
    part.rows[key] = row(part.epoch, sequence=end)
    if told:
        part.pending[key] = [*part.pending.get(key, []), *told]
    return part.folded(
        chunk(start, end), [(key, part.rows[key])], [(key, list(told))] if told else [], [], Count(end - start)
    )


def test_a_partition_is_taken_by_reading_fencing_and_reading_on_to_that_fence():
    log = Log()
    log.append((A, row(0)))
    part = opened(log)
    assert log.done == ["ReadLog", "WriteFence", "ReadOn", "Seek", "WriteLog"]
    assert part.epoch == 1
    assert part.flights.expected == len(log.records)


def test_sources_are_numbered_in_the_log_once_and_for_ever():
    log, carts = Log(), Topic("carts", "id-of-carts")
    opened(log)
    later = process(topics=(carts, EVENTS))
    log.all(later, later.take())
    assert later.sources == {"events": 0, "carts": 1}


def test_a_source_that_was_deleted_and_made_again_is_refused():
    log = Log()
    opened(log)
    part = process(topics=(Topic("events", "another id"),))
    [stop] = log.all(part, part.take())
    assert isinstance(stop, Stop)
    assert stop.exit_code == 2
    assert "deleted and made again" in stop.reason


def test_nothing_new_is_folded_before_what_another_topic_reads_again():
    log, carts = Log(), Topic("carts", "id-of-carts")
    log.append((ledger_key(0), encode_ledger(1, Ledger(position=3, counted=3))))
    log.append((SOURCES, encode_sources(1, [EVENTS, carts])))
    part = process(topics=(EVENTS, carts))
    effects = part.take()
    while not isinstance(effects[0], Seek):
        effects = log.perform(part, effects[0])
    log.all(part, part.sought({"events": Place(1, 0, 9), "carts": Place(None, 0, 9)}))
    part.open(1)
    assert part.again() == {"events": 3}
    assert part.accept(chunk(1, 3)) is True
    assert part.again() == {}
    assert part.accept(chunk(0, 2, topic="carts")) is True
    part.next["events"] = 1
    stop = part.accept(chunk(2, 3, topic="carts"))
    assert isinstance(stop, Stop)
    assert "new records of carts-0 before events was read again" in stop.reason


def test_an_equal_epoch_before_our_fence_makes_us_fence_again():
    log, part = Log(), process()
    [fence] = log.perform(part, part.take()[0])
    log.append(encode_fence(Fence(1, b"another")))
    [read_on] = log.perform(part, fence)
    assert log.perform(part, read_on) == [WriteFence(Fence(2, part.token))]


def test_a_fence_that_is_not_where_it_was_acknowledged_ends_the_process():
    log, part = Log(), process()
    log.perform(part, part.take()[0])
    part.fence_landed(7)
    [stop] = part.read_on()
    assert isinstance(stop, Stop)


def test_state_is_durable_before_a_change_is_published_and_published_before_it_may_be_committed():
    log = Log()
    part = opened(log)
    log.done.clear()
    [write] = fold(part, 0, 5, CHANGE)
    assert part.done == {"events": 0}
    [publish] = log.perform(part, write)
    assert isinstance(publish, Publish)
    assert part.done == {"events": 0}
    log.perform(part, publish)
    assert part.done == {"events": 5}
    assert log.done == ["WriteLog", "Publish"]


def test_the_ledger_comes_first_in_a_chunks_batch_and_counts_every_record_once():
    log = Log()
    part = opened(log)
    [write] = fold(part, 0, 5)
    assert isinstance(write, WriteLog)
    assert write.items[0][0] == LEDGER + b"0"
    assert decode_ledger(write.items[0][1] or b"") == Ledger(position=5, counted=5)
    assert write.items[1][0] == A


def test_a_record_that_is_in_no_count_ends_the_process():
    part = opened(Log())
    part.accept(chunk(0, 5))
    [stop] = part.folded(chunk(0, 5), [], [], [], Count(counted=4))
    assert isinstance(stop, Stop)
    assert "5 records came in, but only 4 are accounted for" in stop.reason
    assert part.accept(chunk(5, 6)) is False


def test_records_counted_in_an_earlier_life_are_not_counted_again():
    log = Log()
    log.all(first := opened(log), fold(first, 0, 5))
    again = opened(log, b"it", place=Place(0, 0, 9))
    again.accept(chunk(0, 6))
    [write] = again.folded(chunk(0, 6), [], [], [], Count(counted=1))
    assert isinstance(write, WriteLog)
    assert decode_ledger(write.items[0][1] or b"") == Ledger(position=6, counted=6)


def test_a_chunk_of_an_old_generation_is_dropped_and_a_hole_ends_the_process():
    part = opened(Log(), generation=2)
    assert part.accept(chunk(0, 5, generation=1)) is False
    assert part.accept(chunk(0, 5, generation=2)) is True
    assert isinstance(part.accept(chunk(7, 9, generation=2)), Stop)
    assert part.phase is Phase.ENDED


def test_chunks_settle_in_order_whatever_the_order_of_their_acknowledgements():
    log = Log()
    part = opened(log)
    [first], [second] = fold(part, 0, 5, CHANGE), fold(part, 5, 9, CHANGE._replace(offset=6))
    one, two = log.append(*first.items), log.append(*second.items)
    assert part.landed(second.ticket, [(two, 2)]) == []
    publishes = part.landed(first.ticket, [(one, 2)])
    assert [effect.ticket for effect in publishes if isinstance(effect, Publish)] == [first.ticket, second.ticket]
    part.published(second.ticket)
    assert part.done == {"events": 0}
    part.published(first.ticket)
    assert part.done == {"events": 9}


def test_a_lead_carries_all_its_changes_that_are_not_known_to_be_published():
    log = Log()
    part = opened(log)
    newer = CHANGE._replace(offset=6, payload=b"another")
    effects = fold(part, 0, 5, CHANGE) + fold(part, 5, 9, newer)
    assert part.pending == {A: [CHANGE, newer]}
    [publish] = log.perform(part, effects[0])
    log.perform(part, publish)
    assert part.pending == {A: [newer]}
    log.all(part, effects[1:])
    assert part.pending == {}
    assert log.published == [b"a change", b"another"]


def test_a_batch_below_the_end_of_the_log_ends_the_process():
    part = opened(Log())
    [write] = fold(part, 0, 5)
    [stop] = part.landed(write.ticket, [(0, 2)])
    assert isinstance(stop, Stop)
    assert stop.exit_code == 70


def test_a_foreign_fence_in_the_log_ends_the_process_before_it_publishes():
    log = Log()
    zombie = opened(log)
    opened(log, b"it")
    [write] = fold(zombie, 0, 5, CHANGE)
    [gap] = log.perform(zombie, write)
    assert isinstance(gap, ReadGap)
    [stop] = log.perform(zombie, gap)
    assert isinstance(stop, Stop)
    assert "new owner" in stop.reason
    assert log.published == []


def test_a_late_void_record_is_shadowed_again_at_once():
    log = Log()
    old = opened(log)
    log.all(old, fold(old, 0, 5))
    owner = opened(log, b"it", place=Place(5, 0, 9))
    log.append((A, row(old.epoch, sequence=99)))
    log.all(owner, fold(owner, 5, 6, key=B))
    assert owner.late == 1
    last = [record for record in log.records if record.key == A][-1]
    assert last.value == with_epoch(owner.epoch, owner.rows[A])
    assert owner.flights.expected == len(log.records)


def test_an_idle_owner_notices_what_was_written_behind_it():
    log = Log()
    old = opened(log)
    log.all(old, fold(old, 0, 5))
    owner = opened(log, b"it", place=Place(5, 0, 9))
    assert owner.log_ends(len(log.records)) == []
    log.append((A, row(old.epoch)))
    log.all(owner, owner.log_ends(len(log.records)))
    assert log.records[-1].key == A
    assert owner.late == 1
    assert owner.log_ends(len(log.records)) == []


def test_a_log_that_has_become_shorter_ends_the_process():
    log = Log()
    part = opened(log)
    [stop] = part.log_ends(len(log.records) - 1)
    assert isinstance(stop, Stop)


def test_what_may_not_have_got_out_is_published_again_byte_for_byte_and_nothing_else():
    log = Log()
    told = [CHANGE, CHANGE._replace(offset=7, payload=b"later")]
    log.append((A, row(0, outbox=told)), (LEDGER + b"0", encode_ledger(0, Ledger(position=9))))
    opened(log, place=Place(5, 0, 9))
    assert log.published == [b"later"]


def test_a_rebalance_before_that_was_published_does_not_skip_it():
    log = Log()
    log.append((A, row(0, outbox=[CHANGE])))
    part = process()
    effects = part.take()
    while not isinstance(effects[0], WriteLog):
        effects = log.perform(part, effects[0])
    part.close()
    assert not part.may_keep()
    log.all(part, part.take())
    assert log.published == [b"a change"]


def test_memory_is_kept_only_if_nothing_is_under_way():
    log = Log()
    part = opened(log)
    effects = fold(part, 0, 5)
    part.close()
    assert not part.may_keep()
    log.all(part, effects)
    assert part.may_keep()
    assert part.keep() == [WriteFence(Fence(2, part.token))]
    assert part.fence_landed(log.append(encode_fence(Fence(2, part.token)))) == [Seek()]


def test_memory_is_read_again_if_the_new_fence_does_not_land_where_it_must():
    log = Log()
    part = opened(log)
    part.rows[A] = row(1)
    part.close()
    [fence] = part.keep()
    log.append((A, row(0)))
    assert log.perform(part, fence) == [ReadLog()]
    assert part.rows == {}


def test_nothing_is_decided_after_the_end():
    part = opened(Log())
    [write] = fold(part, 0, 5, CHANGE)
    part.landed(write.ticket, [(0, 2)])
    assert part.landed(write.ticket, [(9, 2)]) == []
    assert part.published(write.ticket) == []


def test_offsets_refused_are_remembered_until_their_rejections_are_published():
    log = Log()
    part = opened(log)
    part.accept(chunk(0, 2))
    refused = [(Record(1), Rejection("not_json", "no"))]
    [write] = part.folded(chunk(0, 2), [], [], refused, Count(counted=1, rejected=1))
    assert part.ledgers[0].refused == [1]
    [publish] = log.perform(part, write)
    log.perform(part, publish)
    assert part.ledgers[0].refused == []


def test_what_a_late_writer_shadowed_before_we_came_is_written_again_before_we_open():
    log = Log()
    log.append(encode_fence(Fence(2, b"it")), (A, row(2, sequence=2)), (A, row(1, sequence=1)))
    part = opened(log)
    last = [record for record in log.records if record.key == A][-1]
    assert last.value == with_epoch(part.epoch, row(2, sequence=2))


@pytest.mark.parametrize("steps", range(5))
def test_a_partition_that_was_taken_away_before_it_was_ready_is_not_kept(steps):
    """From the first reading to the last write: what is in memory is not yet what the log says."""
    log, part = Log(), process()
    log.append((A, row(0)), (A, row(0)))
    effects = part.take()
    for _ in range(steps):
        effects = log.perform(part, effects[0])
    assert part.phase is not Phase.READY
    part.close()
    assert not part.may_keep()
