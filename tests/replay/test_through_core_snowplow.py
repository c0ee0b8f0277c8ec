"""Real page views of people with several devices: who they are and what they score is the same in whatever order the rows come.

Two arms. In the first each page view names its user, as Snowplow exported it. In the second the page views of a device with one user are
anonymous, and links say who it was. A device that had seven users keeps them in its rows: whose an anonymous view of it is, nobody can say.
"""

import csv
import json
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from intentflow.domain.rules import ScoringModel
from intentflow.model.load import load
from intentflow.replay.reading import Reading
from intentflow.replay.through_core import CoreReplay
from intentflow.wire.files import rows
from intentflow.wire.rows import decode_row
from tests.wire.real_data import real

YEAR = 366 * 86_400_000
SHUFFLES = range(8)
NOBODY = "NULL domain_userid"  # our reader takes the network's id where the domain has none
ROTATING = (
    "Rotating domain_userid per session"  # Snowplow puts the session's first id into each row; a raw row has its own
)


def views() -> list[dict[str, Any]]:
    """The page views of the export as our reader makes them events, the repeated one included."""
    found = rows(real("snowplow_web/source/snowplow_web_events.csv"), "snowplow-csv")
    return [json.loads(row.value) for row in found if isinstance(row.time, int)]


def expected() -> list[dict[str, str]]:
    """The page views of the table that Snowplow expects."""
    with real("snowplow_web/expected/snowplow_web_page_views_expected.csv").open() as table:
        return list(csv.DictReader(table))


def users_of(seen: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Who used each device."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    for view in seen:
        users[view["visitor_id"]].add(view["lead_id"])
    return users


def anonymous(seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same without user ids, and a link for each pair, where a device had one user."""
    users = users_of(seen)
    alone = [view for view in seen if len(users[view["visitor_id"]]) == 1]
    links = [
        {"family": "link", "event_id": f"link-{view['event_id']}"}
        | {key: view[key] for key in ("occurred_at", "lead_id", "visitor_id")}
        for view in alone
    ]
    hidden = [{key: part for key, part in view.items() if key != "lead_id"} for view in alone]
    return [*(view for view in seen if view not in alone), *hidden, *links]


def told(records: list[dict[str, Any]], path: Path) -> CoreReplay:
    """The records through the core, in this order. No event is too late: that would depend on the order."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    core = CoreReplay(patient())
    core.take(Reading([path], "jsonl", lambda _done, _total: None))
    assert core.reasons == {}
    return core


def patient() -> ScoringModel:
    return replace(load("retail"), horizon=YEAR)


def people(core: CoreReplay) -> dict[str, tuple[float, ...]]:
    """The scores of each lead at one time, by its key; an alias is no lead."""
    leads = {key.decode(): decode_row(row) for key, row in core.rows.items()}
    end = max(lead.clock for lead in leads.values())
    return {key: tuple(core.scorer.fold.scores.at(lead, end)) for key, lead in leads.items() if lead.clock}


def test_the_43_expected_page_views_come_with_their_users_and_devices():
    ours = {view["event_id"]: (view["lead_id"], view["visitor_id"]) for view in views()}
    theirs = {view["event_id"]: (view["user_id"], view["domain_userid"]) for view in expected()}
    assert (len(theirs), len(ours)) == (43, 49)
    different = {event: pair for event, pair in theirs.items() if ours[event] != pair}
    assert Counter(user for user, _ in different.values()) == {ROTATING: 2, NOBODY: 1}
    assert all(ours[event][0] == user for event, (user, _) in different.items())
    assert set(theirs.values()) - set(ours.values()) == {(NOBODY, "")}  # the rotating pair is there, by another row


@pytest.mark.parametrize("arm", ["named", "anonymous"])
def test_people_and_their_scores_are_the_same_in_every_order_of_the_rows(arm: str, tmp_path: Path):
    records = views() if arm == "named" else anonymous(views())
    first = people(told(records, tmp_path / "rows.jsonl"))
    assert set(first) == {f"l:{user}" for user in {view["lead_id"] for view in views()}}
    assert any(max(scores) > 0 for scores in first.values())
    for seed in SHUFFLES:
        random.Random(seed).shuffle(records)
        again = people(told(records, tmp_path / "rows.jsonl"))
        assert set(again) == set(first)
        assert {key: pytest.approx(scores, abs=1e-9) for key, scores in first.items()} == again


def test_who_is_told_late_scores_as_who_was_named_at_once(tmp_path: Path):
    named, late = (people(told(records, tmp_path / "rows.jsonl")) for records in (views(), anonymous(views())))
    assert {key: pytest.approx(scores, abs=1e-9) for key, scores in named.items()} == late


def test_devices_resolve_to_their_one_user_and_the_shared_one_takes_nothing_along(tmp_path: Path):
    core = told(anonymous(views()), tmp_path / "rows.jsonl")
    owned = {device: user for device, (user, *others) in users_of(views()).items() if not others}
    bonds = {device: decode_row(core.rows[f"v:{device}".encode()]).bonds for device in owned}
    assert (len(owned), len(users_of(views()))) == (15, 16)
    assert {device: tie and tie.alias for device, tie in bonds.items()} == {
        device: f"l:{user}".encode() for device, user in owned.items()
    }
