"""From a request's body to records, without HTTP and Kafka."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.collector.consent import NONE, Policies, Wishes
from intentflow.collector.intake import FORMATS, MAX_DEPTH, Ended, Judge, needed, opened
from intentflow.collector.keys import EVERYTHING, GRANTED, WriteKey
from intentflow.domain.event import Link
from intentflow.wire.events import decode
from intentflow.wire.rejections import Rejection
from intentflow.wire.tracked import Envelope, Opened

NOW = 1_777_636_800_000
SERVER = WriteKey("crm", b"", EVERYTHING)
BROWSER = WriteKey("shop", b"", GRANTED["browser"])
VISIT = {"family": "website_visit", "event_id": "e1", "occurred_at": "2026-05-01T11:00:00Z", "visitor_id": "v1"}
OUTCOME = {
    "family": "outcome",
    "event_id": "o1",
    "occurred_at": "2026-05-01T11:00:00Z",
    "lead_id": "u1",
    "action": "won",
}
JOIN = {
    "family": "link",
    "event_id": "l1",
    "occurred_at": "2026-05-01T11:00:00Z",
    "lead_id": "u1",
    "email": "a@example.com",
}


def end(
    event: Any,
    key: WriteKey = SERVER,
    wishes: Wishes = NONE,
    policies: Policies | None = None,
    tracker: Any = "cloudevents",
) -> Ended:
    """What becomes of one event."""
    envelope = Envelope(tracker=tracker, received=NOW, call="track")
    item = event if isinstance(event, bytes) else json.dumps(event).encode()
    return Judge(envelope, key, wishes, policies or Policies(), 65_536).end(item)


def reason(ended: Ended) -> str:
    assert ended.rejection is not None
    assert (ended.end, ended.records) == ("refused", ())
    return ended.rejection.reason


def test_a_good_event_is_accepted_with_its_record():
    ended = end(VISIT)
    assert (ended.end, [record.key for record in ended.records]) == ("accepted", [b"v:v1"])


@pytest.mark.parametrize(("key", "events"), [(BROWSER, [VISIT]), (SERVER, [VISIT, OUTCOME, JOIN])])
def test_a_key_may_say_what_it_is_for(key, events):
    assert [end(event, key).end for event in events] == ["accepted"] * len(events)


@pytest.mark.parametrize(
    "event",
    [OUTCOME, JOIN, {**OUTCOME, "family": "profile", "action": "update", "profile": {"a": 1}, "provenance": "form"}],
)
def test_a_browsers_key_may_not_say_the_rest(event):
    assert reason(end(event, BROWSER)) == "not_permitted"
    assert "shop" in (end(event, BROWSER).rejection or Rejection("empty", "")).detail


def test_of_what_a_key_may_say_in_part_the_part_is_taken():
    told = {"type": "identify", "messageId": "m", "anonymousId": "v1", "userId": "u1", "traits": {"employees": 5}}
    whole, part = end(told, SERVER, tracker="segment"), end(told, BROWSER, tracker="segment")
    assert [decode(record.value).__class__.__name__ for record in whole.records] == ["Link", "Profile"]
    assert (part.end, part.records, part.withheld) == ("accepted", whole.records[:1], 1)


@pytest.mark.parametrize("size", [65_536, 65_537])
def test_an_event_is_as_large_as_it_may_be_and_no_larger(size):
    event = json.dumps(VISIT).encode()
    event = event[:-1] + b" " * (size - len(event)) + b"}"
    assert len(event) == size
    assert end(event).end == ("accepted" if size <= 65_536 else "refused")


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, MAX_DEPTH])
def test_an_event_is_as_deep_as_it_may_be_and_no_deeper(depth):
    ended = end({**VISIT, "more": json.loads("[" * depth + "]" * depth)})
    assert ended.end == ("accepted" if depth < MAX_DEPTH else "refused")


def test_a_private_person_is_not_watched_and_not_linked_but_heard():
    wishes = Wishes(do_not_track=True)
    assert end(VISIT, wishes=wishes).end == "not_tracked"
    bought = {**VISIT, "family": "cart", "action": "purchase", "lead_id": "u1"}
    private, public = end(bought, wishes=wishes), end(bought)
    assert [record.key for record in public.records] == [b"v:v1", b"l:u1"]
    assert [record.key for record in private.records] == [b"l:u1"]
    assert json.loads(private.records[0].value)["attributes"] == {"do_not_track": True}


def test_where_the_policy_is_to_carry_a_private_person_is_as_any_other():
    ended = end(VISIT, wishes=Wishes(True, True), policies=Policies("carry", "carry"))
    assert json.loads(ended.records[0].value)["attributes"] == {"do_not_track": True, "global_privacy_control": True}


def test_what_is_nothing_to_us_is_ignored():
    assert end({"event": "$autocapture", "distinct_id": "v", "properties": {}}, tracker="posthog") == Ended("ignored")


def test_what_each_kind_of_record_needs():
    found = [
        decode(json.dumps(event).encode())
        for event in (VISIT, OUTCOME, JOIN, {**JOIN, "email": None, "visitor_id": "v"})
    ]
    assert [needed(event) for event in found if not isinstance(event, Rejection)] == [
        "behaviour",
        "outcomes",
        "joins",
        "behaviour",
    ]


@pytest.mark.parametrize("tracker", list(FORMATS))
@given(body=st.binary(max_size=200) | st.sampled_from([b"[" * 100_000, b'{"a":' * 100_000, b'{"batch":' + b"[" * 5000]))
def test_any_body_is_opened_or_refused_and_each_of_its_events_has_an_end(tracker, body):
    envelope = Envelope(tracker=tracker, received=NOW, call="track")
    found = opened(body, tracker, envelope.call)
    if isinstance(found, Opened):
        judge = Judge(envelope, SERVER, NONE, Policies(), 65_536)
        assert all(judge.end(item).end in ("accepted", "ignored", "refused") for item in found.items)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "event",
                        "userId",
                        "anonymousId",
                        "properties",
                        "context",
                        "traits",
                        "timestamp",
                        "batch",
                        "messageId",
                    ]
                )
                | st.text(max_size=5),
                inner,
                max_size=6,
            )
        ),
        max_leaves=30,
    )
)
def test_any_json_has_an_end_with_each_tracker_and_records_that_the_worker_takes(value):
    for tracker in FORMATS:
        for record in end(value, tracker=tracker).records:
            checked = decode(record.value)
            assert not isinstance(checked, Rejection)
            assert record.joins == b"" or isinstance(checked, Link)
