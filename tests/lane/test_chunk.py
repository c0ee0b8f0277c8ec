from intentflow.lane.chunk import Chunk, cut
from tests.lane.scenes import Record


def test_the_pieces_of_a_chunk_cover_its_positions_without_a_hole():
    whole = Chunk("a", 0, 3, 20, [Record(offset) for offset in (4, 5, 9, 10, 17)], 1)
    pieces = list(cut(whole, 2))
    assert [(piece.start, piece.end) for piece in pieces] == [(3, 9), (9, 17), (17, 20)]
    assert [record.offset for piece in pieces for record in piece.records] == [4, 5, 9, 10, 17]


def test_a_chunk_without_records_still_moves_the_position():
    assert [(piece.start, piece.end) for piece in cut(Chunk("a", 0, 3, 4, [], 1), 2)] == [(3, 4)]
