from collections import Counter

from bench.latency import wrong_of
from bench.percentiles import waits_of
from bench.sending import Said


def said(late_us: int = 300, refused: int = 0) -> Said:
    return Said(1_000, refused, waits_of(Counter({late_us: 1_000})), 1.0)


def test_a_row_counts_if_every_probe_was_answered_once_and_the_sender_was_in_time():
    assert wrong_of(said(), 2, {0: [5], 100: [6]}) == ""


def test_a_row_whose_sender_was_late_measures_the_sender_and_says_so():
    assert "the sender itself was 2.5 ms late" in wrong_of(said(late_us=2_500), 1, {0: [5]})


def test_a_probe_that_is_lost_or_answered_twice_is_no_answer():
    assert "1 of 2 probes not answered, 0 answered more than once" in wrong_of(said(), 2, {0: [5]})
    assert "0 of 2 probes not answered, 1 answered more than once" in wrong_of(said(), 2, {0: [5, 6], 100: [7]})
    assert "Kafka refused 3 events" in wrong_of(said(refused=3), 1, {0: [5]})
