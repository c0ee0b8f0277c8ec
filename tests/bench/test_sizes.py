"""From what `make bench` leaves to what `intentflow plan` reckons with."""

from typing import Any

import msgspec

from bench.arms import Figure
from bench.memory import Memory
from bench.recovery import Recovery
from bench.sizes import reckoned

ARMS = [
    Figure("intentflow-zipf", 90_000, 11.0, correct=True),
    Figure("intentflow-uniform", 60_000, 12.346, correct=True),
]


def test_each_constant_is_a_figure_of_the_benchmark_and_the_dearer_load_counts():
    machine = {"python": "3.12.1", "cores": 2, "core": "compiled", "load": 0.1}
    left: dict[str, Any] = msgspec.to_builtins(
        {"arms": ARMS, "recovery": Recovery(9, 500_000.4, [], 10.0), "process_bytes": 7, "machine": machine}
    )
    found = reckoned(left, {"bytes_per_lead": 983.6}, Memory((1, 2), 405.5, 228.2, 3))
    assert (found.cpu_us_per_event, found.restore_leads_per_second) == (12.35, 500_000)
    assert found.process_bytes == 7
    assert (found.bytes_per_lead, found.row_bytes, found.read_model_bytes_per_lead) == (406, 228, 984)
    assert 250 < found.event_bytes < 400
    assert "Python 3.12.1, core compiled, load 0.1" in found.machine
