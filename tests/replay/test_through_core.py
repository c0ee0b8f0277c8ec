"""Files through the core: what is counted, what is refused, and that an import can be repeated."""

from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace

from intentflow.domain.event import Link
from intentflow.domain.fold import Fold
from intentflow.domain.matching import agent
from intentflow.domain.rules import ScoringModel
from intentflow.errors import RejectedError
from intentflow.model.load import load
from intentflow.replay.reading import Reading
from intentflow.replay.result import Result
from intentflow.replay.through_core import replay_core
from intentflow.simulate import traffic
from intentflow.wire.changes import decode_change
from intentflow.wire.events import decode
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import decode_row

UNTIL = 1_780_000_000_000
DATA = Path(__file__).parents[3] / "shared" / "data"
LOG = DATA / "apache_access_log" / "apache_logs"
SNOWPLOW = DATA / "snowplow_web" / "source" / "snowplow_web_events.csv"


def replayed(*paths: Path, format_name: str = "jsonl", until: int | None = None) -> Result:
    reading = Reading(paths, format_name, lambda _done, _total: None)
    return replay_core(reading, load("retail"), until)


def made(path: Path, people: int = 60) -> Path:
    path.write_bytes(b"".join(value + b"\n" for _, _, value in traffic(7, people, UNTIL, 10)))
    return path


def test_every_row_ends_as_exactly_one_of_counted_duplicate_and_rejected(tmp_path):
    summary = replayed(made(tmp_path / "a.jsonl")).summary
    assert summary.adds_up
    assert summary.counted > 500
    assert summary.rejected == sum(summary.rejected_by_reason.values())
    assert sum(summary.by_stage.values()) == summary.leads


def test_a_second_import_of_the_same_file_adds_no_change(tmp_path):
    path = made(tmp_path / "a.jsonl")
    once, twice = replayed(path), replayed(path, path)
    assert {decode_change(c).id for c in twice.changes} == {decode_change(c).id for c in once.changes}
    assert twice.summary.duplicate > once.summary.duplicate
    assert twice.summary.by_stage == once.summary.by_stage


def test_later_means_more_decay_and_no_new_points(tmp_path):
    path = made(tmp_path / "a.jsonl")
    now, later = replayed(path, until=UNTIL), replayed(path, until=UNTIL + 90 * 86_400_000)
    extra = [decode_change(c) for c in later.changes[len(now.changes) :]]
    assert later.changes[: len(now.changes)] == now.changes
    assert extra
    assert {change.cause.kind for change in extra} == {"decay"}


def test_an_empty_file_is_refused_by_name(tmp_path):
    empty = tmp_path / "nothing.jsonl"
    empty.write_bytes(b"")
    with pytest.raises(RejectedError, match=r"nothing\.jsonl: empty"):
        replayed(empty)


def test_a_time_before_the_latest_event_is_refused(tmp_path):
    with pytest.raises(RejectedError, match="is before the latest event"):
        replayed(made(tmp_path / "a.jsonl"), until=UNTIL - 20 * 86_400_000)


def test_noise_is_refused_line_by_line_and_kept_with_its_bytes(tmp_path):
    noise = tmp_path / "noise.jsonl"
    noise.write_bytes(b"\x00\xff\xfe\n{\n" + b"x" * (1 << 20) + b"yz\n[]\n")
    result = replayed(noise)
    assert (result.summary.read, result.summary.rejected) == (4, 4)
    assert [(row.line, row.raw[:3]) for row in result.refused] == [
        (1, b"\x00\xff\xfe"),
        (2, b"{"),
        (3, b"xxx"),
        (4, b"[]"),
    ]


def test_an_event_far_in_the_future_counts_at_its_receipt(tmp_path):
    path = tmp_path / "future.jsonl"
    path.write_bytes(
        b'{"family":"website_visit","event_id":"1","occurred_at":"2099-01-01T00:00:00Z","visitor_id":"v"}\n'
    )
    summary = replayed(path).summary
    assert summary.counted == 1
    assert summary.until is not None
    assert summary.until < "2090"


@pytest.mark.skipif(not LOG.exists(), reason="needs ../shared/data/apache_access_log, kept beside the repository")
def test_the_real_access_log_gives_changes_below_the_qualified_stages_only():
    result = replayed(LOG, format_name="access-log")
    assert (result.summary.read, result.summary.rejected) == (10_000, 1)
    assert [row.line for row in result.refused] == [8899]
    assert result.summary.changes > 0
    assert {decode_change(c).to_stage for c in result.changes} <= {"suspect", "inquiry", "prospect"}


@pytest.mark.skipif(not SNOWPLOW.exists(), reason="needs ../shared/data/snowplow_web, kept beside the repository")
def test_the_real_page_views_of_snowplow_give_changes():
    result = replayed(SNOWPLOW, format_name="snowplow-csv")
    assert result.summary.adds_up
    assert (result.summary.read, result.summary.rejected_by_reason["unknown_family"]) == (160, 110)
    assert result.summary.changes > 0


@pytest.mark.skipif(not LOG.exists(), reason=f"no {LOG}: the data sets lie beside the repository")
def test_the_declared_bots_of_an_access_log_add_nothing_to_any_score():
    """Without evidence they had up to 16 points on an axis, and 74 of 332 were more than suspects."""
    reading = Reading([LOG], "access-log", lambda _done, _total: None)
    agents: dict[bytes, set[str]] = {}
    hits = Counter[str]()
    for record in reading.records():
        event = decode(record.value, record.headers)
        assert not isinstance(event, Rejection | Link)
        agents.setdefault(record.key, set()).add(agent(event))
        hits[agent(event)] += 1
    bots = [key for key, found in agents.items() if "human" not in found]
    assert hits.total() - hits["human"] >= 1955
    by_weight = {name: scored(model) for name, model in (("none", without_evidence()), ("retail", load("retail")))}
    assert max(max(by_weight["none"][key]) for key in bots) > 15
    assert max(max(by_weight["retail"][key]) for key in bots) < 1
    assert {key: scores for key, scores in by_weight["retail"].items() if key not in bots} == {
        key: scores for key, scores in by_weight["none"].items() if key not in bots
    }


def without_evidence() -> ScoringModel:
    return replace(load("retail"), evidence=())


def scored(model: ScoringModel) -> dict[bytes, list[float]]:
    reading = Reading([LOG], "access-log", lambda _done, _total: None)
    result = replay_core(reading, model, None)
    fold = Fold(model)
    return {key: fold.scores.at(decode_row(row), reading.latest) for key, row in result.rows.items()}
