"""Exports of Snowplow: page views are visits, campaigns are landings, and what is refused is named by its line."""

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest

from intentflow.domain.event import MAX_RECORD_BYTES
from intentflow.errors import RejectedError
from intentflow.wire.file_rows import Row
from intentflow.wire.files import rows
from intentflow.wire.rejections import Rejection
from intentflow.wire.snowplow_csv import read_snowplow_csv
from tests.wire.real_data import real

GOOD = {
    "event": "page_view",
    "event_name": "page_view",
    "event_id": "e-1",
    "user_id": "",
    "domain_userid": "d-1",
    "network_userid": "n-1",
    "collector_tstamp": "2021-03-03 21:27:32.696",
    "derived_tstamp": "2021-03-03 21:27:31.001",
    "page_url": "https://a.example/",
    "page_title": "",
    "mkt_campaign": "",
    "mkt_source": "",
}


def read(*changes: dict[str, str], tail: bytes = b"") -> list[Row]:
    text = io.StringIO()
    writer = csv.DictWriter(text, GOOD)
    writer.writeheader()
    writer.writerows(GOOD | change for change in changes)
    return list(read_snowplow_csv(io.BytesIO(text.getvalue().encode() + tail)))


def event(**changes: str) -> Any:
    (row,) = read(changes)
    return json.loads(row.value) | {"key": row.key.decode()}


def reasons(found: list[Row]) -> dict[int, str]:
    return {row.line: row.time.reason if isinstance(row.time, Rejection) else "taken" for row in found}


def test_a_page_view_is_a_visit_of_a_browser():
    assert event(page_title="Home, sweet home") == {
        "family": "website_visit",
        "event_id": "e-1",
        "occurred_at": "2021-03-03T21:27:31.001Z",
        "visitor_id": "d-1",
        "page": {"url": "https://a.example/", "title": "Home, sweet home"},
        "key": "v:d-1",
    }


def test_a_user_id_names_the_lead():
    assert event(user_id="u-1")["key"] == "l:u-1"


def test_a_page_view_of_a_campaign_is_a_landing():
    seen = event(mkt_campaign="spring", mkt_source="google")
    assert (seen["family"], seen["campaign"]) == ("landing_page", {"name": "spring", "source": "google"})


@pytest.mark.parametrize(
    ("derived", "collector", "time"),
    [
        ("", "2021-03-03 21:27:32.696", "2021-03-03T21:27:32.696Z"),
        ("2021-03-03 21:27:31 UTC", "", "2021-03-03T21:27:31Z"),
        ("2021-03-03T21:27:31+02:00", "", "2021-03-03T21:27:31+02:00"),
    ],
)
def test_the_collectors_time_stands_in_for_the_derived_one(derived: str, collector: str, time: str):
    assert event(derived_tstamp=derived, collector_tstamp=collector)["occurred_at"] == time


def test_the_network_id_stands_in_for_the_domains_one():
    assert event(domain_userid="")["key"] == "v:n-1"


def test_other_events_belong_to_no_family():
    found = read(
        {},
        {"event": "page_ping", "event_name": "page_ping"},
        {"event": "unstruct", "event_name": "link_click"},
        {"event": ""},
    )
    assert reasons(found) == {2: "taken", 3: "unknown_family", 4: "unknown_family", 5: "unknown_family"}
    assert isinstance(found[2].time, Rejection)
    assert found[2].time.detail == "the event 'link_click' belongs to no family: page views are read"


def test_a_refused_row_keeps_its_bytes_as_they_stood_in_the_file():
    assert read({"event": "struct", "page_title": 'a "b"\n\nc'})[0].value.startswith(b"struct,page_view,e-1,")
    assert b'"a ""b""\n\nc"' in read({"event": "struct", "page_title": 'a "b"\n\nc'})[0].value


def test_a_row_that_spans_lines_is_known_by_its_first():
    assert reasons(read({"page_title": "one\ntwo\n\nfour"}, {}, {"page_title": "a\nb"})) == {
        2: "taken",
        6: "taken",
        7: "taken",
    }


def test_a_row_without_anybody_or_without_time_is_refused():
    nobody = {"domain_userid": "", "network_userid": ""}
    assert reasons(read(nobody, {"derived_tstamp": "soon"}, {"derived_tstamp": "", "collector_tstamp": ""})) == {
        2: "no_identity",
        3: "bad_time",
        4: "wrong_type",
    }


def test_a_row_with_fields_missing_is_malformed():
    assert reasons(read({}, tail=b"page_view,x\n\n")) == {2: "taken", 3: "malformed_row"}


def test_a_quote_that_is_never_closed_costs_one_row():
    assert reasons(read({}, tail=b'page_view,"open\n')) == {2: "taken", 3: "malformed_row"}
    after = read({}, tail=b'"open\n' + b",".join([b"x"] * len(GOOD)) + b"\n" + b"y," * 3)
    assert reasons(after) == {2: "taken", 3: "malformed_row", 4: "unknown_family", 5: "malformed_row"}


def test_a_field_may_be_large_and_a_row_no_larger_than_a_mebibyte():
    assert reasons(read({"page_url": "u" * 900_000}, {"page_url": "u" * MAX_RECORD_BYTES}, {})) == {
        2: "taken",
        3: "too_large",
        4: "taken",
    }


def test_a_quote_that_is_open_for_more_than_a_mebibyte_costs_one_row():
    found = reasons(read({}, tail=b'page_view,"open\n' + (b"u" * 9999 + b"\n") * 200 + b",".join([b"x"] * len(GOOD))))
    assert (found[3], found[204]) == ("malformed_row", "unknown_family")
    assert len(found) == 203


def test_a_file_without_the_header_of_snowplow_is_not_read():
    for content in (b"a,b\n1,2\n", b'{"family":"cart"}', b'"', b"x" * (MAX_RECORD_BYTES + 1)):
        with pytest.raises(
            RejectedError, match="line 1: not the header of a Snowplow export, it has no column event, event_id"
        ):
            list(read_snowplow_csv(io.BytesIO(content)))


def test_of_the_real_export_the_fifty_page_views_are_events():
    read_rows = list(rows(real("snowplow_web/source/snowplow_web_events.csv"), "snowplow-csv"))
    good = [json.loads(row.value) for row in read_rows if isinstance(row.time, int)]
    assert (len(read_rows), len(good), len({event["event_id"] for event in good})) == (160, 50, 49)
    assert Counter(event["family"] for event in good) == {"website_visit": 44, "landing_page": 6}
    assert {row.time.reason for row in read_rows if isinstance(row.time, Rejection)} == {"unknown_family"}
    assert [row.line for row in read_rows] == list(range(2, 162))
