from intentflow.lane.clock import Reading, reached


def test_with_all_sources_read_to_the_end_it_is_the_wall_clock():
    assert reached(1000, [Reading(0, None), Reading(0, 400)]) == 1000


def test_a_clock_never_overtakes_a_backlog():
    assert reached(1000, [Reading(5, 400), Reading(1, 300), Reading(0, 900)]) == 300


def test_nobody_can_say_the_time_while_nothing_of_a_backlog_was_read():
    assert reached(1000, [Reading(5, None), Reading(1, 300)]) is None


def test_a_producer_whose_clock_is_ahead_does_not_move_ours():
    assert reached(1000, [Reading(1, 5000)]) == 1000
