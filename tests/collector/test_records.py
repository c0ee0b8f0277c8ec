"""From events to records."""

from datetime import UTC, datetime

import pytest

from intentflow.collector.records import LINK_MS, LINKS, KnownLinks, Record, implied_link, partition, record_of
from intentflow.domain.event import AnyRecord, LandingPage, Link, Page, WebsiteVisit
from intentflow.wire.events import decode
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rejections import Rejection

WHEN = datetime(2026, 5, 1, tzinfo=UTC)
NOW = 1_777_636_800_000


def visit(**more: str) -> WebsiteVisit:
    return WebsiteVisit(event_id="e1", occurred_at=WHEN, **more)  # type: ignore[arg-type]  # all of them texts


def record(event: WebsiteVisit) -> Record:
    made = record_of(event)
    assert isinstance(made, Record)
    return made


def test_a_record_has_the_events_own_key_and_is_what_the_worker_decodes():
    event = visit(visitor_id="v1")
    assert record(event).key == b"v:v1"
    assert decode(record(event).value) == event


def test_what_the_worker_would_refuse_is_refused_for_the_same_reason():
    broken: list[AnyRecord] = [
        visit(),
        visit(visitor_id="x" * 129),
        visit(visitor_id="a\x00"),
        visit(lead_id=" "),
        LandingPage(event_id="", occurred_at=WHEN, visitor_id="v"),
        WebsiteVisit(event_id="e", occurred_at=WHEN, visitor_id="v", page=Page(url="x" * 5000)),
        WebsiteVisit(event_id="e", occurred_at=WHEN.replace(year=1999), visitor_id="v"),
        Link(event_id="e", occurred_at=WHEN, visitor_id="v"),
    ]
    reasons = [made.reason for made in map(record_of, broken) if isinstance(made, Rejection)]
    assert reasons == [
        *("no_identity", "bad_id", "bad_id", "bad_id", "bad_id", "wrong_type", "bad_time", "no_identity")
    ]


def test_an_event_that_names_a_lead_and_a_visitor_implies_their_link_on_the_visitors_key():
    event = visit(visitor_id="v1", lead_id="u1")
    link = implied_link(event, record(event).key)
    assert link is not None
    assert (link.key, link.joins) == (b"v:v1", b"l:u1")
    assert decode(link.value) == Link(event_id="e1.link", occurred_at=WHEN, lead_id="u1", visitor_id="v1")
    assert record_of(decode_link(link)) == link


def decode_link(link: Record) -> Link:
    found = decode(link.value)
    assert isinstance(found, Link)
    return found


def test_an_email_alone_is_who_the_visitor_is_linked_to():
    event = visit(visitor_id="v1", email="Anna@Example.com")
    link = implied_link(event, record(event).key)
    assert link is not None
    assert (link.key, link.joins) == (b"v:v1", b"l:anna@example.com")
    assert not isinstance(decode(link.value), Rejection)


@pytest.mark.parametrize("who", [{"visitor_id": "v1"}, {"lead_id": "u1"}, {"lead_id": "u1", "visitor_id": " "}])
def test_who_is_named_alone_is_linked_to_nobody(who):
    assert implied_link(visit(**who), b"l:u1" if "lead_id" in who else b"v:v1") is None


def test_the_id_of_a_link_fits_even_if_the_events_is_as_long_as_it_may_be():
    event = WebsiteVisit(event_id="ä" * 64, occurred_at=WHEN, lead_id="u", visitor_id="v")
    link = implied_link(event, b"l:u")
    assert link is not None
    assert not isinstance(decode(link.value), Rejection)


def test_a_link_of_two_known_ids_has_the_key_of_the_greater_one():
    made = record_of(Link(event_id="e", occurred_at=WHEN, lead_id="u1", email="anna@example.com"))
    assert isinstance(made, Record)
    assert (made.key, made.joins) == (b"l:anna@example.com", b"l:u1")


def test_a_link_is_known_for_a_minute_from_its_acknowledgement():
    known, link = KnownLinks(), Record(b"v:1", b"", b"l:a")
    assert not known.has(link, NOW)
    known.acknowledged(link, NOW)
    assert known.has(link, NOW + LINK_MS - 1)
    assert not known.has(link, NOW + LINK_MS)


def test_a_link_is_not_known_once_another_of_its_visitor_was_sent():
    known, first, second = KnownLinks(), Record(b"v:1", b"", b"l:a"), Record(b"v:1", b"", b"l:b")
    known.acknowledged(first, NOW)
    known.sent(second)
    assert not known.has(first, NOW)
    known.acknowledged(second, NOW)
    assert not known.has(first, NOW)
    assert known.has(second, NOW)


def test_as_many_links_are_remembered_as_are_allowed_and_no_more():
    known = KnownLinks()
    for number in range(LINKS + 10):
        known.acknowledged(Record(b"v:%d" % number, b"", b"l:a"), NOW)
    assert len(known) == LINKS
    assert not known.has(Record(b"v:9", b"", b"l:a"), NOW)
    assert known.has(Record(b"v:10", b"", b"l:a"), NOW)


def test_a_remembered_partition_is_the_partition():
    keys = [b"v:%d" % number for number in range(100)]
    assert [partition(key, 8) for key in keys * 2] == [partition_of(key, 8) for key in keys * 2]
