"""What the address of a page says of the campaign."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.campaigns import CLICKS, campaign_of
from intentflow.domain.event import Campaign, Page
from intentflow.oracle.origins import campaign_of as reference
from tests.oracle.made import land
from tests.wire.real_data import real

SITE = "https://a.example/"


@pytest.mark.parametrize(
    ("query", "campaign"),
    [
        (
            "utm_source=news&utm_medium=email&utm_campaign=spring",
            Campaign(name="spring", source="news", medium="email"),
        ),
        ("UTM_Source=News%20letter", Campaign(source="News letter")),
        ("utm_id=7&utm_term=red+shoes&utm_content=top", Campaign(id="7", term="red shoes", content="top")),
        ("utm_source=first&utm_source=second", Campaign(source="first")),
        ("utm_source=&utm_medium=+", None),
        ("x=1&utm=spring", None),
        ("gclid=abc", Campaign(source="google", medium="cpc")),
        ("fbclid=abc", Campaign(source="facebook")),
        ("ScCid=abc", Campaign(source="snapchat", medium="cpc")),
        ("gclid=", None),
        ("utm_campaign=spring&gclid=abc", Campaign(name="spring", source="google", medium="cpc")),
        ("utm_source=news&gclid=abc", Campaign(source="news")),
        ("fbclid=abc&gclid=abc", Campaign(source="google", medium="cpc")),
        ("", None),
    ],
)
def test_the_address_says_the_campaign_where_the_event_does_not(query, campaign):
    assert campaign_of(None, f"{SITE}?{query}#utm_source=no") == campaign
    assert campaign_of(Campaign(term=""), f"{SITE}?{query}") == campaign


def test_what_the_event_says_itself_is_taken_whole():
    said = Campaign(name="autumn")
    assert campaign_of(said, f"{SITE}?utm_source=news&utm_campaign=spring") is said


def test_without_a_query_there_is_no_campaign():
    assert campaign_of(None, None) is None
    assert campaign_of(None, f"{SITE}#?utm_source=news") is None


PIECES = st.sampled_from(
    [
        *CLICKS,
        "utm_source",
        "UTM_MEDIUM",
        "utm_campaign",
        "utm%5Fid",
        "=",
        "=",
        "&",
        "&",
        "?",
        "#",
        "+",
        "%2",
        "%C3",
        "x",
        "é",
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_the_reference_reads_the_same_from_any_address(text):
    url = f"{SITE}?{text}"
    assert campaign_of(None, url) == reference(land(0, page=Page(url)))


def test_the_parameters_of_real_requests_are_found():
    """EXPECTED.json: 153 requests have an `utm_` somewhere; in the log's own site that is in the query."""
    lines = real("apache_access_log/apache_logs").read_text(errors="backslashreplace").splitlines()
    urls = [line.split('"')[1].split(" ")[1] for line in lines if '"' in line]
    assert sum(campaign_of(None, url) is not None for url in urls) == 153
