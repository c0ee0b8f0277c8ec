"""Hosts of addresses, and the wider names that they may be listed under."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.domain.hosts import host_of, wider


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.Google.de/search?q=x", "google.de"),
        ("http://user:word@shop.example:8080/", "shop.example"),
        ("android-app://com.google.android.gm", "com.google.android.gm"),
        ("https://a.example?x=https://b.example", "a.example"),
        (" https://a.example", "a.example"),
        ("https://a@b@c.example/", "c.example"),
        ("/pricing", ""),
        ("www.google.de/search", ""),
        ("https://", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_an_address_names_the_host_between_its_scheme_and_its_path(address, host):
    assert host_of(address) == host


def test_the_wider_names_of_a_host_go_from_narrow_to_wide_and_never_to_one_word():
    assert list(wider("news.google.co.uk")) == [
        "news.google.co.uk",
        "google.co.uk",
        "google.*",
        "co.uk",
        "co.*",
    ]
    assert list(wider("chat.example")) == ["chat.example"]
    assert list(wider("localhost")) == []


@given(st.text(max_size=60))
def test_any_text_has_a_host_or_none(text):
    assert isinstance(host_of(text), str)
    assert isinstance(list(wider(text)), list)
