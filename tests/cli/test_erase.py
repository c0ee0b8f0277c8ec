"""`intentflow erase` and `subject`, on the shop, whose worker is stopped: what they tell, and that nothing is claimed that was not done."""

import json

import pytest

from tests.cli.conftest import ANNA, STRANGER
from tests.system.records import read

pytestmark = pytest.mark.broker


def erasures(shop):
    return [record.key for record in read(shop, shop.names.control) if b"erase" in (record.value or b"")]


def test_all_that_is_held_is_told_under_every_id(run, shop):
    told = json.loads(run("subject", "c0ffee", "--json").stdout)
    assert told["ids"] == [f"l:{ANNA}", "v:c0ffee"]
    assert {one["topic"] for one in told["topics"]} >= {shop.names.events, shop.names.changes}
    assert any(one["value"]["action"] == "confirm" for one in told["records"] if one["topic"] == shop.names.events)
    assert told["read_model"] == {"answers": False, "held": {}}
    assert "known by 2 ids" in run("subject", ANNA).stdout


def test_of_who_has_no_state_it_is_told_what_topics_hold_and_nobody_is_no_lead(run, shop):
    said = run("subject", STRANGER.decode()).stdout
    assert said.startswith("No state is held under v:stranger")
    assert all(topic in said for topic in (shop.names.events, shop.names.rejections))
    assert "look" in str(run("erase", STRANGER.decode(), "--yes", code=1).exception)
    run("subject", "nobody", code=1)


def test_a_dry_run_tells_who_it_would_be_and_asks_for_nothing(run, shop):
    assert f"2 ids: l:{ANNA}, v:c0ffee" in run("erase", ANNA, "--dry-run").stderr
    assert json.loads(run("erase", "--idle-for", "1d", "--dry-run", "--json").stdout)["ids"] == 0
    assert "people were not seen since" in run("erase", "--idle-for", "1s", "--dry-run").stderr
    assert erasures(shop) == []


def test_nobody_is_erased_without_a_yes_and_somebody_must_be_named(run, shop):
    run("erase", ANNA, code=1)
    run("erase", code=2)
    run("erase", ANNA, "--idle-for", "1d", code=2)
    run("erase", "--idle-for", "long", code=2)
    run("erase", "nobody", "--yes", code=1)
    assert erasures(shop) == []


def test_without_a_worker_it_is_not_said_to_be_done(run, shop, tmp_path):
    path = tmp_path / "receipt.json"
    arguments = ("erase", "evil", "--yes", "--patience", "1", "--quick", "--keep-rejections", "--receipt", str(path))
    assert "no worker has read it" in run(*arguments, code=1).stdout
    told = json.loads(path.read_text())
    assert (told["done"], [one["state"] for one in told["ids"]], told["rejections"]) == (None, ["asked"], [])
    assert erasures(shop) == [b"l:evil"]


def test_a_receipt_that_cannot_be_written_is_told_instead_and_one_that_has_no_folder_begins_nothing(run, shop):
    before = len(erasures(shop))
    arguments = ("erase", "evil", "--yes", "--patience", "1", "--quick", "--keep-rejections", "--receipt")
    run(*arguments, "/nowhere/receipt.json", code=2)
    assert len(erasures(shop)) == before
    end = run(*arguments, "/dev/full", code=2)
    assert "it is on standard output" in str(end.exception)
    assert json.loads(end.stdout)["ids"][0]["state"] == "asked"


def test_who_was_not_seen_for_so_long_is_asked_to_be_erased(run, shop):
    before = len(erasures(shop))
    told = json.loads(run("erase", "--idle-for", "1s", "--yes", "--json").stdout)
    assert told["asked"] == told["ids"] == told["of"] > 10
    assert len(erasures(shop)) == before + told["ids"]
