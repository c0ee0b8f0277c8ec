from hypothesis import given
from hypothesis import strategies as st

from intentflow.adapters.topic_specs import LARGEST_ROW_BYTES
from intentflow.domain.event import MAX_RECORD_BYTES
from intentflow.lane.chunk import MOST_BYTES, Chunk, cut, split
from intentflow.wire.cutting import BOUND
from tests.lane.scenes import Record, chunk


def test_the_pieces_of_a_chunk_cover_its_positions_without_a_hole():
    whole = Chunk("a", 0, 3, 20, [Record(offset) for offset in (4, 5, 9, 10, 17)], 1)
    pieces = list(cut(whole, 2))
    assert [(piece.start, piece.end) for piece in pieces] == [(3, 9), (9, 17), (17, 20)]
    assert [record.offset for piece in pieces for record in piece.records] == [4, 5, 9, 10, 17]


def test_a_chunk_without_records_still_moves_the_position():
    assert [(piece.start, piece.end) for piece in cut(Chunk("a", 0, 3, 4, [], 1), 2)] == [(3, 4)]


@given(st.lists(st.integers(0, MOST_BYTES * 5 // 4), max_size=12), st.integers(1, 5))
def test_a_piece_has_no_more_bytes_than_may_be_told_in_one_or_is_one_record(sizes, limit):
    """A fetch is bounded as it is packed; a lead that forwards what comes for it tells all of it."""
    block = b"x" * max(sizes, default=0)
    records = [
        Record(n, value=block[: size // 2], headers=(("h", block[: size // 2]),)) for n, size in enumerate(sizes)
    ]
    pieces = list(cut(Chunk("a", 0, 0, len(records), records, 1), limit))
    assert [record for piece in pieces for record in piece.records] == records
    assert [piece.end for piece in pieces] == [*(piece.start for piece in pieces[1:]), len(records)]
    for piece in pieces:
        size = sum(len(record.value or b"") + len(record.headers[0][1]) for record in piece.records)
        assert len(piece.records) <= limit
        assert size <= MOST_BYTES or len(piece.records) == 1


def test_a_chunk_is_split_before_an_offset_or_after_so_many_records_and_a_whole_one_has_no_rest():
    head, rest = split(chunk(0, 5), 4, before=3)
    assert rest is not None
    assert [(one.start, one.end, len(one.records)) for one in (head, rest)] == [(0, 3, 3), (3, 5, 2)]
    assert split(chunk(0, 5), 2)[0].end == 2
    assert split(chunk(0, 5), 5) == (chunk(0, 5), None)


def test_the_largest_row_fits_into_the_changelog():
    """What waits, what is told anew, what a few records change (16 KiB each is a lot), what they forward, and the lead itself."""
    changes, lead = BOUND.few * (16 << 10), 64 << 10
    assert 2 * BOUND.told + changes + max(MOST_BYTES, MAX_RECORD_BYTES) + lead < LARGEST_ROW_BYTES - (1 << 16)
