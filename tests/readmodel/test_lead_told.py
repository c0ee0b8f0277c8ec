"""One lead, told whole: what it says agrees with the core, and with itself."""

import pytest

from intentflow.domain.rules import AXES
from intentflow.readmodel.lead_told import LeadTeller
from intentflow.readmodel.told import told_of
from intentflow.wire.changes import decode_change
from intentflow.wire.rows import decode_row
from tests.readmodel.town import DAY, FOLD, HOUR, NOW, READING, Town

TELLER = LeadTeller(READING, FOLD)
ADA = b"l:ada@acme.com"


def town() -> Town:
    town = Town()
    town.happens(
        "l:ada@acme.com", NOW, family="website_visit", action="view", page={"url": "https://shop.example/products/1"}
    )
    town.signs_up("l:ada@acme.com", NOW + HOUR)
    town.happens(
        "l:ada@acme.com",
        NOW + 2 * HOUR,
        family="cart",
        action="add",
        cart_id="c1",
        value={"amount": "12.50", "currency": "EUR"},
    )
    town.happens(
        "l:ada@acme.com", NOW + 3 * HOUR, family="profile", action="update", profile={"company": "Acme Ltd"}, provenance="form",
    )  # fmt: skip
    return town


def detail(town: Town, now: int):
    history = [
        told_of(decode_change(record.value or b""), record.timestamp) for record in town.topics[town.names.changes]
    ]
    return TELLER.detail(ADA, town.rows[ADA], ADA, history, now)


def test_the_receipts_add_up_to_the_scores_at_any_time():
    for days in (0, 1, 30, 400):
        told = detail(town(), NOW + HOUR * 3 + days * DAY)
        for axis in AXES:
            points = sum(one.points for one in told.receipts if one.axis == axis)
            assert points == pytest.approx(getattr(told.scores, axis), abs=1e-5)


def test_what_was_told_and_what_time_has_done_since_are_told_apart():
    told = detail(town(), NOW + 400 * DAY)
    assert (told.stage, told.stage_now) == ("mql", "suspect")
    assert detail(town(), NOW + 3 * HOUR).stage_now == "mql"


def test_the_curve_goes_through_the_score_of_now_and_crosses_the_threshold_when_the_lead_falls():
    told = detail(town(), NOW + DAY)
    assert told.curve.past[-1].engagement == told.curve.future[0].engagement == told.scores.engagement
    assert [point.at for point in told.curve.past] == sorted({point.at for point in told.curve.past})
    assert told.falls_at is not None
    leave = next(one.points for one in told.curve.thresholds if one.stage == "mql" and one.kind == "leave")
    at = [(point.at, point.engagement) for point in told.curve.future]
    assert all(points >= leave - 1e-5 for time, points in at if time < told.falls_at)
    assert all(points < leave + 1e-5 for time, points in at if time >= told.falls_at)


def test_the_timeline_has_the_latest_of_everything_the_newest_first():
    told = detail(town(), NOW + DAY)
    assert [moment.at for moment in told.timeline] == sorted((moment.at for moment in told.timeline), reverse=True)
    kinds = {moment.kind for moment in told.timeline}
    assert kinds >= {"change", "signal", "newsletter", "cart", "profile"}
    assert {moment.title for moment in told.timeline if moment.kind == "newsletter"} == {"sign-up", "confirmed"}
    told_of_her = {moment.title for moment in told.timeline if moment.kind == "profile"}
    assert told_of_her == {"company", "company_domain, email_kind"}  # the latter by her address


def test_a_cart_a_company_and_a_sign_up_are_told_as_the_core_knows_them():
    told = detail(town(), NOW + 4 * HOUR)
    (cart,) = told.carts
    assert (cart.cart_id, cart.stands, cart.amount, cart.currency) == ("c1", "abandoned", "12.50", "EUR")
    assert told.company == "Acme Ltd"
    assert told.newsletter is not None
    assert told.newsletter.stands == "confirmed"


def test_telling_a_lead_changes_nothing_in_its_row():
    made = town()
    row = made.rows[ADA]
    before = decode_row(row)
    detail(made, NOW + 400 * DAY)
    assert decode_row(row) == before


def test_a_lead_that_another_model_judged_is_told_by_this_one():
    made = town()
    lead = decode_row(made.rows[ADA])
    lead.model = 1
    made.holds(ADA, lead)
    told = detail(made, NOW + 4 * HOUR)
    assert told.scores == detail(town(), NOW + 4 * HOUR).scores
    assert TELLER.summary(ADA, made.rows[ADA], NOW + 4 * HOUR).scores == told.scores


def test_the_ways_up_are_told_for_stages_above():
    made = town()
    ways = TELLER.ways(ADA, made.rows[ADA], NOW + 4 * HOUR)
    stages = [stage.name for stage in READING.model.stages]
    assert {way.stage for way in ways.ways} <= set(stages[stages.index("mql") + 1 :])
    assert all(way.steps for way in ways.ways)
