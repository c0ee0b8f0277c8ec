"""What an e-mail address says of its owner, by the pinned lists."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.mail import reader
from intentflow.oracle.profiles import address_says


@pytest.mark.parametrize(
    "domain", ["gmail.com", "yahoo.co.uk", "web.de", "gmx.at", "icloud.com", "qq.com", "proton.me"]
)
def test_a_mail_provider_of_anybody_is_free(domain):
    assert reader()(f"ann@{domain}") == (("email_kind", "free"),)


@pytest.mark.parametrize(
    "domain", ["mailinator.com", "yopmail.com", "10minutemail.com", "inbox.mailinator.com", "trashmail.com"]
)
def test_an_address_to_throw_away_is_disposable_even_where_it_is_free_too(domain):
    assert reader()(f"ann@{domain}") == (("email_kind", "disposable"),)


@pytest.mark.parametrize(
    ("address", "company"),
    [
        ("ann@roastery.co.uk", "roastery.co.uk"),
        ("Ann@Mail.Vienna.ROASTERY.co.at.", "roastery.co.at"),
        ("ann@siemens.com", "siemens.com"),
        ("ann@shop.github.io", "shop.github.io"),
    ],
)
def test_any_other_address_under_a_public_suffix_is_a_companys(address, company):
    assert reader()(address) == (("email_kind", "company"), ("company_domain", company))


@pytest.mark.parametrize(
    "address", ["ann@localhost", "ann@co.uk", "ann@10.0.0.1", "ann@shop.internal", "ann@..", "ann@ "]
)
def test_an_address_under_no_public_suffix_says_nothing(address):
    assert reader()(address) == ()


@given(st.from_regex(r"[a-z.@ ]{0,8}@([A-Za-z0-9.-]|gmail\.com|\.co\.uk|mailinator\.com|é|日){0,30}", fullmatch=True))
def test_the_reference_reads_every_address_the_same(address):
    assert dict(reader()(address)) == address_says(address)


def test_the_answers_come_without_the_network(monkeypatch):
    """The lists lie in the packages: what could open a connection is taken away."""
    monkeypatch.setitem(sys.modules, "socket", None)
    reader.cache_clear()
    assert reader()("ann@roastery.co.uk")[0] == ("email_kind", "company")
