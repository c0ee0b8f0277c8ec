"""What health says, and what to do: a table."""

from typing import Any

import pytest

from intentflow.readmodel.health_told import STANDS_STILL_MS, Seen, parts_of, worst
from intentflow.readmodel.pulse import STALE_SECONDS, Pulse
from tests.readmodel.town import NOW

MIB = 1 << 20


def pulse(**said: Any) -> Pulse:
    well = {"at": NOW, "doing": "following", "generation": 1, "lag": 0, "worker_lag": 0, "scored_at": NOW}
    fields: dict[str, Any] = {**well, **said}
    return Pulse(**fields)


WELL = {"pulse": pulse(), "generation": 1, "whole": True, "model": "a" * 64, "ours": "a" * 64}
CASES = [
    ({}, "ok", "", ""),
    ({"redis": "refused"}, "down", "redis", "start it"),
    ({"memory": (9 * MIB, 8 * MIB)}, "degraded", "redis", "Redis is full (9 of 8 MiB)"),
    ({"memory": (1, 8 * MIB), "policy": "allkeys-lru"}, "degraded", "redis", "set it to noeviction"),
    ({"pulse": None}, "down", "projector", "start `intentflow projector`"),
    ({"pulse": pulse(at=NOW - STALE_SECONDS * 1000 - 1)}, "down", "projector", "start `intentflow projector`"),
    ({"pulse": pulse(doing="full", says="Redis is full")}, "degraded", "projector", "Redis is full"),
    ({"pulse": pulse(doing="building", built=0.43)}, "degraded", "projector", "43%"),
    ({"pulse": pulse(doing="kafka", says="no Kafka answers at x")}, "down", "kafka", "no Kafka answers at x"),
    ({"pulse": pulse(worker_lag=None)}, "degraded", "worker", "start `intentflow worker`"),
    (
        {"pulse": pulse(worker_lag=7, scored_at=NOW - STANDS_STILL_MS - 1)},
        "down",
        "worker",
        "7 records wait, and none is",
    ),
    ({"pulse": pulse(worker_lag=7)}, "ok", "", ""),
    ({"model": "b" * 64}, "degraded", "model", "set INTENTFLOW_MODEL to theirs"),
]


@pytest.mark.parametrize(("seen", "state", "part", "says"), CASES)
def test_what_is_not_well_is_said_with_what_to_do(seen, state, part, says):
    parts = parts_of(Seen(**WELL | seen), NOW)
    assert worst(parts) == state
    assert [one.name for one in parts] == ["redis", "projector", "kafka", "worker", "model"]
    assert all(one.says.endswith((".", "x", "full")) for one in parts)
    if part:
        assert says in next(one for one in parts if one.name == part).says
        assert any(one.name == part and one.state == state for one in parts)


def test_one_record_is_not_spoken_of_as_many():
    parts = parts_of(Seen(pulse=pulse(lag=1, worker_lag=1), whole=True), NOW)
    said = {part.name: part.says for part in parts}
    assert (said["projector"], said["worker"]) == ("1 record behind Kafka.", "Scoring; 1 record waits.")
