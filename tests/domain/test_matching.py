"""Which rules an event meets; and globs, which are the slow part of finding that out."""

import fnmatch
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.event import MAX_RECORD_BYTES, Campaign, Page
from intentflow.domain.matching import Matcher, any_glob
from intentflow.domain.rules import Condition
from intentflow.model.written import GLOB_STARS
from tests.oracle.made import land, visit

PATTERNS = st.lists(st.text("aB*?[].", max_size=6), min_size=1, max_size=4)


@given(PATTERNS, st.text("abB[].\n", max_size=8))
def test_any_of_the_globs_matches_as_the_expression_of_each_does(patterns, text):
    expressions = [fnmatch.translate(pattern.lower().replace("[", "[[]")) for pattern in patterns]
    assert any_glob(tuple(patterns))(text) == any(re.match(each, text.lower()) for each in expressions)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("*.css", "https://a.example/STYLE.CSS", True),
        ("*.css", "https://a.example/style.css?v=2", False),
        ("*/pricing*", "https://a.example/pricing", True),
        ("*/page-?", "https://a.example/page-7", True),
        ("*/page-?", "https://a.example/page-77", False),
        ("*", "", True),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_a_glob_matches_the_whole_text_without_regard_to_case(pattern, text, matches):
    assert any_glob((pattern,))(text) is matches


@pytest.mark.parametrize(
    "pattern",
    ["*a" * GLOB_STARS + "b", "*?a" * GLOB_STARS + "?b", "*" * GLOB_STARS + "b?", ("*" + "a" * 20) * GLOB_STARS + "?b"],
)
def test_a_glob_and_an_address_that_were_made_to_be_slow_are_answered(pattern):
    """If its stars backtracked into each other, none of these would ever end."""
    address = "a" * MAX_RECORD_BYTES
    assert any_glob((pattern,))(address) is False
    assert any_glob((pattern.replace("b", "a"),))(address) is True


ADS = Condition(family="landing_page", channel=("Paid Search",))
ROBOTS = Condition(family="website_visit", agent=("bot", "preview"))
LANDED = Condition(family="landing_page", targeted=True)
GOOGLE, OTHER = "https://www.google.com/", "https://other.example/"


def matcher(*conditions):
    return Matcher([(f"rule {i}", (each,)) for i, each in enumerate(conditions)], sorted)


def test_what_no_rule_asks_for_is_not_looked_at():
    """So that the fold, which looks at four things itself, finds what is known."""
    met = matcher(LANDED)
    for referrer in (GOOGLE, OTHER):
        assert met.match(land(0, page=Page("https://a.example/?gclid=1", referrer=referrer), user_agent=referrer))
    assert [len(what) for what in met.known] == [4]


def test_events_that_differ_only_in_what_a_rule_asks_for_are_told_apart():
    searched = Condition(family="website_visit", channel=("Organic Search",))
    met = matcher(searched, ROBOTS)
    for referrer, agent, rules in (
        (GOOGLE, None, ["rule 0"]),
        (OTHER, None, []),
        (GOOGLE, "Googlebot/2.1", ["rule 0", "rule 1"]),
        (OTHER, "Slackbot-LinkExpanding 1.0", ["rule 1"]),
        (GOOGLE, "Firefox/130.0", ["rule 0"]),
    ):
        event = visit(0, user_agent=agent)
        event.page = Page("https://a.example/", referrer=referrer)
        assert met.match(event) == rules
        assert met.match(event) == rules


def test_many_referrers_and_agents_are_few_combinations():
    met = matcher(ADS, Condition(family="landing_page", agent=("human",)))
    for i in range(100):
        page = Page("https://a.example/", referrer=f"https://host-{i}.example/")
        met.match(land(0, page=page, user_agent=f"Mozilla/5.0 Firefox/{i}.0"))
    assert len(met.known) == 1


def test_the_campaign_in_the_address_counts_where_the_event_names_none():
    met = matcher(LANDED, ADS, Condition(family="landing_page", source=("goo*",)))
    assert met.match(land(0, page=Page("https://a.example/?gclid=1"))) == ["rule 0", "rule 1", "rule 2"]
    assert met.match(land(0, page=Page("https://a.example/?gclid=1"), campaign=Campaign(name="mail"))) == ["rule 0"]
    assert met.match(land(0, page=Page("https://a.example/"))) == []


def test_a_page_loaded_ahead_is_known_by_its_attribute():
    met = matcher(ROBOTS)
    assert met.match(visit(0, attributes={"purpose": "prefetch"})) == ["rule 0"]
    assert met.match(visit(0, attributes={"purpose": "sample"})) == []


def test_an_address_is_that_of_the_event_or_a_lead_id_that_is_one():
    ours = matcher(Condition(family="website_visit", address=("*@shop.example", "?@y.example")))
    said: tuple[dict[str, Any], ...] = (
        {"email": "Ann@SHOP.example"},
        {"lead_id": "b@y.example"},
        {"lead_id": "bob"},
        {"email": "bb@y.example"},
        {},
    )
    assert [bool(ours.match(visit(0, **who))) for who in said] == [True, True, False, False, False]


def test_many_addresses_are_few_combinations():
    ours = matcher(Condition(family="website_visit", address=("*@shop.example",)))
    for i in range(50):
        ours.match(visit(0, email=f"{i}@shop.example"))
        ours.match(visit(0, email=f"{i}@other.example"))
    assert len(ours.known) == 2
