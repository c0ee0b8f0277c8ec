"""`intentflow state inspect`, on the shop."""

import json

import pytest

from tests.cli.conftest import ANNA

pytestmark = pytest.mark.broker


def inspect(run, lead):
    return json.loads(run("state", "inspect", lead, "--json").stdout)


def test_a_lead_is_told_as_it_is_stored_piece_by_piece_with_the_bytes_of_each(run, shop):
    told = inspect(run, ANNA)
    assert (told["lead"], told["kind"], told["row"]["format"]) == (f"l:{ANNA}", "lead", 1)
    assert told["path"]["stage"] == "mql"
    assert told["path"]["judged_by_this_model"] is True
    assert shop.names.events in told["applied"]
    assert told["pieces"]["newsletter"]["confirm"] is not None
    assert "price_page" in {one["signal"] for one in told["pieces"]["counts"]}
    assert [one["lead"] for one in told["bonds"]["merged"]] == ["v:c0ffee"]
    assert sum(told["bytes"].values()) == told["row"]["bytes"]


def test_an_alias_is_told_as_an_alias_and_a_lead_that_is_not_there_as_missing(run):
    told = inspect(run, "c0ffee")
    assert (told["kind"], told["bonds"]["alias_of"]) == ("alias", f"l:{ANNA}")
    run("state", "inspect", "nobody", code=1)


def test_for_people_it_is_a_tree_and_what_is_not_ours_is_no_markup(run):
    text = run("state", "inspect", "evil").stdout
    assert "judged_by_this_model True" in " ".join(text.replace("│", " ").split()), "nothing is cut off"
    assert "=HYPERLINK(1)" in text
    assert "profile" in text
