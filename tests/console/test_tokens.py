"""Tokens: seen once, kept as hashes, worth what their role says."""

import re

from intentflow.console.tokens import kept_of, make_token, role_of
from intentflow.settings import Settings


def test_what_is_kept_of_a_token_opens_nothing_and_is_what_settings_take():
    token, kept = make_token("viewer")
    assert re.fullmatch(r"viewer:[0-9a-f]{64}", kept)
    assert token not in kept
    assert Settings(console_tokens=(kept,)).console_tokens == (kept,)
    assert role_of(kept, [kept]) is None
    assert role_of(kept.removeprefix("viewer:"), [kept]) is None


def test_a_token_is_worth_its_role_among_many():
    tokens = [make_token("viewer"), make_token("operator"), make_token("viewer")]
    kept = [one for _, one in tokens]
    assert [role_of(token, kept) for token, _ in tokens] == ["viewer", "operator", "viewer"]
    assert role_of(tokens[0][0], kept[1:]) is None


def test_no_two_tokens_are_alike():
    assert len({make_token("viewer")[0] for _ in range(100)}) == 100


def test_nothing_is_no_token_even_if_its_hash_is_kept():
    assert role_of("", [kept_of("operator", "")]) is None
