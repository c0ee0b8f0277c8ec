"""Which rules an event meets."""

from typing import Any

from intentflow.domain.event import Campaign, Page
from intentflow.domain.matching import Matcher
from intentflow.domain.rules import Condition
from tests.oracle.made import land, newsletter, visit

ADS = Condition(family="landing_page", channel=("Paid Search",))
ROBOTS = Condition(family="website_visit", agent=("bot", "preview"))
LANDED = Condition(family="landing_page", targeted=True)
GOOGLE, OTHER = "https://www.google.com/", "https://other.example/"


def matcher(*conditions):
    return Matcher([(f"rule {i}", (each,)) for i, each in enumerate(conditions)], sorted)


def test_what_no_rule_asks_for_is_not_looked_at():
    """Where none asks for the page, all pages are one; where none asks for the campaign, all campaigns."""
    met = matcher(LANDED, Condition(family="website_visit", url=("*/prices*",)), Condition(family="newsletter_signup"))
    for number in range(3):
        url, campaign = f"https://a.example/{number}?gclid=1", Campaign(name=f"{number}")
        assert met.match(land(0, page=Page(url, referrer=GOOGLE), campaign=campaign, user_agent=url)) == ["rule 0"]
        assert met.match(visit(0, url=url, campaign=Campaign(name=f"other {number}"))) == []
        assert met.match(visit(0, url=url, campaign=campaign)) == []
        letter = newsletter(0, "click")
        letter.page = Page(url)
        assert met.match(letter) == ["rule 2"]
    assert met.combinations == 3 + 3 + 1


def test_an_action_that_no_rule_is_about_is_one_with_whatever_page():
    met = matcher(Condition(family="website_visit", actions=("view",), url=("*/prices*",)))
    for number in range(3):
        assert met.match(visit(0, action="search", url=f"https://a.example/prices/{number}")) == []
        assert met.match(visit(0, url=f"https://a.example/prices/{number}")) == ["rule 0"]
    assert met.combinations == 1 + 3


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
    assert met.combinations == 1


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
    assert ours.combinations == 2
