"""The reference's own reading of origins, by hand; `tests/domain` holds the fold's against it."""

import pytest

from intentflow.domain.event import Campaign, Page
from intentflow.oracle.origins import agent_of, campaign_of, channel_of
from tests.oracle.made import land, visit

SHOP = "https://www.shop.example/"


@pytest.mark.parametrize(
    ("query", "campaign"),
    [
        ("utm_source=news&utm_campaign=spring%20sale", Campaign(name="spring sale", source="news")),
        ("utm_campaign=spring&msclkid=1", Campaign(name="spring", source="bing", medium="cpc")),
        ("utm_medium=email&msclkid=1", Campaign(medium="email")),
        ("utm_source=+", None),
    ],
)
def test_the_query_of_the_page_says_the_campaign(query, campaign):
    assert campaign_of(land(0, page=Page(f"{SHOP}?{query}"))) == campaign


@pytest.mark.parametrize(
    ("referrer", "channel"),
    [
        (None, "Direct"),
        ("https://shop.example/cart", "Internal"),
        ("https://www.google.de/", "Organic Search"),
        ("https://mail.google.com/", "Email"),
        ("https://claude.ai/chat", "AI Assistants"),
        ("https://other.example/", "Referral"),
    ],
)
def test_the_referrer_of_the_page_says_the_channel(referrer, channel):
    assert channel_of(land(0, page=Page(SHOP, referrer=referrer))) == channel


def test_the_purpose_goes_before_the_user_agent():
    assert agent_of(visit(0, user_agent="Googlebot/2.1", attributes={"purpose": "prefetch"})) == "preview"
    assert agent_of(visit(0, user_agent="Googlebot/2.1", attributes={"purpose": 1})) == "bot"
    assert agent_of(visit(0)) == "human"
