"""With the short way and without it: the same rows, changes, counts and rejections, whatever comes."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import event as noted
from hypothesis import given, settings
from hypothesis import strategies as st

from intentflow import compiled
from intentflow.domain.rules import Condition, Counted, ScoringModel, Stage
from intentflow.wire.control import encode_clock, encode_erasure
from intentflow.wire.cutting import Bound
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rows import due_of
from tests.domain.strategies import Choices, many, models
from tests.domain.test_fold_in_chunks import records
from tests.lane.scenes import EVENTS, Record
from tests.oracle.made import T0, moment
from tests.wire.short_way import CONTROL, HOUR, VISITS, Lane, both, came_of, known_models

PEOPLE: tuple[dict[str, str], ...] = (
    *({"lead_id": "a"}, {"lead_id": "a"}, {"email": "x@y.example"}, {"visitor_id": "v"}, {"visitor_id": "w"}),
    *({"lead_id": "b", "email": "b@ACME.example"}, {"email": "X@Y.example"}, {"lead_id": "a", "visitor_id": "v"}),
    *({"lead_id": " a "}, {"visitor_id": "V@W"}),
)
KEYS = (b"l:a", b"l:a", b"l:x@y.example", b"v:v", b"v:w", b"l:b", b"l:x@y.example", b"l:a", b"l:a", b"v:V@W")
ACTIONS = {
    "website_visit": ("view", "view", "download", "search", None, None, "demo"),
    "newsletter_signup": ("open", "click", "signup", None, "confirm", "unsubscribe", "bounce"),
    "cart": ("add", "add", "remove", "view", "purchase", "shipping_quote", "checkout"),
    "landing_page": ("land", None, "submit"),
}
FAMILIES = ("website_visit", "website_visit", "website_visit", "landing_page", "cart", "newsletter_signup")
URLS = (None, "/", "/blog/1", "/pricing", "https://shop.example/products/7?utm_source=x", "/shipping", "")
AGENTS = (None, None, None, "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", "Googlebot/2.1", "")
HEADERS = (("ce_id", b"another"),)


class Deed(NamedTuple):
    """A chunk of a topic, or what else happens: everything under way settles, or time passes."""

    what: str
    records: list[Record] = []
    at: int = 0


def ids_of(choose: Choices, n: int) -> dict[str, Any]:
    return {"event_id": f"e{choose.below(n + 1)}" if choose.below(12) == 0 else f"e{n}"}


def told(choose: Choices, n: int, at: int) -> tuple[bytes, dict[str, Any]]:
    """An event, as plain as most are, with now and then something more to it."""
    who = choose.below(choose.one((3, 6, len(PEOPLE))))
    family = choose.one(FAMILIES)
    said: dict[str, Any] = {
        "family": family,
        **ids_of(choose, n),
        "occurred_at": moment(at - T0).isoformat(),
        **PEOPLE[who],
    }
    if (action := choose.one(ACTIONS[family])) is not None:
        said["action"] = action
    if (url := choose.one(URLS)) is not None:
        said["page"] = {"url": url}
    if (agent := choose.one(AGENTS)) is not None:
        said["user_agent"] = agent
    more = choose.below(16)
    if more == 0:
        said["attributes"] = choose.one(({}, {"a": 1}, {"purpose": "prefetch"}, {"form": "contact", "b": True}))
    elif more == 1:
        said["campaign"] = choose.one(({}, {"source": "news"}, {"name": "spring", "medium": "email"}))
    elif more == 2:
        said |= choose.one(({"lead_id": None}, {"more": [1, {"x": None}]}, {"family": "profile"}, {"visitor_id": " "}))
    if family == "cart":
        cart_id = choose.one((None, "c0", "c1", *(f"c{n}" for n in range(2, 10)), " "))
        said |= {} if cart_id is None else {"cart_id": cart_id}
        said |= choose.one(({}, {}, {}, {"lines": []}, {"value": {"amount": 5, "currency": "EUR"}}))
    return KEYS[who], said


def later(choose: Choices, now: int, model: ScoringModel) -> int:
    """When the next event happens: mostly after the one before it."""
    day = 24 * HOUR if model.horizon >= HOUR else 400
    after = choose.one((0, 1, 1, 1000, day // 100, day // 100, day // 10, day // 10, day, 3 * day))
    return now + (after if choose.below(8) else -choose.one((1, day // 100, day, model.horizon + 1)))


def chunks(draw: st.DrawFn, model: ScoringModel, most: int, partitions: int) -> Iterator[Deed]:
    """What happens to a partition, in order."""
    now, held, offsets = T0, list[Record](), {EVENTS.name: 0, VISITS.name: 0, CONTROL.name: 0}
    topic, size = EVENTS.name, 1
    for n, choose in enumerate(many(draw, draw(st.integers(1, most)))):
        at = later(choose, now, model)
        now = max(now, at)
        key, said = told(choose, n, at)
        key = key if partition_of(key, partitions) == 0 or choose.below(9) else b"l:stranger"
        headers = HEADERS if choose.below(40) == 0 else ()
        received = max(0, at + choose.one((0, 0, 0, 0, 0, -300_000, -300_001)))
        held.append(Record(offsets[topic], key, json.dumps(said).encode(), received, headers))
        offsets[topic] += 1 + (choose.below(10) == 0)
        if len(held) >= size:
            yield Deed(topic, held)
            held, topic = [], choose.one((EVENTS.name, EVENTS.name, EVENTS.name, VISITS.name))
            size = choose.one((1, 2, 5, 40))
            what = choose.below(10)
            if what >= 7:
                key, value = encode_clock(now + choose.one((0, 1000, HOUR, 30 * 24 * HOUR)))
                if what == 9:
                    key, value = encode_erasure(choose.one(KEYS), now)
                yield Deed(CONTROL.name, [Record(offsets[CONTROL.name], key, value, now)])
                offsets[CONTROL.name] += 1
            if what % 3:
                yield Deed("settle")
    if held:
        yield Deed(topic, held)
    yield Deed("settle")


@st.composite
def lives(draw: st.DrawFn, model: ScoringModel, partitions: int, most: int = 30) -> list[Deed]:
    return list(chunks(draw, model, most, partitions))


def lived(lane: Lane, life: Sequence[Deed]) -> list[tuple[object, ...]]:
    """What is seen after each deed."""
    seen = []
    for deed in life:
        if deed.what == "settle":
            lane.settle()
        else:
            lane.read(deed.what, deed.records)
        seen.append(lane.seen())
    return seen


def assert_both_see_the_same(model: ScoringModel, life: Sequence[Deed], partitions: int, bound: Bound) -> int:
    """Returns how many leads went the short way."""
    quick, plain = (Lane(scorer, partitions) for scorer in both(model, 3, bound))
    assert lived(quick, life) == lived(plain, life)
    assert plain.short == 0
    return quick.short


bounds = st.sampled_from((Bound(), Bound(), Bound(few=1, told=0), Bound(few=3, told=500)))


@settings(max_examples=300)
@given(st.sampled_from(sorted(known_models())), bounds, st.sampled_from((1, 1, 3)), st.data())
def test_a_partition_of_a_model_in_use_is_the_same_with_the_short_way(name, bound, partitions, data):
    model = known_models()[name]
    life = data.draw(lives(model, partitions))
    noted(
        f"{name}: {'went' if assert_both_see_the_same(model, life, partitions, bound) else 'none went'} the short way"
    )


@settings(max_examples=300)
@given(models(horizons=(1500, 400_000)), bounds, st.data())
def test_a_partition_of_any_model_is_the_same_with_the_short_way(model, bound, data):
    life = data.draw(lives(model, 1))
    noted(f"{'went' if assert_both_see_the_same(model, life, 1, bound) else 'none went'} the short way")


@settings(max_examples=200)
@given(models(), models(doubted=True), records(), st.data())
def test_a_chunk_of_leads_that_another_model_judged_is_the_same_with_the_short_way(model, other, told, data):
    cut = data.draw(st.integers(0, len(told)))
    before, _ = came_of(both(other, 2)[1], told[:cut])
    quick, plain = both(model, 2)
    assert came_of(quick, told[cut:], before.rows)[0] == came_of(plain, told[cut:], before.rows)[0]


def visits(n: int, leads: int, start: int = 0) -> list[Record]:
    """So many plain visits of some leads, a minute apart."""
    made = []
    for i in range(start, start + n):
        at = moment(i * 60_000)
        said = {
            "family": "website_visit",
            "event_id": f"e{i}",
            "occurred_at": at.isoformat(),
            "lead_id": f"{i % leads}",
        }
        made.append(Record(i, b"l:%d" % (i % leads), json.dumps(said).encode(), T0 + i * 60_000))
    return made


@pytest.mark.parametrize("name", sorted(known_models()))
@pytest.mark.parametrize(("size", "leads"), [(200, 50), (200, 2), (1, 1)])
def test_plain_visits_go_the_short_way_and_end_as_they_would_without(name, size, leads):
    quick, plain = both(known_models()[name], 1)
    rows, went = dict[bytes, bytes](), 0
    for start in range(0, 4 * size, size):
        chunk = visits(size, leads, start)
        (found, short), (wanted, _) = came_of(quick, chunk, rows), came_of(plain, chunk, rows)
        assert found == wanted
        rows, went = found.rows, went + short
    assert went == 4 * min(size, leads) or name != "lasting" or not compiled.in_force()


@pytest.mark.parametrize("few", [64, 2])
@pytest.mark.parametrize(
    "last", [b"no event", *[each.value for each in visits(2, 1)]], ids=("refused", "counted", "twice")
)
def test_of_a_lead_nothing_is_lost_if_the_rest_of_its_records_changes_nothing(few, last):
    quick, plain = both(known_models()["lasting"], 1, Bound(few))
    chunk = [*visits(4, 1, 1), Record(9, b"l:0", last, T0)]
    (found, _), (wanted, _) = came_of(quick, chunk), came_of(plain, chunk)
    assert found == wanted
    assert list(found.rows) == [b"l:0"]


FADING = ScoringModel(
    name="fading",
    version=1,
    hash="fading",
    signals=tuple(
        Counted(name=family, axis="intent", points=10.0, half_life=half_life, when=(Condition(family=family),))
        for family, half_life in (("website_visit", 10 * HOUR), ("landing_page", 1000 * HOUR))
    ),
    stages=(Stage(name="low"), Stage(name="high", enter=(("intent", 15.0),), leave=(("intent", 6.0),))),
)


def test_a_lead_that_is_due_later_than_its_row_says_falls_in_time_after_an_event_that_came_late():
    """A clock that only moves a due time leaves the lead's own as it was (`folding.note_moved`)."""
    quick, plain = (Lane(scorer, 1) for scorer in both(FADING, 3))
    begin = {"occurred_at": moment(0).isoformat(), "lead_id": "0"}
    told = [{**begin, "family": family, "event_id": family} for family in ("website_visit", "landing_page")]
    first = [Record(n, b"l:0", json.dumps(said).encode(), T0) for n, said in enumerate(told)]
    late = {**begin, "family": "landing_page", "event_id": "late", "occurred_at": moment(1).isoformat()}
    for lane in (quick, plain):
        lane.read(EVENTS.name, first)
        lane.settle()
        due = due_of(lane.part.rows[b"l:0"])
        for n in range(100):
            key, value = encode_clock(due + 40 * HOUR + n * 20 * HOUR)
            lane.read(CONTROL.name, [Record(n, key, value, T0)])
            if n == 0:
                assert due_of(lane.part.rows[b"l:0"]) > due
                lane.read(EVENTS.name, [Record(2, b"l:0", json.dumps(late).encode(), T0)])
            lane.settle()
    assert quick.seen() == plain.seen()
    assert len(quick.told[b"l:0"]) == 2, "it rose, and fell"


def test_the_offset_of_a_record_that_comes_again_is_skipped_by_both():
    quick, plain = both(known_models()["lasting"], 1)
    once, again = visits(6, 2), [*visits(6, 2)[3:], *visits(4, 2, 6)]
    rows = came_of(plain, once)[0].rows
    assert came_of(quick, once)[0].rows == rows
    assert came_of(quick, again, rows)[0] == came_of(plain, again, rows)[0]
