"""Which endpoint gets which change."""

from pathlib import Path

import pytest

from intentflow.cli.replay import reader_of
from intentflow.deliver.schema import WantedWritten
from intentflow.deliver.told import Told, told_of
from intentflow.deliver.wanted import identity, skipped
from intentflow.model.load import understood
from intentflow.replay.reading import Reading
from intentflow.replay.through_core import CoreReplay
from intentflow.wire.changes import headers_of
from tests.deliver.made import change, endpoint, notice, told
from tests.deliver.test_load import blocks_of_the_page

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


MODEL = """model: m
version: 1
signals:
  news: {when: {family: newsletter_signup, action: signup}, axis: engagement, points: 30, half_life: 60d}
stages:
  suspect: {}
  mql: {enter: {engagement: 30}, leave: {engagement: 20}, treatment: nurture}
"""
EVENTS = """\
{"family": "profile", "event_id": "1", "occurred_at": "2026-05-01T10:00:00Z", "email": "a@x.example",
 "profile": {"do_not_contact": true}, "provenance": "form"}
{"family": "newsletter_signup", "event_id": "2", "occurred_at": "2026-05-01T10:01:00Z", "email": "a@x.example", "action": "signup"}
{"family": "newsletter_signup", "event_id": "3", "occurred_at": "2026-05-01T10:02:00Z", "email": "b@x.example", "action": "signup"}
"""


def test_who_must_not_be_contacted_is_found_by_the_model_that_the_page_shows(tmp_path: Path):
    *_, facts = blocks_of_the_page()
    core = CoreReplay(understood("m.yaml", (MODEL + facts).encode()).model)
    file = tmp_path / "events.jsonl"
    file.write_text(EVENTS.replace(",\n", ", "))
    core.take(Reading([file], reader_of(None, None), lambda _done, _total: None))
    found = [told_of(payload, headers_of(payload), notice=False) for payload in core.changes]
    changes = {one.said.lead: one for one in found if isinstance(one, Told)}
    assert skipped(endpoint(contact=True), changes["l:a@x.example"]) == "do_not_contact"
    assert skipped(endpoint(contact=True), changes["l:b@x.example"]) is None
