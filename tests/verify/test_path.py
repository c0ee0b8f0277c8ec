"""Paths are walked in the order in which records were folded, as far as that is known; whatever it was, there is no false alarm."""

from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from intentflow.domain.event import Campaign
from intentflow.domain.rules import DAY
from intentflow.model.load import load
from intentflow.verify.findings import Checked
from intentflow.wire.changes import decode_change
from tests.domain.strategies import histories, models
from tests.oracle.made import T0, land, newsletter
from tests.verify.made import NAMES, MadeApp, record

FAMILY = NAMES.families["cart"]


@st.composite
def apps(draw: st.DrawFn, topics: int) -> MadeApp:
    """Two leads' events, late ones and repeats among them, on one topic or two; clocks that come when they like.

    On one topic an id may be two events'; on two it is one event's, or nobody could know afterwards which of them counted.
    """
    app = MadeApp(draw(models(horizons=(1500, 400_000))), *([FAMILY] if topics > 1 else []))
    clock = 0
    for number, step in enumerate(draw(histories())):
        if step.event is None:
            clock = max(clock, step.at)
            app.clock(clock)
            continue
        given_event = step.event if topics == 1 else replace(step.event, event_id=f"id {number}")
        sent = record(given_event, draw(st.sampled_from("ab")), step.at)
        for _ in range(draw(st.sampled_from((1, 1, 1, 2)))):
            app.give([sent], draw(st.sampled_from([NAMES.events, FAMILY][:topics])))
    if draw(st.booleans()):
        app.clock(max(clock, T0 + 10_000))
    return app


def told(checked: Checked) -> str:
    return "log" if checked.paths_by_log else "search" if checked.paths_by_search else "rule"


@settings(max_examples=60)
@given(apps(topics=1))
def test_whenever_the_clocks_came_the_log_tells_it_and_nothing_differs(app):
    differences, checked = app.judged()
    assert differences == []
    assert checked.paths_by_log == checked.leads


@settings(max_examples=60)
@given(apps(topics=1))
def test_after_compaction_an_order_is_found_that_gives_what_was_published(app):
    app.compact()
    differences, checked = app.judged()
    assert differences == []
    event(told(checked))
    assert checked.paths_by_rule == 0


@settings(max_examples=60)
@given(apps(topics=2), st.booleans())
def test_leads_with_records_in_two_topics_give_no_false_alarm(app, compacted):
    if compacted:
        app.compact()
    differences, checked = app.judged()
    assert differences == []
    event(told(checked))
    assert compacted or checked.paths_by_rule == 0


def late() -> MadeApp:
    """A sign-up fades, a clock says so, and only then it is heard that the lead had come back before."""
    app = MadeApp(load("retail"))
    app.give([record(newsletter(0), "a", T0), record(newsletter(1, "confirm"), "a", T0 + 1)])
    app.clock(T0 + 60 * DAY)
    again = [land(40 * DAY + minute * 60_000, campaign=Campaign(name="spring")) for minute in range(5)]
    app.give([record(one, "a", T0 + 60 * DAY + 1) for one in again])
    app.clock(T0 + 300 * DAY)
    return app


def test_a_late_event_that_comes_after_a_clock_goes_another_way_than_before_it():
    app, early = late(), MadeApp(load("retail"))
    early.give([(line.timestamp, line.key or b"", line.value or b"") for line in app.sources[NAMES.events]])
    early.clock(T0 + 300 * DAY)
    assert ways(app) != ways(early)
    assert app.judged()[0] == early.judged()[0] == []


def test_the_way_of_a_late_event_is_found_without_the_log_too():
    app = late()
    app.compact()
    differences, checked = app.judged()
    assert (differences, checked.paths_by_search) == ([], 1)


def test_a_change_that_is_missing_is_said_to_be_and_no_order_is_searched_for():
    app = late()
    app.compact()
    app.changes.pop()
    assert {one.what for one in app.judged()[0]} == {"change_missing"}


def ways(app: MadeApp) -> list[tuple[str, str]]:
    changes = [decode_change(line.value or b"") for line in app.changes]
    return [(change.at, change.to_stage) for change in changes]
