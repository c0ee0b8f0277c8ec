"""What is known of a lead: the latest telling counts, in whatever order it comes."""

from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.event import PROVENANCES, Cart, LandingPage, NewsletterSignup, Profile, WebsiteVisit
from intentflow.domain.profile import Telling, learn, tellings_of, values_of
from tests.oracle.made import moment

FORM, OBSERVED, BOUGHT = (PROVENANCES.index(one) for one in ("form", "observed", "bought"))
MAIL = "ann@roastery.co.uk"


def told(at: int, value: Any, digest: int = 0, source: int = FORM, freely: bool = False) -> Telling:
    return Telling(at, digest, source, freely, value)


tellings = st.dictionaries(
    st.sampled_from([f"a{i}" for i in range(70)]),
    st.builds(
        told,
        st.integers(0, 5),
        st.sampled_from((None, True, False, 0, 1, 2.5, "", "x", "1")),
        st.integers(0, 2),
        st.integers(0, 4),
        st.booleans(),
    ),
    min_size=1,
    max_size=64,
)


def profile(at: int = 0, **fields: Any) -> Profile:
    wanted: dict[str, Any] = {
        "event_id": "e",
        "occurred_at": moment(at),
        "visitor_id": "v",
        "profile": {"role": "owner"},
        "provenance": "form",
    }
    return Profile(**wanted | fields)


def test_what_was_told_last_counts_whoever_told_it():
    known = learn(None, {"role": told(5, "owner", freely=True)})
    assert learn(known, {"role": told(6, "clerk", source=BOUGHT)}) == {"role": told(6, "clerk", source=BOUGHT)}
    assert learn(known, {"role": told(4, "clerk")}) is known


def test_of_one_time_the_larger_hash_of_the_id_counts():
    known = learn(None, {"role": told(5, "owner", digest=9)})
    assert learn(known, {"role": told(5, "clerk", digest=8)}) is known
    assert learn(known, {"role": told(5, "clerk", digest=10)}) == {"role": told(5, "clerk", digest=10)}


def test_a_withdrawn_attribute_is_not_brought_back_by_what_was_told_before():
    withdrawn = learn({"role": told(5, "owner")}, {"role": told(6, None)})
    assert learn(withdrawn, {"role": told(4, "owner")}) is withdrawn


def test_of_more_than_64_attributes_the_one_told_longest_ago_goes():
    full = {f"a{i}": told(10 + i, i) for i in range(64)}
    learned = learn(full, {"new": told(100, "x")})
    assert learned is not None
    assert set(learned) == set(full) - {"a0"} | {"new"}
    assert learn(full, {"old": told(9, "x")}) == full


@given(st.lists(tellings, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_which_it_is_told_makes_no_difference(all_told, random):
    one = other = None
    for each in all_told:
        one = learn(one, each)
    for each in random.sample(all_told, len(all_told)):
        other = learn(other, each)
    assert one == other
    assert one is not None
    assert len(one) <= 64


@given(tellings, tellings, tellings)
def test_profiles_of_leads_merge_in_any_grouping(a, b, c):
    def merged(*profiles: Any) -> Any:
        known = None
        for each in profiles:
            known = learn(known, each or {})
        return known

    assert merged(merged(a, b), c) == merged(a, merged(b, c)) == merged(merged(c, a), b)


def test_a_profile_tells_its_attributes_and_what_its_address_says():
    found = tellings_of(profile(email=MAIL, given_freely=True), 7, mail=True)
    digest = crc32(b"e")
    assert found == {
        "email_kind": Telling(7, digest, OBSERVED, False, "company"),
        "company_domain": Telling(7, digest, OBSERVED, False, "roastery.co.uk"),
        "role": Telling(7, digest, FORM, True, "owner"),
    }
    assert set(tellings_of(profile(email=MAIL), 7, mail=False)) == {"role"}


def test_what_a_profile_says_itself_goes_before_what_its_address_says():
    found = tellings_of(profile(email=MAIL, profile={"email_kind": "free"}), 0, mail=True)
    assert found["email_kind"].value == "free"


@pytest.mark.parametrize(
    ("kind", "fields", "tells"),
    [
        (NewsletterSignup, {"email": MAIL}, True),
        (NewsletterSignup, {"lead_id": MAIL}, True),
        (NewsletterSignup, {"lead_id": "4711"}, False),
        (Cart, {"email": MAIL, "action": "checkout"}, True),
        (LandingPage, {"email": MAIL, "action": "submit"}, True),
        (LandingPage, {"email": MAIL, "action": "land"}, False),
        (WebsiteVisit, {"email": MAIL}, False),
    ],
)
def test_an_address_speaks_where_somebody_gives_it_and_not_at_every_visit(kind, fields, tells):
    event = kind(event_id="e", occurred_at=moment(0), visitor_id="v", **fields)
    assert bool(tellings_of(event, 0, mail=True)) is tells


def test_a_condition_on_a_profile_sees_what_is_not_withdrawn():
    event = profile(email=MAIL, profile={"role": None, "size": 3})
    assert values_of(event, frozenset({"role"})) == {"size": 3}
    assert values_of(event, frozenset({"company_domain"})) == {
        "size": 3,
        "email_kind": "company",
        "company_domain": "roastery.co.uk",
    }
