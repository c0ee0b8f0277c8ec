"""`intentflow replay` and `intentflow explain` on files."""

import json
import subprocess
import sys

import pytest

from intentflow.simulate import traffic

UNTIL = 1_780_000_000_000


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    path = tmp_path_factory.mktemp("replay") / "events.jsonl"
    path.write_bytes(b"".join(value + b"\n" for _, _, value in traffic(7, 40, UNTIL, 10)))
    return path


def run(*arguments: object) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "intentflow", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=60)


def test_json_is_all_that_is_on_standard_output(events, tmp_path):
    ended = run("replay", events, "--json", "--changes", tmp_path / "c.jsonl", "--scores", tmp_path / "s.jsonl")
    summary = json.loads(ended.stdout)
    changes = [json.loads(line) for line in (tmp_path / "c.jsonl").read_text().splitlines()]
    scores = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text().splitlines()]
    assert ended.returncode == 0
    assert {"read", "counted", "duplicate", "rejected", "leads", "changes", "by_stage"} <= set(summary)
    assert (len(changes), len(scores)) == (summary["changes"], summary["leads"])
    assert set(scores[0]) == {"lead", "stage", "engagement", "fit", "intent", "at"}


def test_a_file_without_one_event_ends_with_an_error_and_the_reasons(tmp_path):
    noise = tmp_path / "noise.bin"
    noise.write_bytes(bytes(range(256)) * 40)
    ended = run("replay", noise)
    assert ended.returncode == 1
    assert b"No row was an event" in ended.stderr
    assert b"noise.bin:1: " in ended.stderr


def test_explain_prints_receipts_that_add_up_to_the_score(events, tmp_path):
    run("replay", events, "--scores", tmp_path / "s.jsonl")
    best = max(
        (json.loads(line) for line in (tmp_path / "s.jsonl").read_text().splitlines()), key=lambda s: s["engagement"]
    )
    told = json.loads(run("explain", best["lead"], "--file", events, "--json").stdout)
    assert told["stage"] == best["stage"]
    for axis, score in told["scores"].items():
        assert sum(r["points"] for r in told["receipts"] if r["axis"] == axis) == pytest.approx(score, abs=1e-9)
    assert told["scores"]["engagement"] == pytest.approx(best["engagement"], abs=1e-8)


def test_explain_of_nobody_says_so(events):
    ended = run("explain", "nobody", "--file", events)
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert b"no such lead" in ended.stderr
