"""The whole harness on a real broker, with arms that are right and arms that are not."""

import json
import sys

from bench.peers.arms import Arm
from bench.peers.inputs import made
from bench.peers.race import Race
from bench.peers.resolving import NotHere
from bench.peers.shown import Shown
from bench.peers.table import markdown, row, write


def plain(name: str, **said: str) -> Arm:
    command = [sys.executable, "-m", "tests.bench.plain_arm"]
    return Arm(name, name, "peer", lambda: command, "none", {**said, "PEER_TAG": name}, settle_seconds=0.0)


def nowhere() -> list[str]:
    raise NotHere("no such jar")


async def test_a_right_arm_has_a_number_and_one_that_is_wrong_dead_or_not_to_be_had_has_a_reason(kafka, tmp_path):
    absent = Arm("absent", "absent", "peer", nowhere, "none")
    arms = [plain("right"), plain("wrong", PLAIN_POINTS="0.01"), plain("dead", PLAIN_DIES="1"), absent]
    results = await Race(kafka.bootstrap, tmp_path, "zipf", Shown()).run(
        arms, made("zipf", 2000, 1_790_000_000_000), None, 1, 60.0
    )
    rows = {one.arm: one for one in map(row, results)}
    assert rows["right"].correct
    assert rows["right"].events_per_second
    assert rows["right"].note == ""
    assert {name for name, one in rows.items() if one.events_per_second is None and not one.correct} == {
        "wrong",
        "dead",
        "absent",
    }
    assert "the reference says" in rows["wrong"].note
    assert "it has died" in rows["dead"].note
    assert rows["absent"].note == "no such jar"
    write(tmp_path / "out" / "peers.json", list(rows.values()))
    read = json.loads((tmp_path / "out" / "peers.json").read_text())["arms"]
    assert [one["name"] for one in read] == ["right-zipf", "wrong-zipf", "dead-zipf", "absent-zipf"]
    assert "wrong-zipf: no number" in markdown(list(rows.values()))
