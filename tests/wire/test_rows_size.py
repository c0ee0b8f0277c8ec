"""A lead's row is bounded: the worst lead that `retail` allows, made by force, and leads that do all they can.

Without what it has yet to publish, which has a bound of its own.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intentflow.domain.bonds import HEARD, MERGED, TOLD, Bonds, Merged
from intentflow.domain.carts import CartState, Contents
from intentflow.domain.counting import CLOSED, ENTRY, PERIOD, Counting, rule_of
from intentflow.domain.event import (
    MAX_ATTRIBUTES,
    MAX_ID_BYTES,
    MAX_LINES,
    MAX_TOLD_BYTES,
    AnyEvent,
    Campaign,
    Cart,
    LandingPage,
    Money,
    NewsletterSignup,
    Page,
)
from intentflow.domain.event import WebsiteVisit as Visit
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.merge import Merger
from intentflow.domain.notices import News
from intentflow.domain.profile import Telling
from intentflow.domain.rules import DAY, MAX_CARTS, Counted, Limit, Once, Repeated
from intentflow.domain.worth import STAMP, code
from intentflow.model.load import load
from intentflow.wire.events import MAX_EMAIL_BYTES
from intentflow.wire.rows import encode_row

MODEL = load("retail")
HOUR = 3_600_000
T0 = 1_700_000_000_000 // DAY * DAY
BOUND = 9_000  # bytes of a row with all pieces, as docs/guarantees.md says
BOUND_WITH_BONDS = 31_000  # of one that also heard of as many other leads as are remembered
PROFILE_BOUND = 27_000  # of a row, what is known of its lead alone
LARGEST = 2**62  # a number that takes nine bytes
AMOUNT = "500000000000000000000.000000000"  # 500 lines of a million articles of 10^12 each
SOURCES = 16  # more than there are source topics
KEY_BYTES = 2 + max(MAX_ID_BYTES, MAX_EMAIL_BYTES)


def most_periods(period: int, horizon: int) -> int:
    """Before a signal's latest. One closes only after those before it in line, so periods of up to two horizons can lie there."""
    return 2 * (-(-horizon // period)) + 2


def worst() -> Lead:
    """Everything that can be open is open, and every number is as long as can be."""
    lead = Lead([LARGEST] * SOURCES, [], model=2**32 - 1, stage=2**32 - 1, room=[0.1] * 3, paid=2 ** len(MODEL.groups))
    lead.due = lead.since = lead.clock = lead.newest = lead.floor = lead.sequence = LARGEST
    lead.seen_hashes, lead.seen_times = bytes(4 * MODEL.remembered), bytes(6 * MODEL.remembered)
    counted = [s for s in MODEL.signals if isinstance(s, Counted)]
    lead.signals, lead.counts = bytes(4 * len(counted)), bytearray(ENTRY.size * len(counted))
    limits = [s.limit for s in counted if s.limit]
    lead.older = bytes(PERIOD.size * sum(most_periods(limit.period, MODEL.horizon) for limit in limits))
    lead.closed = bytes(CLOSED.size * len(limits))
    lead.firsts = {2**32 - 1 - i: LARGEST for i, s in enumerate(MODEL.signals) if isinstance(s, Once)}
    lead.lasts = {2**32 - 1 - i: LARGEST for i in range(len(MODEL.facts))}
    lead.windows = {code(s.name): bytes(STAMP * s.at_least) for s in MODEL.signals if isinstance(s, Repeated)}
    lead.newsletter = (LARGEST,) * 5
    what = Contents(LARGEST, 2**32 - 1, AMOUNT, "EUR", MAX_LINES)
    lead.carts = {2**32 - 1 - i: CartState(*(LARGEST,) * 4, "x" * MAX_ID_BYTES, what) for i in range(MAX_CARTS)}
    lead.told = dict.fromkeys(lead.carts, LARGEST)
    lead.left = {2**32 - 1 - i: LARGEST for i, stage in enumerate(MODEL.stages) if stage.cool_down}
    limited = [(i, stage.hand_offs.count) for i, stage in enumerate(MODEL.stages) if stage.hand_offs]
    lead.entered = {2**32 - 1 - i: [LARGEST] * count for i, count in limited}
    return lead


def test_the_worst_row_of_retail_has_at_most_9_kb():
    size = len(encode_row(1, worst()))
    assert BOUND * 0.9 < size <= BOUND  # the bound says something


def test_the_worst_row_with_all_that_it_knows_of_other_leads_has_at_most_31_kb():
    lead = worst()
    came = Merged(bytes(KEY_BYTES), LARGEST, (0.1, 0.1, 0.1))
    lead.bonds = Bonds(bytes(KEY_BYTES), LARGEST, bytes(16 * HEARD), bytes(4 * TOLD), [came] * MERGED)
    size = len(encode_row(1, lead))
    assert BOUND_WITH_BONDS * 0.9 < size <= BOUND_WITH_BONDS


def test_the_fullest_profile_adds_at_most_27_kb():
    """As many attributes as are kept, with names and texts as long as they may be."""
    told = Telling(LARGEST, 2**32 - 1, 4, True, "x" * MAX_TOLD_BYTES)
    lead = worst()
    before = len(encode_row(1, lead))
    lead.profile = {f"{i:0{MAX_ID_BYTES}}": told for i in range(MAX_ATTRIBUTES)}
    more = len(encode_row(1, lead)) - before
    assert PROFILE_BOUND * 0.9 < more <= PROFILE_BOUND


URLS = ("/", "/blog/a", "/products/a", "/pricing", "/shipping", "/careers")
DONE: tuple[tuple[type, str], ...] = (
    *((Visit, action) for action in ("view", "view", "view", "search", "demo")),
    *((NewsletterSignup, action) for action in ("signup", "confirm", "open", "click", "bounce", "unsubscribe")),
    *((Cart, action) for action in ("add", "view", "shipping_quote", "checkout", "purchase")),
    *((LandingPage, action) for action in ("land", "submit")),
)


def traffic(rng: random.Random, days: int, a_day: int) -> Iterator[tuple[AnyEvent, int]]:
    """All that retail looks at, much of it late, with times in milliseconds."""
    for i in range(days * a_day):
        at = T0 + i * DAY // a_day - rng.choice((0, 0, rng.randrange(8 * DAY)))
        kind, action = rng.choice(DONE)
        page = Page(f"https://shop.example{rng.choice(URLS)}")
        fields = (
            {"cart_id": f"cart {rng.randrange(20)}", "value": Money(Decimal("39.90"), "EUR")} if kind is Cart else {}
        )
        campaign = rng.choice((None, Campaign(name="spring")))
        time = datetime.fromtimestamp(at // 1000, UTC)
        event = kind(
            event_id=str(i), occurred_at=time, visitor_id="v", action=action, page=page, campaign=campaign, **fields
        )
        yield event, at // 1000 * 1000


@pytest.mark.parametrize("a_day", [1, 4, 24, 400])
def test_no_traffic_makes_a_larger_row_also_when_leads_of_it_are_merged(a_day):
    rng, fold = random.Random(a_day), Fold(MODEL)
    merger = Merger(fold.counting, MODEL)
    lead, largest, changes = Lead([LARGEST] * SOURCES, []), 0, News()
    for number, (event, at) in enumerate(traffic(rng, 40, a_day)):
        fold.take(b"v:v", lead, event, at, changes)
        if number % 97 == 0:
            other = Lead([], [])
            for late, then in traffic(rng, 20, 5):
                fold.take(b"v:w", other, late, then, changes)
            merger.merge(lead, other)
        largest = max(largest, len(encode_row(1, lead)))
    assert 1_000 < largest <= BOUND


@settings(max_examples=500)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2 * DAY), st.booleans()), max_size=120),
    st.sampled_from((HOUR, 5 * HOUR, DAY)),
)
def test_the_periods_that_lie_open_are_at_most_those_of_two_horizons(steps, period):
    """Time goes on by up to six hours; each event lies up to the horizon back."""
    horizon, lead, now, open_at_once = 2 * DAY, Lead([], []), T0, 0
    signals = [
        Counted(name=name, axis="fit", points=1.0, when=(), limit=Limit(1, period)) for name in ("often", "seldom")
    ]
    rules = [rule_of(code(s.name), s, 0) for s in signals]
    by = Counting(rules, horizon)
    for hours, back, seldom in steps:
        now += hours * HOUR
        at = max(now - back, lead.newest - horizon)
        by.add(lead, rules[seldom], at)
        lead.newest = max(lead.newest, at)
        held = [name for name, _, _ in PERIOD.iter_unpack(lead.older)]
        open_at_once = max(open_at_once, *(held.count(rule[0]) for rule in rules))
    assert open_at_once <= most_periods(period, horizon)
