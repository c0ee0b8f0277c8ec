"""Write keys."""

import pytest

from intentflow.collector.keys import EVERYTHING, GRANTED, KeyRing, WriteKey, digest_of, new_key


def test_a_key_is_found_by_its_text_alone():
    secret = new_key()
    key = WriteKey("shop", digest_of(secret))
    ring = KeyRing([key, WriteKey("other", digest_of(new_key()))])
    assert ring.find(secret) is key


@pytest.mark.parametrize("wrong", ["", " ", "shop", "\x00", "ifk_", "\ud800", "ä" * 10_000])
def test_any_other_text_is_no_key(wrong):
    secret = new_key()
    ring = KeyRing([WriteKey("shop", digest_of(secret))])
    assert [ring.find(text) for text in (wrong, secret + wrong * 2 + " ", secret[:-1], secret.upper())] == [None] * 4


def test_a_browsers_key_may_say_only_what_visitors_do():
    assert GRANTED["browser"] == {"behaviour"}
    assert GRANTED["server"] == EVERYTHING == {"behaviour", "profiles", "outcomes", "joins"}


def test_new_keys_are_long_random_and_fit_for_a_url():
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(key.removeprefix("ifk_").isalnum() and len(key) == 44 for key in keys)
