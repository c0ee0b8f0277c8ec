"""What `intentflow explain` says of a lead: its stage, what time will do and why, what is missing, whose history is in it."""

import json

import pytest
from typer.testing import CliRunner, Result

from intentflow.cli.explaining import missing_lines
from intentflow.cli.main import app
from intentflow.cli.when import span_words
from intentflow.domain.change import Gap

RUNNER = CliRunner()
LANDED = {"family": "landing_page", "action": "land", "page": {"url": "https://shop.example/lp/?utm_source=x"}}
HISTORY = (
    LANDED | {"event_id": "1", "occurred_at": "2026-05-01T10:00:00Z", "visitor_id": "vis"},
    {"event_id": "2", "occurred_at": "2026-05-01T10:05:00Z", "family": "newsletter_signup", "email": "ann@x.example"},
    {"event_id": "3", "occurred_at": "2026-05-01T10:06:00Z", "family": "link", "visitor_id": "vis"}
    | {"email": "ann@x.example"},
    {"event_id": "4", "occurred_at": "2026-05-01T11:00:00Z", "family": "newsletter_signup", "action": "confirm"}
    | {"email": "ann@x.example"},
    {"event_id": "5", "occurred_at": "2026-05-02T10:00:00Z", "family": "landing_page", "action": "submit"}
    | {"lead_id": "bob", "attributes": {"form": "trial"}},
    {"event_id": "7", "occurred_at": "2026-05-02T11:00:00Z", "family": "website_visit", "lead_id": "cem"}
    | {"page": {"url": "https://shop.example/pricing"}},
    {"event_id": "8", "occurred_at": "2026-05-02T11:00:00Z", "family": "website_visit", "lead_id": "dan"}
    | {"page": {"url": "https://shop.example/pricing"}, "attributes": {"staff": True}},
    {
        "event_id": "6",
        "occurred_at": "2026-05-02T11:00:00Z",
        "family": "outcome",
        "action": "recycled",
        "lead_id": "cem",
    },
)


@pytest.fixture(scope="module")
def explained(tmp_path_factory: pytest.TempPathFactory):
    """Explain a lead of the history at the latest event, or at a time."""
    path = tmp_path_factory.mktemp("explained") / "history.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in HISTORY))

    def run(*arguments: str) -> Result:
        ended = RUNNER.invoke(app, ["explain", *arguments, "--file", str(path)], env={"COLUMNS": "160"})
        assert ended.exit_code == 0, ended.output
        return ended

    return run


def test_the_stage_is_told_with_its_meaning_and_what_is_to_be_done_by_when(explained):
    said = explained("ann@x.example").stdout
    assert "l:ann@x.example is mql since 2026-05-01 11:00:00 UTC; told as of 2026-05-02 11:00:00 UTC." in said
    assert "Engaged with our marketing, but not ready to be sold to. Nurture, never call." in said
    assert "To be nurtured, not called. Somebody should act by 2026-05-08 11:00:00 UTC." in said
    late = explained("ann@x.example", "--at", "2026-05-10T12:00:00Z").stdout
    assert "Somebody should act by 2026-05-08 11:00:00 UTC: 2 days ago." in late


def test_a_fall_to_come_is_told_with_its_moment_and_its_reason(explained):
    said = explained("ann@x.example").stdout
    told = json.loads(explained("ann@x.example", "--json").stdout)
    assert told["due_endings"] == [{"axis": "engagement", "below": 18.0}]
    moment = f"{told['due'][:10]} {told['due'][11:19]} UTC"
    assert f"If nothing happens it falls to prospect in 46 days, at {moment}: engagement falls below 18." in said
    assert "in 89 days, at 2026-07-31 10:00:00 UTC: product_in_hand ends." in explained("bob").stdout


def test_the_fall_that_was_told_comes_at_that_millisecond(explained):
    told = json.loads(explained("ann@x.example", "--json").stdout)
    then = json.loads(explained("ann@x.example", "--at", told["due"], "--json").stdout)
    assert (then["stage"], then["since"]) == (told["due_stage"], told["due"])
    assert then["scores"]["engagement"] < 18.0


def test_what_is_missing_is_told_for_each_stage_up_and_what_keeps_it_out(explained):
    said = explained("ann@x.example").stdout
    assert "Missing for pql: the fact product_in_hand." in said
    assert "Missing for sql: 30.0 points of intent, the fact need, the fact readiness." in said
    assert "the end of given_back (not before 2026-06-16 11:00:00 UTC)" in explained("cem").stdout


def test_a_wait_alone_is_told_with_its_end():
    gaps = [Gap("sql", not_before="2026-06-01T00:00:00.000Z")]
    assert list(missing_lines(gaps)) == ["Missing for [bold]sql[/]: not before 2026-06-01 00:00:00 UTC."]


def test_whose_history_is_in_the_score_is_told_with_its_points_then(explained):
    ended = explained("vis")
    assert "v:vis turned out to be l:ann@x.example: told of that lead." in ended.stderr
    assert "Whose history is in it, and its points then" in ended.stdout
    told = json.loads(explained("vis", "--json").stdout)
    assert told["lead"] == "l:ann@x.example"
    [history] = told["merged"]
    assert history["lead"] == "v:vis"
    assert history["engagement"] == pytest.approx(8.0, abs=0.02)


def test_what_holds_and_what_it_is_interested_in_are_told(explained):
    said = explained("bob").stdout
    assert "Holds: need until 2026-06-01 10:00:00 UTC, source until" in said
    assert "product_in_hand by trial until 2026-07-31 10:00:00 UTC." in said
    assert "Interested in: prices (4.0 points)." in explained("cem").stdout
    told = json.loads(explained("bob", "--json").stdout)
    assert {one["fact"]: one.get("by") for one in told["facts"]}["product_in_hand"] == ["trial"]


def test_whose_events_count_for_nothing_has_no_points_and_the_reason(explained):
    said = explained("dan").stdout
    assert "It has no points: nothing of what it did counts now." in said
    assert "Where the points come from" not in said
    assert "one of our own people" in said


def test_a_table_without_a_row_is_not_printed(explained):
    said = explained("bob").stdout
    assert "What is known of them" not in said
    assert "Not known: first_name, city, interest, marketing_consent, email_kind." in said


@pytest.mark.parametrize(
    ("ms", "words"),
    [(999, "a moment"), (1_000, "1 second"), (119_999, "1 minute"), (7_200_000, "2 hours"), (10**12, "11,574 days")],
)
def test_a_span_is_told_in_its_largest_unit(ms, words):
    assert span_words(ms) == words
