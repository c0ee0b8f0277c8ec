import pytest

from intentflow.domain.lead import Lead
from intentflow.errors import IntentflowError
from intentflow.lane.changelog import Changelog, ledger_sums
from intentflow.lane.marks import Fence, Topic, encode_fence, encode_ledger, encode_sources, ledger_key
from intentflow.wire.records import Ledger
from intentflow.wire.rows import encode_stub, with_epoch
from tests.lane.scenes import Record, row, tombstone

A, B = b"l:a", b"v:b"
STUB = encode_stub(1, Lead([4], []))


def fence(epoch: int, token: bytes = b"t" * 16) -> tuple[bytes, bytes]:
    return encode_fence(Fence(epoch, token))


def fed(*items: tuple[bytes, bytes | None]) -> Changelog:
    log = Changelog()
    log.feed([Record(offset, key, value) for offset, (key, value) in enumerate(items)])
    return log


def test_the_last_valid_record_wins():
    log = fed((A, row(0, 1)), fence(1), (A, row(1, 2)), (A, row(0, 3)))
    assert log.rows == {A: row(1, 2)}
    assert log.voided == 1


def test_a_key_whose_latest_record_is_void_is_to_be_written_again():
    log = fed(fence(1), (A, row(1, 1)), (B, row(1, 1)), (A, row(0, 9)), (B, row(0, 9)), (B, row(1, 2)))
    assert log.shadowed == {A}
    assert log.again(log.shadowed, 2) == [(A, with_epoch(2, row(1, 1)))]


def test_a_record_of_the_same_epoch_as_the_last_fence_is_valid():
    assert fed(fence(1), (A, row(1))).rows == {A: row(1)}


def test_a_fence_behind_an_equal_epoch_is_outranked():
    assert not fed(fence(1)).outranked
    assert fed(fence(1), fence(1, b"u" * 16)).outranked
    assert fed((A, row(3)), fence(2)).outranked
    assert fed(fence(1), fence(2)).epoch == 2


def test_ledgers_and_sources_are_no_leads_and_can_be_void_too():
    ledger, key = Ledger(5, 3, 1, 1), ledger_key(0)
    log = fed(
        (b"\0sources", encode_sources(1, [Topic("events", "x")])),
        (key, encode_ledger(1, ledger)),
        (key, encode_ledger(0, Ledger(9, 9))),
    )
    assert (log.rows, log.ledgers(), log.sources(), log.shadowed) == ({}, {0: ledger}, [Topic("events", "x")], {key})


def with_tombstone(epoch: int, *items: tuple[bytes, bytes | None]) -> Changelog:
    log = fed(*items)
    log.feed([tombstone(len(items), A, epoch)])
    return log


def test_a_tombstone_takes_a_stub_away():
    log = with_tombstone(1, fence(1), (A, STUB))
    assert (log.rows, log.shadowed, log.voided) == ({}, set(), 0)


def test_over_a_lead_that_lives_a_tombstone_is_void_whoever_wrote_it():
    log = with_tombstone(1, fence(1), (A, STUB), (A, row(1)))
    assert (log.rows, log.shadowed, log.voided) == ({A: row(1)}, {A}, 1)


def test_a_tombstone_of_an_owner_that_was_fenced_off_is_void():
    log = with_tombstone(1, fence(1), (A, STUB), fence(2))
    assert (log.rows, log.shadowed) == ({A: STUB}, {A})
    assert log.again(log.shadowed, 3) == [(A, with_epoch(3, STUB))]


def test_a_tombstone_that_bears_no_epoch_is_of_nobody_of_ours():
    log = fed(fence(1), (A, STUB), (A, None))
    assert (log.rows, log.shadowed) == ({A: STUB}, {A})


def test_a_tombstone_over_nothing_says_nothing_new():
    """Compaction has taken the stub before it."""
    for epoch in (1, 2):
        log = with_tombstone(epoch, fence(2))
        assert (log.rows, log.shadowed, log.voided) == ({}, set(), 0)


def test_a_void_record_of_who_is_not_there_is_covered_by_a_tombstone():
    log = fed(fence(1), (A, row(0)), (ledger_key(0), encode_ledger(0, Ledger(1))))
    assert log.again(log.shadowed, 2) == [(A, None)]
    log = with_tombstone(1, fence(1), (A, row(0)))
    assert log.shadowed == set()


@pytest.mark.parametrize("item", [(b"", b"12345"), (A, b"123"), (b"\0sources", None)])
def test_what_nobody_of_ours_can_have_written_is_an_error(item):
    with pytest.raises(IntentflowError, match="something else write"):
        fed(item)


def test_ledgers_of_all_partitions_add_up_by_topic():
    def log(ledger: Ledger) -> Changelog:
        return fed((b"\0sources", encode_sources(0, [Topic("events")])), (ledger_key(0), encode_ledger(0, ledger)))

    assert ledger_sums([log(Ledger(5, 3, 1, 1)), log(Ledger(2, 2))]) == {"events": Ledger(7, 5, 1, 1)}
