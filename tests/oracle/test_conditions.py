"""Which events meet a condition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.event import Campaign
from intentflow.domain.rules import Condition, Test
from intentflow.oracle.conditions import attribute_passes, holds
from intentflow.oracle.globs import glob_matches
from tests.oracle.made import cart, land, newsletter, visit

VIEWS = Condition(family="website_visit", actions=("view", "demo"))


def matches(glob: str, text: str) -> bool:
    """The definition: a star is nothing, or any character and the star again."""
    if not glob:
        return not text
    if glob[0] == "*":
        return matches(glob[1:], text) or (bool(text) and matches(glob, text[1:]))
    return bool(text) and glob[0] in ("?", text[0]) and matches(glob[1:], text[1:])


@given(st.text("ab*?", max_size=7), st.text("ab*?", max_size=8))
def test_a_glob_matches_as_its_definition_says(glob, text):
    assert glob_matches(glob, text) == matches(glob, text)


@pytest.mark.parametrize(
    ("glob", "text", "expected"),
    [
        ("*/pricing*", "https://a.example/Pricing?x=1", True),
        ("*/PRICING", "https://a.example/pricing", True),
        ("*/pricing", "https://a.example/pricing/", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("aba*ba", "aba", False),
        ("[ab]", "a", False),
        ("[ab]", "[AB]", True),
        ("a.c", "abc", False),
        ("*", "", True),
        ("", "", True),
        ("?", "", False),
        ("a*b", "a\nb", True),
    ],
)
def test_a_glob_knows_only_stars_and_question_marks_and_matches_the_whole_text(glob, text, expected):
    assert glob_matches(glob, text) is expected


def test_family_and_one_of_the_actions_must_be_right():
    assert holds(VIEWS, visit(0))
    assert holds(VIEWS, visit(0, action="demo"))
    assert not holds(VIEWS, visit(0, action="search"))
    assert not holds(VIEWS, newsletter(0))
    assert holds(Condition(family="cart"), cart(0, "remove"))


def test_an_event_without_a_page_has_the_empty_url():
    anywhere = Condition(family="website_visit", url=("*",))
    on_blog = Condition(family="website_visit", url=("*/blog*",))
    off_blog = Condition(family="website_visit", not_url=("*/blog*",))
    assert holds(anywhere, visit(0))
    assert not holds(on_blog, visit(0))
    assert holds(off_blog, visit(0))
    assert holds(on_blog, visit(0, url="https://a.example/blog"))
    assert not holds(off_blog, visit(0, url="https://a.example/blog"))


def test_a_campaign_matches_by_its_name_or_its_id_and_a_missing_field_by_nothing():
    spring = Condition(family="landing_page", campaign=("spring*",))
    assert holds(spring, land(0, campaign=Campaign(name="Spring Sale")))
    assert holds(spring, land(0, campaign=Campaign(id="spring-1", name="x")))
    assert not holds(spring, land(0))
    any_source = Condition(family="landing_page", source=("*",))
    assert not holds(any_source, land(0, campaign=Campaign(medium="email")))
    assert holds(any_source, land(0, campaign=Campaign(source="", medium="email")))
    assert not holds(any_source, land(0, campaign=Campaign(source="")))
    assert not holds(Condition(family="landing_page", medium=("cpc",)), land(0, campaign=Campaign(medium="email")))


def test_targeted_means_a_campaign_with_something_in_it():
    targeted, untargeted = (Condition(family="landing_page", targeted=said) for said in (True, False))
    for campaign, is_targeted in (
        (None, False),
        (Campaign(), False),
        (Campaign(term=""), False),
        (Campaign(term="x"), True),
    ):
        event = land(0, campaign=campaign)
        assert (holds(targeted, event), holds(untargeted, event)) == (is_targeted, not is_targeted)


@pytest.mark.parametrize(
    ("test", "passing", "failing"),
    [
        (Test("a", "equals", 1), [1, 1.0], [True, "1", 2]),
        (Test("a", "equals", True), [True], [1, "true", False]),
        (Test("a", "equals", "x"), ["x"], ["X", 1]),
        (Test("a", "one_of", (1, "x")), [1.0, "x"], [True, "1"]),
        (Test("a", "at_least", 3), [3, 3.5], [2, True, "4"]),
        (Test("a", "at_most", 0), [0, -1.5], [1, False, "0"]),
        (Test("a", "exists", True), [0, "", False], []),
        (Test("a", "exists", False), [], [0, "", False]),
    ],
)
def test_attributes_compare_with_their_type(test, passing, failing):
    assert [value for value in passing + failing if attribute_passes(test, {"a": value})] == passing


@pytest.mark.parametrize(
    "test",
    [
        Test("a", "equals", 1),
        Test("a", "one_of", (1,)),
        Test("a", "at_least", 1),
        Test("a", "at_most", 1),
        Test("a", "exists", True),
    ],
)
def test_a_missing_attribute_fails_every_test_but_one(test):
    assert not attribute_passes(test, {"b": 1})
    assert attribute_passes(Test("a", "exists", False), {"b": 1})


def test_all_attribute_tests_of_a_condition_must_pass():
    condition = Condition(family="website_visit", attributes=(Test("a", "at_least", 1), Test("b", "exists", False)))
    assert holds(condition, visit(0, attributes={"a": 1}))
    assert not holds(condition, visit(0, attributes={"a": 1, "b": 1}))
    assert not holds(condition, visit(0))


def test_channel_and_agent_must_be_one_of_those_that_are_asked_for():
    came = Condition(family="landing_page", channel=("Paid Search", "Email"))
    assert holds(came, land(0, campaign=Campaign(source="google", medium="cpc")))
    assert holds(came, land(0, campaign=Campaign(medium="email")))
    assert not holds(came, land(0))
    asked = Condition(family="website_visit", agent=("bot", "scanner"))
    assert holds(asked, visit(0, user_agent="Googlebot/2.1"))
    assert not holds(asked, visit(0, user_agent="Slackbot-LinkExpanding 1.0"))
    assert not holds(asked, visit(0))


def test_the_campaign_in_the_address_counts_where_the_event_names_none():
    targeted = Condition(family="website_visit", targeted=True, source=("news",))
    assert holds(targeted, visit(0, url="https://a.example/?utm_source=news"))
    assert not holds(targeted, visit(0, url="https://a.example/?utm_source=news", campaign=Campaign(source="other")))


def test_a_glob_matches_in_a_url_of_three_kilobytes():
    url = "https://a.example/" + "ab" * 1_500
    assert glob_matches("*a?*?a*b?*ab", url)
    assert not glob_matches("*a?*?a*b?*aa*ab", url)
    assert glob_matches("*ba*" * 4, url)
