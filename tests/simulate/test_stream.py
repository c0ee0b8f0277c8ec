"""The demo's traffic: in order, the same for a seed, believable, and under the model `retail` everything happens that the demo shows."""

import hashlib
import json
from collections import Counter
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest

from intentflow.domain.event import (
    Cart,
    LandingPage,
    Link,
    NewsletterSignup,
    SalesOutcome,
    WebsiteVisit,
    key_of,
    time_of,
)
from intentflow.model.load import load
from intentflow.simulate import Record, traffic
from intentflow.wire.chunk import Scorer
from intentflow.wire.events import decode
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import encode_row

UNTIL, DAY = 1_780_000_000_000, 86_400_000
PARTITIONS = 4


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return list(traffic(seed=7, people=2000, until=UNTIL))


@pytest.fixture(scope="module")
def outcome(records: list[Record]) -> dict[str, Any]:
    """What the core makes of it under `retail`, with all time passed up to the end."""
    model = load("retail")
    scorer, counts, changes = Scorer(model, sources=1), Counter[str](), list[Any]()
    for partition in range(PARTITIONS):
        mine = [record for record in records if partition_of(record.key, PARTITIONS) == partition]
        chunk: Any = [
            SimpleNamespace(offset=at, timestamp=time, key=key, value=value, headers=())
            for at, (time, key, value) in enumerate(mine)
        ]
        folded = scorer.fold_events({}, chunk, source=0, partition=partition, partitions=PARTITIONS)
        counts.update(counted=folded.counted, duplicate=folded.duplicate, rejected=folded.refused, marked=folded.marked)
        rows = {key: encode_row(1, lead) for key, lead, _ in folded.leads}
        passed = scorer.fold_clock(rows, rows, UNTIL, source=0, offset=len(mine))
        told = [one for _, _, news in (*folded.leads, *passed.leads) for one in news]
        changes += [json.loads(one.payload) for one in told if one.to is None]
    return {"stages": [stage.name for stage in model.stages], "counts": counts, "changes": changes}


def test_a_seed_gives_the_same_bytes_in_every_version_of_python():
    digest = hashlib.sha256()
    for record in traffic(seed=1, people=100, until=UNTIL):
        digest.update(repr(tuple(record)).encode())
    assert digest.hexdigest()[:16] == "ef4aeb70ca7e4824"


def test_another_seed_gives_other_traffic():
    assert list(traffic(1, 20, UNTIL)) != list(traffic(2, 20, UNTIL))


def test_records_come_in_the_order_in_which_they_arrive_within_the_period(records: list[Record]):
    times = [record.time for record in records]
    assert times == sorted(times)
    assert UNTIL - 30 * DAY <= times[0] < UNTIL - 29 * DAY
    assert UNTIL - DAY < times[-1] <= UNTIL


def test_there_is_enough_of_it_for_a_demo_and_not_too_much(records: list[Record]):
    assert 25_000 <= len(records) <= 60_000
    assert len({record.key for record in records}) >= 2000


def test_a_stream_begins_before_everybody_has_lived():
    assert len(list(islice(traffic(1, 5000, UNTIL), 10))) == 10


def test_more_people_do_not_change_what_the_others_do():
    few, many = (set(traffic(5, people, UNTIL)) for people in (50, 80))
    assert few < many


def test_a_shorter_period_is_kept_too():
    times = [record.time for record in traffic(1, 200, UNTIL, days=3)]
    assert min(times) >= UNTIL - 3 * DAY
    assert max(times) <= UNTIL


def test_every_family_and_the_actions_that_matter_are_there(records: list[Record]):
    events = [event for record in records if not isinstance(event := decode(record.value), Rejection | Link)]
    seen = {(type(event), event.action) for event in events}
    assert seen >= {(WebsiteVisit, action) for action in ("view", "download", "search", "video", "competitor_compare")}
    assert seen >= {
        (NewsletterSignup, action) for action in ("signup", "confirm", "open", "click", "unsubscribe", "bounce")
    }
    assert seen >= {(Cart, action) for action in ("add", "remove", "view", "shipping_quote", "checkout", "purchase")}
    assert seen >= {(LandingPage, action) for action in ("land", "submit")}
    assert seen >= {(SalesOutcome, action) for action in ("accepted", "rejected", "recycled", "won", "lost")}
    assert {event.attributes["form"] for event in events if event.attributes and "form" in event.attributes} == {
        "sample",
        "trial",
    }


def test_a_key_is_its_events_own(records: list[Record]):
    pairs = [(record.key, event) for record in records if not isinstance(event := decode(record.value), Rejection)]
    assert all(key == key_of(event) for key, event in pairs)


def test_people_are_known_by_browser_account_and_address(records: list[Record]):
    keys = {record.key for record in records}
    assert sum(key.startswith(b"v:") for key in keys) > 1000
    assert sum(key.startswith(b"l:u-") for key in keys) > 500
    assert sum(b"@" in key for key in keys) > 20


def test_some_are_anonymous_before_they_sign_up_and_known_afterwards(records: list[Record]):
    events = [event for record in records if not isinstance(event := decode(record.value), Rejection | Link)]
    anonymous = {event.visitor_id for event in events if not event.lead_id and not event.email}
    known = {event.visitor_id for event in events if event.lead_id}
    assert len(anonymous & known) > 100


def test_a_few_come_twice_a_few_late_and_very_few_are_broken(records: list[Record]):
    values = Counter(record.value for record in records)
    late = [
        record.time - time_of(event)
        for record in records
        if not isinstance(event := decode(record.value), Rejection) and record.time - time_of(event) > 600_000
    ]
    broken = [event.reason for record in records if isinstance(event := decode(record.value), Rejection)]
    assert 50 <= sum(many - 1 for many in values.values()) <= 500
    assert 50 <= len(late) <= 300
    assert max(late) <= 7 * DAY
    assert 5 <= len(broken) <= 50
    assert len(set(broken)) >= 3


def test_an_event_is_never_ahead_of_its_arrival(records: list[Record]):
    assert all(
        time_of(event) <= record.time for record in records if not isinstance(event := decode(record.value), Rejection)
    )


def test_more_people_come_in_the_evening_than_at_night(records: list[Record]):
    by_hour = Counter(record.time // 3_600_000 % 24 for record in records)
    assert by_hour[20] > 5 * by_hour[3]


def test_everything_that_came_in_is_counted_a_duplicate_or_rejected(records: list[Record], outcome: dict[str, Any]):
    counts = outcome["counts"]
    assert counts["counted"] + counts["duplicate"] + counts["rejected"] == len(records)
    assert counts["duplicate"] > 20
    assert counts["rejected"] >= 5
    assert counts["marked"] == 0


def test_every_stage_of_retail_is_entered(outcome: dict[str, Any]):
    entered = Counter(change["to"] for change in outcome["changes"])
    assert set(outcome["stages"]) == set(entered)
    assert min(entered.values()) >= 20


def test_what_sales_says_moves_leads_and_says_why(outcome: dict[str, Any]):
    told = [change for change in outcome["changes"] if change["cause"]["kind"] == "outcome"]
    assert {change["to"] for change in told} >= {"disqualified", "recycled", "customer"}
    assert all(change["cause"]["reason"] for change in told if change["to"] in ("disqualified", "recycled"))


def test_every_change_has_three_answers_and_says_when_to_follow_up(outcome: dict[str, Any]):
    entered = {change["to"]: change for change in outcome["changes"]}
    assert all(change["answers"]["criteria"] > 0 for change in entered.values())
    assert not entered["disqualified"]["answers"]["eligible"]
    assert entered["customer"]["answers"]["eligible"]
    assert {stage for stage, change in entered.items() if change["follow_up_by"]} == {
        "mql",
        "pql",
        "recycled",
        "sql",
        "customer",
    }


def test_time_alone_demotes_at_least_twenty_leads(outcome: dict[str, Any]):
    order = outcome["stages"].index
    fallen = {
        c["lead"] for c in outcome["changes"] if c["cause"]["kind"] == "decay" and order(c["to"]) < order(c["from"])
    }
    assert len(fallen) >= 20
