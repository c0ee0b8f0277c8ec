"""The shipped mappings on tables that nobody here wrote, and those that wait for profiles and outcomes to be read."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from intentflow.mapping import sound
from intentflow.mapping.load import MappingError, load
from intentflow.mapping.lookups import looked_up
from intentflow.mapping.mapped import MappedReader
from intentflow.mapping.records import RecordMaker
from intentflow.mapping.tables import csv_table
from intentflow.wire.file_rows import Row
from intentflow.wire.files import open_source, rows
from intentflow.wire.rejections import Rejection
from tests.wire.real_data import real

WAITING = sorted((Path(__file__).parent / "waiting").glob("*.yaml"))


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


@pytest.mark.parametrize("path", WAITING, ids=lambda path: path.stem)
def test_what_waits_for_profiles_and_outcomes_is_refused_for_that_alone(path: Path):
    with pytest.raises(MappingError) as caught:
        load(str(path))
    (finding,) = caught.value.findings
    assert finding.text.endswith("is not read yet; take the record out, or keep it in another file")


def made_of(name: str, table: str, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What a waiting mapping makes of a table, as if it were read."""
    monkeypatch.setattr(sound, "READ", ("event", "link", "profile", "outcome"))
    written = load(str(next(path for path in WAITING if path.stem == name))).written
    path = real(table)
    ((record_name, record),) = written.records.items()
    lookups = {part.lookup for part in sound.parts_of(record) if part.lookup is not None}
    tables = {lookup: looked_up(lookup, path.parent, written) for lookup in lookups}
    maker = RecordMaker(written, record_name, tables)
    with open_source(path) as source:
        table_rows = [row for _, row in csv_table(source.stream, written) if row is not None]
    made = []
    for row in table_rows:
        assert isinstance(row.cells, dict)
        row.cells["$line"] = row.line
        made += list(maker.made(row.cells, row.raw))
    return made


def test_companies_will_be_profiles(monkeypatch: pytest.MonkeyPatch):
    made = made_of("hubspot-companies", "hubspot_seeds/company_data.csv", monkeypatch)
    assert len(made) == 24
    assert made[0] == {
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


def test_contacts_will_be_profiles(monkeypatch: pytest.MonkeyPatch):
    made = made_of("hubspot-contact-profiles", "hubspot_seeds/contact_data.csv", monkeypatch)
    assert made[0]["profile"] == {"company": "SampleCompany", "annual_revenue": 111_111}


def test_deals_will_be_outcomes_and_none_of_these_is_closed(monkeypatch: pytest.MonkeyPatch):
    assert made_of("hubspot-deals", "hubspot_seeds/deal_data.csv", monkeypatch) == []


def test_the_shops_sessions_will_have_outcomes(monkeypatch: pytest.MonkeyPatch):
    table = "uci_online_shoppers/online_shoppers_intention.csv"
    made = made_of("uci-online-shoppers-outcomes", table, monkeypatch)
    assert Counter(fields["action"] for fields in made) == {"lost": 10_422, "won": 1_908}
    assert made[0]["visitor_id"] == "session-2"
