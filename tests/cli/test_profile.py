"""What `intentflow explain` tells of a profile."""

import json
import subprocess
import sys

import pytest

EVENTS: list[dict[str, object]] = [
    {"family": "newsletter_signup", "event_id": "1", "occurred_at": "2026-05-01T10:00:00Z"},
    {
        "family": "profile",
        "event_id": "2",
        "occurred_at": "2026-05-02T10:00:00Z",
        "profile": {"first_name": "Ann", "marketing_consent": True},
        "provenance": "form",
        "given_freely": True,
    },
    {
        "family": "profile",
        "event_id": "3",
        "occurred_at": "2025-01-02T10:00:00Z",
        "profile": {"city": "Leeds [x]"},
        "provenance": "bought",
    },
]


@pytest.fixture
def events(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps({**event, "email": "ann@roastery.co.uk"}) + "\n" for event in EVENTS))
    return path


def explain(*arguments: object) -> bytes:
    command = [sys.executable, "-m", "intentflow", "explain", "ann@roastery.co.uk", *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_each_attribute_has_its_age_its_source_and_whether_it_is_fresh(events):
    told = json.loads(explain("--file", events, "--json"))["profile"]
    known = {one["attribute"]: one for one in told["known"]}
    assert set(known) == {"first_name", "city", "marketing_consent", "email_kind"}
    assert (known["city"]["value"], known["city"]["provenance"]) == ("Leeds [x]", "bought")
    assert (known["city"]["age_days"], known["city"]["fresh"]) == (485, False)
    assert (known["first_name"]["fresh"], known["first_name"]["given_freely"]) == (True, True)
    assert (known["email_kind"]["value"], known["email_kind"]["fresh_until"]) == ("company", None)


def test_what_is_not_known_and_how_complete_it_is_are_told(events):
    told = json.loads(explain("--file", events, "--json"))["profile"]
    assert told["unknown"] == ["interest"]
    assert told["completeness"] == 4 / 5


def test_a_reader_is_told_the_same_in_words(events):
    said = explain("--file", events).decode()
    assert "4 of 5 that the model asks for" in said
    assert "Leeds [x]" in said
    assert "Not known: interest." in said
    assert "To be asked again: city." in said


def test_the_receipt_of_an_ideal_says_how_many_criteria_are_met(events):
    receipts = json.loads(explain("--file", events, "--json"))["receipts"]
    assert {r["signal"]: r.get("met") for r in receipts if r["axis"] == "fit"} == {
        "told_freely": None,
        "address": None,
        "known_well": "1 of 3",
    }
