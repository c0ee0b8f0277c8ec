"""Which endpoint gets which change."""

import pytest

from intentflow.deliver.schema import WantedWritten
from intentflow.deliver.wanted import identity, skipped
from tests.deliver.made import change, endpoint, notice, told

LEAD = "l:a@x.example"
NOT_ELIGIBLE = {"eligible": False, "meets_criteria": None, "criteria_met": 0, "criteria": 0, "likelihood": None}


def wants(**said: object) -> WantedWritten:
    return WantedWritten.model_validate(said)


def test_an_endpoint_gets_every_change_if_it_does_not_say_otherwise():
    assert skipped(endpoint(), told(change(LEAD, 1))) is None
    assert skipped(endpoint(), told(change("v:c0ffee", 1, "suspect"))) is None


@pytest.mark.parametrize(
    ("when", "to", "why"),
    [
        (wants(to=["mql", "sql"]), "sql", None),
        (wants(to=["sql"]), "mql", "not_wanted"),
        (wants(**{"from": ["prospect"]}), "mql", None),
        (wants(**{"from": ["mql"]}), "sql", "not_wanted"),
        (wants(treatment=["sales"]), "sql", None),
        (wants(treatment=["sales"]), "mql", "not_wanted"),
        (wants(to=["mql"], treatment=["sales"]), "mql", "not_wanted"),
    ],
)
def test_all_that_is_said_must_hold(when, to, why):
    assert skipped(endpoint(when=when), told(change(LEAD, 1, to))) == why


def test_visitors_are_left_out_where_only_known_leads_are_wanted():
    known = endpoint(when=wants(leads="known"), notices=True)
    assert skipped(known, told(change("v:c0ffee", 1))) == "not_wanted"
    assert skipped(known, told(notice("v:c0ffee", "k9"))) == "notice"
    assert skipped(known, told(change(LEAD, 1))) is None


def test_notices_are_for_who_asked_for_them():
    assert skipped(endpoint(), told(notice(LEAD, "k9"))) == "notice"
    assert skipped(endpoint(notices=True), told(notice(LEAD, "k9"))) is None


def test_whoever_is_not_eligible_is_not_handed_to_who_contacts_people():
    of_one_not_eligible = told(change(LEAD, 2, "mql", answers=NOT_ELIGIBLE))
    assert skipped(endpoint(contact=True), of_one_not_eligible) == "do_not_contact"
    assert skipped(endpoint(), of_one_not_eligible) is None


def test_that_a_treatment_ends_is_told_of_everybody():
    assert skipped(endpoint(contact=True), told(change(LEAD, 2, "prospect", answers=NOT_ELIGIBLE))) is None


def test_a_crm_that_knows_people_by_email_gets_those_that_have_one():
    assert skipped(endpoint("hubspot"), told(change("l:4711", 1))) == "no_email"
    assert skipped(endpoint("hubspot"), told(change("v:a@x.example", 1))) == "no_email"
    assert skipped(endpoint("hubspot"), told(change(LEAD, 1))) is None
    assert skipped(endpoint("hubspot", lead_id_property="shop_id"), told(change("l:4711", 1))) is None


def test_a_lead_is_known_by_its_email_or_by_the_property_of_its_id():
    assert identity(LEAD, None) == ("email", "a@x.example")
    assert identity("l:4711", "shop_id") == ("shop_id", "4711")
    assert identity("l:4711", None) is None
