"""An endpoint that fails again and again is left alone, then asked once."""

from intentflow.deliver.circuit import FAILURES, FIRST_PAUSE_MS, LONGEST_PAUSE_MS, Circuit


def opened(now: int = 0) -> Circuit:
    circuit = Circuit()
    for _ in range(FAILURES):
        circuit.failed(now)
    return circuit


def test_one_failure_less_than_the_bound_leaves_it_closed():
    circuit = Circuit()
    for _ in range(FAILURES - 1):
        circuit.failed(0)
    assert circuit.state(0) == "closed"


def test_an_answer_in_between_begins_the_count_anew():
    circuit = Circuit()
    for _ in range(FAILURES - 1):
        circuit.failed(0)
    circuit.answered()
    circuit.failed(0)
    assert circuit.state(0) == "closed"


def test_it_is_open_until_exactly_the_end_of_the_pause():
    circuit = opened()
    assert circuit.state(FIRST_PAUSE_MS - 1) == "open"
    assert circuit.state(FIRST_PAUSE_MS) == "half_open"


def test_an_answer_closes_it_and_the_next_pause_is_short_again():
    circuit = opened()
    circuit.failed(FIRST_PAUSE_MS)
    circuit.answered()
    assert circuit.state(FIRST_PAUSE_MS) == "closed"
    for _ in range(FAILURES):
        circuit.failed(0)
    assert circuit.until == FIRST_PAUSE_MS


def test_a_failed_probe_doubles_the_pause_up_to_a_bound():
    circuit, pauses = opened(), []
    for _ in range(8):
        at = circuit.until
        circuit.failed(at)
        pauses.append(circuit.until - at)
    assert pauses == [20_000, 40_000, 80_000, 160_000, *[LONGEST_PAUSE_MS] * 4]


def test_failures_of_what_was_under_way_when_it_opened_do_not_lengthen_the_pause():
    circuit = opened()
    circuit.failed(1)
    circuit.failed(2)
    assert circuit.until == FIRST_PAUSE_MS
