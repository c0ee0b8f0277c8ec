"""What the default model promises, straight on its values."""

import pytest

from intentflow.domain.event import Cart, LandingPage
from intentflow.domain.rules import Abandoned, Limit, Repeated, SignedUp
from intentflow.model.load import load
from intentflow.model.reach import any_traffic, facts_of, highest, visits_only
from tests.domain.arms import FoldArm
from tests.oracle.made import moment

MODEL = load("retail")
SIGNALS = {signal.name: signal for signal in MODEL.signals}
STAGES = {stage.name: stage for stage in MODEL.stages}
HOUR, DAY = 3_600_000, 86_400_000


def enter(stage, axis):
    return dict(STAGES[stage].enter)[axis]


def leave(stage, axis):
    return dict(STAGES[stage].leave)[axis]


def test_the_stages_are_those_of_the_glossary_from_low_to_high():
    assert list(STAGES) == [
        "suspect",
        "disqualified",
        "inquiry",
        "prospect",
        "mql",
        "pql",
        "recycled",
        "sql",
        "customer",
    ]
    assert all(stage.meaning for stage in MODEL.stages)


def test_newsletter_sign_up_is_the_strongest_single_behaviour():
    others = [s.points for s in MODEL.signals if not isinstance(s, SignedUp | Repeated)]
    assert max(others) < SIGNALS["newsletter_signup"].points == 30
    (newsletter,) = (signal for signal in MODEL.signals if isinstance(signal, SignedUp))
    assert (newsletter.until_confirmed, newsletter.half_life) == (15, 60 * DAY)


def test_a_confirmed_sign_up_alone_is_an_mql_even_when_confirmed_days_later():
    assert 30 * 2 ** (-10 / 60) > enter("mql", "engagement") > 15


def test_visits_alone_reach_prospect_and_no_qualified_stage():
    most = highest(MODEL, "engagement", visits_only)
    assert enter("prospect", "engagement") <= most < enter("mql", "engagement")
    facts = facts_of(MODEL, visits_only)
    assert not any(set(STAGES[name].facts) <= facts for name in ("pql", "sql", "customer"))


def test_visits_alone_are_not_ready_to_buy():
    assert highest(MODEL, "intent", visits_only) < enter("sql", "intent")


def test_every_stage_can_be_reached_by_what_people_do():
    assert all(highest(MODEL, axis, any_traffic) >= value for stage in MODEL.stages for axis, value in stage.enter)
    assert {fact for stage in MODEL.stages for fact in stage.facts} == facts_of(MODEL, any_traffic)


@pytest.mark.parametrize("name", ["cart_add", "cart_used", "checkout", "shipping_peek", "cart_abandoned"])
def test_using_a_cart_is_interest_even_when_nothing_is_bought(name):
    assert SIGNALS[name].points > 0
    assert SIGNALS[name].axis == "intent"


def test_a_cart_is_abandoned_after_an_hour():
    assert isinstance(SIGNALS["cart_abandoned"], Abandoned)
    assert SIGNALS["cart_abandoned"].quiet == HOUR


def test_a_targeted_landing_counts_much_more_than_an_untargeted_one():
    assert SIGNALS["landing_targeted"].points >= 5 * SIGNALS["landing_untargeted"].points


def test_some_signs_count_against_a_lead():
    assert {s.name for s in MODEL.signals if s.points < 0} == {"wants_a_job", "address_bounced"}


def test_an_mql_is_nurtured_and_never_called():
    mql = STAGES["mql"]
    assert (mql.treatment, mql.follow_up, mql.dwell) == ("nurture", 7 * DAY, HOUR)
    assert [stage.name for stage in MODEL.stages if stage.treatment == "sales"] == ["sql"]
    assert leave("mql", "engagement") < enter("mql", "engagement")


def test_a_product_in_hand_makes_a_pql_for_90_days():
    (fact,) = (fact for fact in MODEL.facts if fact.name == "product_in_hand")
    assert (STAGES["pql"].facts, fact.lasts) == (("product_in_hand",), 90 * DAY)


@pytest.mark.parametrize(
    ("family", "action", "attributes", "by"),
    [
        (LandingPage, "submit", {"form": "sample"}, ["sample"]),
        (LandingPage, "submit", {"form": "trial"}, ["trial"]),
        (LandingPage, "submit", {"form": "demo_unit"}, ["demo_unit"]),
        (LandingPage, "submit", {"form": "referral"}, ["referral"]),
        (LandingPage, "submit", {"form": "trial", "referred_by": "ann"}, ["trial", "referral"]),
        (Cart, "purchase", {"sample": True}, ["with_an_order"]),
    ],
)
def test_a_change_says_which_way_the_product_came_into_the_leads_hands(family, action, attributes, by):
    arm = FoldArm(MODEL)
    arm.event(family(event_id="e", occurred_at=moment(0), visitor_id="v", action=action, attributes=attributes))
    [change] = arm.changes
    assert (change.to_stage, [held.by for held in change.facts if held.fact == "product_in_hand"]) == ("pql", [by])


def test_an_sql_needs_need_source_and_readiness_and_not_only_a_number():
    sql = STAGES["sql"]
    assert set(sql.facts) == {"need", "source", "readiness"}
    assert (sql.treatment, sql.follow_up, sql.cool_down) == ("sales", DAY, 30 * DAY)
    assert sql.hand_offs == Limit(2, 90 * DAY)


def test_a_pql_stands_between_an_mql_and_an_sql():
    assert list(STAGES).index("mql") < list(STAGES).index("pql") < list(STAGES).index("sql")


def test_what_sales_turns_down_is_kept_out_of_all_that_is_qualified_but_a_purchase():
    others = {"suspect", "disqualified", "customer"}
    assert {name for name, stage in STAGES.items() if "turned_down" not in stage.unless} == others
    assert STAGES["disqualified"].facts == ("turned_down",)
    assert MODEL.eligible.unless == ("turned_down",)


def test_what_sales_gives_back_is_nurtured_and_no_sql_meanwhile():
    assert (STAGES["recycled"].facts, STAGES["recycled"].treatment) == (("given_back",), "nurture")
    assert "given_back" in STAGES["sql"].unless


def test_nobody_made_up_how_likely_a_lead_is_to_buy():
    assert MODEL.likelihood == ()


def test_a_customer_who_only_bought_is_nurtured_when_the_30_days_are_over():
    (fact,) = (fact for fact in MODEL.facts if fact.name == "purchased")
    purchase = SIGNALS["purchase"]
    assert (fact.lasts, purchase.half_life) == (30 * DAY, 90 * DAY)
    assert purchase.points * 2 ** (-30 / 90) >= leave("mql", "engagement")


def test_every_signal_that_can_be_repeated_has_a_limit():
    assert [s.name for s in MODEL.signals if hasattr(s, "limit") and s.limit is None] == []
