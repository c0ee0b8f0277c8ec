import pytest

from intentflow.lane.flights import Flights, LostError, crowded


def test_a_batch_beyond_the_expected_offset_leaves_a_gap_that_stops_those_behind_it():
    flights = Flights()
    first, second = flights.launch(), flights.launch()
    first.batches, second.batches = [(2, 3), (7, 1)], [(8, 1)]
    assert [flight.ticket for flight in flights.check()] == [first.ticket]
    assert first.gaps == [(0, 2), (5, 7)]
    assert list(flights.check()) == []
    first.gaps, first.checked = [], True
    assert list(flights.check()) == [second]
    assert second.gaps == []
    assert flights.expected == 9


def test_a_write_that_has_not_landed_holds_back_those_behind_it():
    flights = Flights()
    flights.launch()
    flights.launch().batches = [(0, 1)]
    assert list(flights.check()) == []


def test_a_batch_before_the_expected_offset_is_an_error():
    flights = Flights()
    flights.expected = 5
    flights.launch().batches = [(4, 1)]
    with pytest.raises(LostError):
        list(flights.check())


def test_writes_are_done_in_order():
    flights = Flights()
    first, second = flights.launch(), flights.launch()
    second.checked = second.published = True
    assert list(flights.done()) == []
    first.checked = first.published = True
    assert list(flights.done()) == [first, second]
    assert len(flights) == 0


def test_as_many_records_may_be_under_way_as_full_chunks_hold_and_four_times_as_many_small_chunks():
    assert not crowded([5000, 5000, 5000], most=4, full=5000)
    assert crowded([5000, 5000, 5000, 5000], most=4, full=5000)
    assert not crowded([10] * 15, most=4, full=5000)
    assert crowded([10] * 16, most=4, full=5000)
    assert crowded([10] * 4, most=1, full=5000)
