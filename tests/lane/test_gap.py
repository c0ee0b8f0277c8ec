import pytest

from intentflow.lane.gap import judge
from intentflow.lane.marks import Fence, encode_fence
from tests.lane.scenes import Record, row, tombstone

ME = b"me" * 8


def test_late_records_of_a_former_owner_are_named():
    assert judge([Record(1, b"l:a", row(2)), Record(2, b"l:b", row(1))], 3, ME) == {b"l:a", b"l:b"}


def test_a_tombstone_of_a_former_owner_is_a_late_record_and_so_is_one_that_nobody_of_ours_wrote():
    assert judge([tombstone(1, b"l:a", 2), Record(2, b"l:b", None)], 3, ME) == {b"l:a", b"l:b"}


def test_a_tombstone_of_our_epoch_that_is_not_ours_is_an_error():
    assert "holds epoch 3" in judge([tombstone(1, b"l:a", 3)], 3, ME)


@pytest.mark.parametrize("key", [None, b"", b"\0sources", b"\0fence:"])
def test_only_leads_have_tombstones(key):
    assert "not a record of ours" in judge([Record(1, key, None)], 3, ME)


def test_a_higher_fence_of_another_process_means_that_we_are_the_zombie():
    assert "new owner since offset 1" in judge([Record(1, *encode_fence(Fence(4, b"it" * 8)))], 3, ME)


def test_a_fence_that_lost_the_race_is_no_owner():
    assert judge([Record(1, *encode_fence(Fence(3, b"it" * 8)))], 3, ME) == set()


def test_a_record_of_our_epoch_or_above_that_is_not_ours_is_an_error():
    assert "holds epoch 3" in judge([Record(1, b"l:a", row(3))], 3, ME)
