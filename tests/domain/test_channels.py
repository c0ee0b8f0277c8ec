"""Channels, against GA4's rules as others test them, and against other people's lists of sources."""

import csv
import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from intentflow.domain.channels import channel_of, grouped, kind_of
from intentflow.domain.event import Campaign, Page
from intentflow.domain.rules import CHANNELS
from intentflow.oracle.origins import channel_named
from intentflow.oracle.origins import channel_of as reference
from tests.oracle.made import land, visit
from tests.wire.real_data import real

SHOP = "https://www.shop.example/spring"
# Says Paid Shopping for a source without a medium, against the rule written above it there, and against the row of Google Shopping
# without a medium, which is of the same kind. The test that it comes from compares sets of channels, and cannot notice.
WRONG_THERE = {"source": "alibaba", "medium": "", "campaign": "", "expected_channel": "Paid Shopping"}


def test_the_channels_are_those_of_the_expected_table():
    rows = json.loads(real("ga4_channels/expected_channels.json").read_text())
    assert len(rows) == 30
    assert WRONG_THERE in rows
    for row in rows:
        if row != WRONG_THERE:
            said = {name: row[name] for name in ("source", "medium", "campaign")}
            assert grouped(**said) == row["expected_channel"], row
            named = Campaign(name=row["campaign"], source=row["source"], medium=row["medium"])
            assert channel_of(SHOP, None, named) == row["expected_channel"], row
    assert grouped("alibaba", "", "") == "Organic Shopping"


@pytest.mark.parametrize(
    ("url", "referrer", "channel"),
    [
        (SHOP, None, "Direct"),
        (SHOP, "", "Direct"),
        (SHOP, "https://shop.example/", "Internal"),
        (SHOP, "https://blog.shop.example/", "Internal"),
        (SHOP, "https://notshop.example/", "Referral"),
        (SHOP, "https://www.google.co.uk/", "Organic Search"),
        (SHOP, "https://l.facebook.com/l.php", "Organic Social"),
        (SHOP, "https://m.youtube.com/watch", "Organic Video"),
        (SHOP, "https://www.ebay.de/itm/1", "Organic Shopping"),
        (SHOP, "https://mail.google.com/", "Email"),
        (SHOP, "https://docs.google.com/", "Referral"),
        (SHOP, "https://gemini.google.com/", "AI Assistants"),
        (SHOP, "https://google.example/", "Referral"),
        (SHOP, "android-app://com.google.android.gm", "Email"),
        (f"{SHOP}?gclid=1", "https://www.google.com/", "Paid Search"),
        (f"{SHOP}?utm_medium=email", "https://shop.example/", "Email"),
        (f"{SHOP}?utm_source=chatgpt.com", "https://chatgpt.com/", "AI Assistants"),
        ("/spring", "https://shop.example/", "Referral"),
        (None, None, "Unassigned"),
    ],
)
def test_without_a_campaign_the_referrer_says_the_channel(url, referrer, channel):
    assert channel_of(url, referrer, None) == channel


@pytest.mark.parametrize("medium", ["cpm", "CPM "])
def test_what_is_paid_and_of_a_known_kind_is_no_display(medium):
    assert grouped("google", medium, "") == "Paid Search"
    assert grouped("some-source", medium, "") == "Display"


def hosts(name: str) -> list[str]:
    """Hosts of one of Matomo's lists; one with `{}` stands for its address under `com`."""
    listed = YAML(typ="safe").load(real(f"traffic_sources/{name}.yml"))
    entries = [each for of_one in listed.values() for each in of_one]
    urls = [url for entry in entries for url in (entry["urls"] if isinstance(entry, dict) else [entry])]
    return [url.replace("{}", "com") for url in urls if "/" not in url and not url.startswith("{}")]


@pytest.mark.parametrize(
    ("name", "kinds", "share"),
    [
        ("SearchEngines", {"search"}, 0.6),
        ("Socials", {"social", "video"}, 0.5),
        ("AIAssistants", {"assistant"}, 0.5),
    ],
)
def test_at_least_half_of_the_hosts_that_others_list_are_known(name, kinds, share):
    found = Counter(kind_of(host) for host in hosts(name))
    assert sum(found[kind] for kind in kinds) >= share * found.total()


def test_where_ga4_lists_a_source_too_it_is_of_the_same_kind():
    """But for a few that are two things, such as Yahoo's shopping pages."""
    rows = list(csv.DictReader(real("ga4_channels/ga4_source_categories.csv").read_text().splitlines()))
    theirs = {row["source"].lower(): row["source_category"].removeprefix("SOURCE_CATEGORY_").lower() for row in rows}
    both = {source: (kind_of(source), kind) for source, kind in theirs.items() if kind_of(source) is not None}
    assert len(both) > 250
    assert sum(ours == their for ours, their in both.values()) > 0.9 * len(both)


WORDS = st.sampled_from(
    [
        "",
        "google",
        "Google Shopping",
        "facebook",
        "www.youtube.com",
        "email",
        "sms",
        "(direct)",
        "firebase",
        "x.example",
        "chatgpt",
    ]
)
MEDIA = st.sampled_from(
    [
        "",
        "cpc",
        "CPM",
        "paid",
        "ppc",
        "display",
        "social media",
        "video",
        "organic",
        "app",
        "e_mail",
        "audio",
        "push",
        "(none)",
        "xcpx",
    ]
)
NAMES = st.sampled_from(["", "shop", "eshop", "bishop", "Shopping", "a cross-network b", "spring\nshop", "workshop"])
REFERRERS = st.sampled_from(
    [
        None,
        "https://google.com/",
        "https://a.example",
        "https://b.a.example/",
        "https://mail.google.com",
        "x://@:",
        "https://news.bing.com:1/",
    ]
)


@given(WORDS | st.text(max_size=12), MEDIA | st.text(max_size=12), NAMES | st.text(max_size=12))
def test_the_reference_groups_any_words_in_the_same_way(source, medium, name):
    assert grouped(source, medium, name) == channel_named(source, medium, name)
    assert grouped(source, medium, name) in CHANNELS


@given(
    st.none() | st.builds(Campaign, name=st.none() | NAMES, source=st.none() | WORDS, medium=st.none() | MEDIA),
    st.sampled_from(["", "https://a.example/", "https://a.example/?utm_medium=sms", "/x?fbclid=1"])
    | st.text(max_size=20),
    REFERRERS | st.text(max_size=20),
)
def test_the_reference_finds_the_same_channel_for_any_event(campaign, url, referrer):
    event = land(0, campaign=campaign, page=Page(url, referrer=referrer))
    assert channel_of(url, referrer, campaign) == reference(event)


def test_an_event_without_a_page_comes_by_its_campaign_or_by_no_channel():
    assert reference(visit(0)) == channel_of(None, None, None) == "Unassigned"
    email = Campaign(medium="email")
    assert reference(visit(0, campaign=email)) == channel_of(None, None, email) == "Email"
