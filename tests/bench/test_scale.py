from bench.scale import Stand, rate_of, standing


def test_a_partition_stands_still_while_something_waits_and_nothing_is_committed():
    samples = [(0.0, {0: 0, 1: 5}, 0.0), (1.0, {0: 3, 1: 5}, 0.0), (1.5, {0: 4, 1: 5}, 0.0), (4.0, {0: 10, 1: 9}, 0.0)]
    assert standing(samples, {0: 10, 1: 9}) == Stand(median=3.25, longest=4.0)


def test_a_partition_that_nothing_waits_for_does_not_stand_still():
    assert standing([(0.0, {0: 7}, 0.0), (9.0, {0: 7}, 0.0)], {0: 7}) == Stand(0.0, 0.0)


def test_who_still_stands_in_the_end_stood_until_then():
    assert standing([(0.0, {}, 0.0), (1.0, {0: 1}, 0.0), (6.0, {0: 1}, 0.0)], {0: 7}) == Stand(5.0, 5.0)


def test_the_rate_is_what_was_committed_in_the_time_and_a_cost_is_of_one_event():
    samples = [(2.0, {0: 100}, 9.0), (3.0, {0: 600, 1: 400}, 9.5), (4.0, {0: 1_100, 1: 1_000}, 10.0)]
    rate, cost, stand = rate_of(samples, {0: 1_100, 1: 1_000})
    assert (rate, cost, stand.longest) == (1_000.0, 500.0, 1.0)
