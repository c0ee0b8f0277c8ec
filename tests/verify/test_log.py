"""A changelog read for verification keeps the history of the leads that are followed."""

from intentflow.domain.lead import Lead
from intentflow.lane.marks import Fence, encode_fence, encode_ledger, ledger_key
from intentflow.verify.log import LeadLog, Written
from intentflow.wire.records import Ledger
from intentflow.wire.rows import encode_row
from tests.verify.made import Line

KEY = b"l:a"


def row(epoch: int, applied: int, sequence: int) -> bytes:
    return encode_row(epoch, Lead([applied], [], sequence=sequence))


def read(*records: tuple[int, bytes, bytes | None]) -> LeadLog:
    log = LeadLog(lambda key: key == KEY)
    log.feed([Line(*record) for record in records])
    return log


def test_the_valid_rows_of_a_followed_lead_are_its_history_with_their_offsets():
    log = read((0, KEY, row(1, 4, 0)), (1, b"l:b", row(1, 5, 0)), (2, KEY, row(1, 9, 1)))
    assert log.history == {KEY: [Written(0, (4,), 0), Written(2, (9,), 1)]}
    assert log.last_at == {KEY: 2, b"l:b": 1}
    assert log.whole


def test_a_void_row_is_not_part_of_the_history():
    log = read((0, KEY, row(1, 4, 0)), (1, *encode_fence(Fence(2, bytes(16)))), (2, KEY, row(1, 9, 1)))
    assert log.history == {KEY: [Written(0, (4,), 0)]}
    assert log.shadowed == {KEY}


def test_a_log_with_offsets_that_are_gone_is_not_whole():
    assert not read((0, KEY, row(1, 4, 0)), (5, KEY, row(1, 9, 1))).whole


def test_where_a_source_was_first_counted_so_far_is_kept_and_not_where_it_was_said_again():
    books = [encode_ledger(1, Ledger(position=position)) for position in (3, 7, 7)]
    log = read(*((offset, ledger_key(0), value) for offset, value in enumerate(books)))
    assert log.counted_at == {0: (7, 1)}
