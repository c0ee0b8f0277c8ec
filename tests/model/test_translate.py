"""What each shape that can be written means."""

import pytest
from msgspec.structs import replace

from intentflow.domain.rules import (
    DAY,
    Abandoned,
    Condition,
    Counted,
    Fact,
    FactWay,
    Limit,
    Once,
    Repeated,
    SignedUp,
    Stage,
    Test,
)
from tests.model.models import MINIMAL, mistakes, reading, with_signal

SIGNUP = Condition(family="newsletter_signup", actions=("signup",))


def signal(keys):
    return reading(with_signal(keys)).model.signals[1]


def condition(keys):
    return signal(f"{{when: {keys}, axis: fit, points: 1}}").when[0]


def test_a_condition_on_events_counts_each():
    assert signal(
        "{when: {family: cart, action: add}, axis: intent, points: 4, at_most: 2 per day, cap: 20, half_life: 14d}"
    ) == Counted(
        name="s",
        axis="intent",
        points=4.0,
        half_life=14 * DAY,
        when=(Condition(family="cart", actions=("add",)),),
        limit=Limit(2, DAY),
        cap=20.0,
    )


def test_half_life_never_means_that_points_do_not_fade():
    assert signal("{when: {family: cart}, axis: intent, points: -4, half_life: never}").half_life is None


def test_once_counts_the_first_event():
    assert signal("{when: {family: cart}, axis: intent, points: 4, once: true, half_life: 1h}") == Once(
        name="s", axis="intent", points=4.0, half_life=3_600_000, when=(Condition(family="cart"),)
    )


def test_a_list_of_conditions_is_any_of_them():
    assert signal("{when: [{family: cart}, {family: landing_page}], axis: fit, points: 1}").when == (
        Condition(family="cart"),
        Condition(family="landing_page"),
    )


def test_another_signal_at_least_so_often_within_a_time_is_repetition_over_its_conditions():
    text = with_signal("{when: [{family: cart}, {family: landing_page}], axis: fit, points: 1}")
    text = text.replace("stages:", "  t: {when: {signal: s, at_least: 2, within: 7d}, axis: fit, points: 3}\nstages:")
    both = (Condition(family="cart"), Condition(family="landing_page"))
    assert reading(text).model.signals[2] == Repeated(
        name="t", axis="fit", points=3.0, when=both, at_least=2, within=7 * DAY
    )


def test_repetition_can_have_its_own_condition():
    found = signal("{when: {family: cart, at_least: 10, within: 7d}, axis: fit, points: 3}")
    assert (found.when, found.at_least) == ((Condition(family="cart"),), 10)


def test_repeated_sign_ups_are_of_sign_ups():
    assert signal("{when: {signal: newsletter, at_least: 2, within: 7d}, axis: intent, points: 3}").when == (SIGNUP,)


def test_a_sign_up_without_until_confirmed_counts_in_full_at_once():
    full = SignedUp(name="newsletter", axis="engagement", points=30.0, half_life=60 * DAY, until_confirmed=30.0)
    assert reading(MINIMAL).model.signals == (full,)
    text = MINIMAL.replace("points: 30", "points: 30, until_confirmed: 0")
    assert reading(text).model.signals == (replace(full, until_confirmed=0.0),)


def test_a_cart_left_alone_counts_after_the_quiet_time():
    assert signal(
        "{when: {cart: abandoned, quiet: 1h}, axis: intent, points: 10, cap: 20, half_life: 7d}"
    ) == Abandoned(name="s", axis="intent", points=10.0, half_life=7 * DAY, quiet=3_600_000, cap=20.0)


def test_pages_are_written_out_where_they_are_named():
    text = with_signal("{when: {family: website_visit, url: shop, not_url: ['*/x', shop2]}, axis: fit, points: 1}")
    shop = reading(text + 'pages: {shop: ["*/shop", "*/cart"], shop2: "*/old/*"}\n').model.signals[1]
    assert isinstance(shop, Counted)
    (found,) = shop.when
    assert (found.url, found.not_url) == (("*/shop", "*/cart"), ("*/x", "*/old/*"))


def test_pages_that_are_not_there_get_a_pattern_as_remedy():
    text = with_signal("{when: {family: website_visit, url: pricing}, axis: fit, points: 1}")
    assert mistakes(text) == [
        '5: signal "s": when: url: there are no pages "pricing" (known: none); a pattern of URLs has a star or a slash, like "*/pricing*"'
    ]


@pytest.mark.parametrize(
    ("written", "tests"),
    [
        ("{form: sample}", (Test("form", "equals", "sample"),)),
        ("{sample: true}", (Test("sample", "equals", True),)),
        ("{form: [sample, 3]}", (Test("form", "one_of", ("sample", 3)),)),
        ("{seats: {at_least: 5, at_most: 9}}", (Test("seats", "at_least", 5.0), Test("seats", "at_most", 9.0))),
        ("{a: {exists: false}, b: 1}", (Test("a", "exists", False), Test("b", "equals", 1))),
    ],
)
def test_attributes_are_compared_as_they_are_written(written, tests):
    assert condition(f"{{family: cart, attributes: {written}}}").attributes == tests


def test_campaign_source_medium_and_targeted_are_carried_over():
    assert condition(
        '{family: landing_page, campaign: "spring*", source: [a, b], medium: email, targeted: true}'
    ) == Condition(family="landing_page", campaign=("spring*",), source=("a", "b"), medium=("email",), targeted=True)


def test_channels_are_carried_over_in_their_own_spelling_and_agents_as_they_are():
    assert condition(
        "{family: landing_page, channel: [paid search, Email], agent: human, address: '*@b.c'}"
    ) == Condition(family="landing_page", channel=("Paid Search", "Email"), agent=("human",), address=("*@b.c",))


def test_a_fact_takes_the_conditions_of_all_signals_that_it_names():
    text = (
        with_signal("{when: {family: cart, action: add}, axis: fit, points: 1}")
        + "facts: {source: {signal: [newsletter, s], lasts: 30d}}\n"
    )
    assert reading(text).model.facts == (
        Fact("source", (SIGNUP, Condition(family="cart", actions=("add",))), 30 * DAY),
    )


def test_a_fact_with_ways_has_the_conditions_of_all_of_them():
    text = MINIMAL + "facts: {f: {ways: {bought: {family: cart}, asked: [{family: cart}, {family: landing_page}]}}}\n"
    cart, landing = Condition(family="cart"), Condition(family="landing_page")
    assert reading(text).model.facts == (
        Fact("f", (cart, landing), None, (FactWay("bought", (cart,)), FactWay("asked", (cart, landing)))),
    )


def test_a_fact_has_one_source():
    text = MINIMAL + "facts: {f: {when: {family: cart}, ways: {a: {family: cart}}}}\n"
    [said] = mistakes(text)
    assert "either when (a condition), ways (a condition by the name of each) or signal" in said


def test_a_way_that_is_not_about_single_events_is_refused_at_its_place():
    text = MINIMAL + "facts:\n  f:\n    ways:\n      a: {family: cart, at_least: 2, within: 1d}\n"
    [said] = mistakes(text)
    assert said.startswith("11: ")
    assert "a fact takes conditions on single events" in said


def test_a_key_of_a_way_that_is_not_known_has_its_nearest():
    text = MINIMAL + "facts: {f: {ways: {a: {family: cart, acton: add}}}}\n"
    assert mistakes(text)[0].endswith('unknown key "acton" (did you mean action?)')


def test_a_signal_may_say_what_it_is_about():
    assert signal("{when: {family: cart}, axis: fit, points: 1, topic: coffee  grinders}").topic == "coffee grinders"


@pytest.mark.parametrize("lasts", ["", ", lasts: forever"])
def test_a_fact_lasts_forever_if_nothing_else_is_said(lasts):
    text = MINIMAL + f"facts: {{f: {{when: {{family: cart}}{lasts}}}}}\n"
    assert reading(text).model.facts == (Fact("f", (Condition(family="cart"),), None),)


def test_a_stage_has_everything_that_is_said_of_it():
    text = MINIMAL.replace(
        "mql: {enter: {engagement: 25}}",
        "mql: {enter: {engagement: 25, intent: 3, fact: f, facts: [f, g]}, leave: {intent: -1}, dwell: 1h, cool_down: 30d,"
        " treatment: sales, follow_up: 1d}",
    )
    text += "facts: {f: {when: {family: cart}}, g: {when: {family: cart}}}\nglossary: {mql: Engaged}\nhorizon: 3d\n"
    model = reading(text).model
    assert model.horizon == 3 * DAY
    assert model.stages[1] == Stage(
        name="mql",
        meaning="Engaged",
        enter=(("engagement", 25.0), ("intent", 3.0)),
        facts=("f", "g"),
        leave=(("intent", -1.0),),
        dwell=3_600_000,
        cool_down=30 * DAY,
        treatment="sales",
        follow_up=DAY,
    )


def test_a_horizon_that_would_make_rows_too_large_is_refused_where_it_stands():
    text = MINIMAL + "horizon: 45d\n"
    line = len(text.splitlines())
    assert mistakes(text) == [
        (
            f"{line}: horizon must be longer than 0 and at most 31d: a lead keeps the hours, days and weeks of each limited signal until"
            " the horizon has passed (try 7d)"
        )
    ]


def test_a_fact_about_repetition_is_refused():
    text = (
        with_signal("{when: {family: cart, at_least: 2, within: 7d}, axis: fit, points: 1}")
        + "facts: {f: {signal: s}}\n"
    )
    assert mistakes(text) == ['9: fact "f": signal: signal "s" is not about single events (repeated); name one that is']


def test_a_list_with_a_special_condition_is_refused():
    text = with_signal("{when: [{family: cart}, {newsletter: signed_up}], axis: fit, points: 1}")
    assert mistakes(text) == [
        '5: signal "s": when: a list takes conditions on events only; write a signal of its own for the other'
    ]
