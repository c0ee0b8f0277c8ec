"""A request's body, within its bounds."""

import pytest

from intentflow.collector.reading import BodyError, Reader


@pytest.mark.parametrize(("size", "status"), [(9, None), (10, None), (11, 413)])
def test_a_body_is_as_large_as_it_may_be_and_no_larger(size, status):
    reader = Reader(most_bytes=10, most_held_bytes=100, seconds=1)
    if status is None:
        assert reader.hold(b"x" * size) == b"x" * size
        assert reader.held_bytes == size
    else:
        with pytest.raises(BodyError) as told:
            reader.hold(b"x" * size)
        assert (told.value.status, reader.held_bytes) == (status, 0)


def test_all_bodies_together_are_bounded_and_room_is_given_back():
    reader = Reader(most_bytes=10, most_held_bytes=25, seconds=1)
    bodies = [reader.hold(b"x" * 10) for _ in range(2)]
    with pytest.raises(BodyError) as told:
        reader.hold(b"x" * 6)
    assert (told.value.status, reader.held_bytes) == (503, 20)
    assert reader.hold(b"x" * 5)
    for body in bodies:
        reader.let_go(len(body))
    assert reader.held_bytes == 5
