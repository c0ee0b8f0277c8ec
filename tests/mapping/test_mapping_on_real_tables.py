"""The shipped mappings on tables that nobody here wrote."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from intentflow.mapping.load import load
from intentflow.mapping.mapped import MappedReader
from intentflow.wire.file_rows import Row
from intentflow.wire.files import rows
from intentflow.wire.rejections import Rejection
from tests.wire.real_data import real


def read(name: str, table: str) -> tuple[list[Row], MappedReader]:
    """The rows of a table, and the reader after it; nothing in it is refused, and no key of it is misspelled."""
    reader = MappedReader(load(name))
    found = list(rows(real(table), reader))
    assert [row.time for row in found if isinstance(row.time, Rejection)] == []
    assert reader.never_there() == []
    return found, reader


def values(found: list[Row]) -> list[Any]:
    return [json.loads(row.value) for row in found]


def test_of_the_click_feed_all_but_the_heartbeats_are_visits():
    expected = json.loads(real("bitly_usagov/EXPECTED.json").read_text())
    found, reader = read("bitly-usagov", "bitly_usagov/example.txt")
    assert (len(found), reader.passed_over) == (expected["clicks"], expected["heartbeats(not events)"])
    clicks = values(found)
    zones = Counter(click["attributes"].get("time_zone", "") for click in clicks)
    assert zones.most_common(5) == [tuple(pair) for pair in expected["top_tz"]]
    assert sum(click["attributes"]["came_before"] for click in clicks) == expected["known_user nk=1"]
    assert sum("referrer" not in click["page"] for click in clicks) == expected["direct"]
    times = [row.time for row in found if isinstance(row.time, int)]
    assert (min(times), max(times)) == (expected["t_min"] * 1000, expected["t_max"] * 1000)


def test_a_session_of_the_shop_gives_visits_by_kind_of_page_and_not_its_outcome():
    found, reader = read("uci-online-shoppers", "uci_online_shoppers/online_shoppers_intention.csv")
    assert (len({row.key for row in found}), reader.passed_over) == (12_324, 6)  # six sessions saw no page
    line_2 = [row for row in found if row.line == 2]
    assert [(value["page"]["url"], value["visitor_id"]) for value in values(line_2)] == [("/products", "session-2")]
    assert max(Counter(row.line for row in found).values()) <= 60
    assert not any(b"Revenue" in row.value or b"evenue" in row.value for row in found[:5000])
    assert {value["occurred_at"][:7] for value in values(found[::50])} <= {f"2017-{month:02}" for month in range(2, 13)}


def test_of_hubspots_email_events_what_people_did_is_read():
    found, reader = read("hubspot-email-events", "hubspot_seeds/email_event_data.csv")
    assert (len(found), reader.passed_over) == (90, 10)  # three were processed, three delivered, four sent
    assert {(value["family"], value["action"]) for value in values(found)} == {("newsletter_signup", "open")}


def test_hubspots_contacts_are_links_of_their_ids_with_addresses_and_merged_ids():
    found, _ = read("hubspot-contacts", "hubspot_seeds/contact_data.csv")
    merged = [value["same_as"] for value in values(found) if "-merged-" in value["event_id"]]
    assert len(found) - len(merged) == 22
    assert merged[:3] == ["76340251", "46897301", "76226001"]
    assert {value["family"] for value in values(found)} == {"link"}


def test_forms_sent_by_hubspots_contacts_are_submissions():
    found, _ = read("hubspot-form-submissions", "hubspot_seeds/contact_form_submission_data.csv")
    assert [value["action"] for value in values(found)] == ["submit"] * 5


def test_hubspots_companies_are_profiles_of_themselves():
    found, _ = read("hubspot-companies", "hubspot_seeds/company_data.csv")
    assert len(found) == 24
    (made,) = [value for value in values(found) if value["lead_id"] == "company-2182162682"]
    assert made == {
        "family": "profile",
        "event_id": "hubspot-company-2182162682",
        "lead_id": "company-2182162682",
        "occurred_at": "2019-07-05T20:35:26.000Z",
        "provenance": "enriched",
        "profile": {
            "industry": "37a6259cc0c1dae299a7866489dff0bd",
            "country": "United States",
            "annual_revenue": 10_000_000,
        },
    }


def test_hubspots_contacts_are_profiles_with_the_company_that_they_name():
    found, _ = read("hubspot-contact-profiles", "hubspot_seeds/contact_data.csv")
    assert len(found) == 22
    known = {value["lead_id"]: value["profile"] for value in values(found)}
    assert known["78971951"] == {"company": "SampleCompany", "annual_revenue": 111_111}


def test_none_of_hubspots_deals_is_closed_so_that_none_is_an_outcome():
    found, reader = read("hubspot-deals", "hubspot_seeds/deal_data.csv")
    assert (len(found), reader.passed_over) == (0, 44)


def test_a_deal_is_an_outcome_of_its_contact_once_its_stage_is_won_or_lost(tmp_path: Path):
    (tmp_path / "deal_contact_data.csv").write_text("deal_id,contact_id\n1,7\n2,8\n3,9\n")
    (tmp_path / "deal_pipeline_stage_data.csv").write_text("stage_id,probability\nwon,1.0\nlost,0.0\nopen,0.4\n")
    (tmp_path / "deal_data.csv").write_text(
        "deal_id,is_deleted,deal_pipeline_stage_id,property_closedate,property_amount\n"
        "1,false,won,2026-05-02 08:00:00,1200.50\n2,false,lost,2026-05-01 08:00:00,\n3,false,open,2026-06-01 08:00:00,5\n"
    )
    reader = MappedReader(load("hubspot-deals"))
    found = values(list(rows(tmp_path / "deal_data.csv", reader)))
    assert [(each["lead_id"], each["action"], each.get("value")) for each in found] == [
        ("8", "lost", None),
        ("7", "won", {"amount": "1200.50", "currency": "USD"}),
    ]
    assert reader.passed_over == 1


def test_every_session_of_the_shop_has_an_outcome():
    found, _ = read("uci-outcomes", "uci_online_shoppers/online_shoppers_intention.csv")
    made = values(found)
    assert Counter(fields["action"] for fields in made) == {"lost": 10_422, "won": 1_908}
    assert made[0]["visitor_id"] == "session-2"
