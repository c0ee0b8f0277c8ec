"""How deep JSON is nested."""

import json

from hypothesis import given
from hypothesis import strategies as st

from intentflow.wire.nesting import deeper_than

ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(alphabet='[]{}"\\,:ä x'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='[]{}"\\', max_size=4), inner, max_size=3),
)  # fmt: skip


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(ANYTHING, st.integers(0, 8), st.booleans())
def test_it_is_what_a_decoder_would_count(value, most, indented):
    text = json.dumps(value, indent=1 if indented else None, ensure_ascii=False).encode()
    assert deeper_than(text, most) == (depth(value) > most)


@given(st.binary(max_size=60), st.integers(0, 5))
def test_of_what_is_no_json_it_says_something_too(junk, most):
    assert deeper_than(junk, most) in (True, False)


def test_a_thousand_levels_are_more_than_sixty_four():
    assert deeper_than(b"[" * 1000 + b"]" * 1000, 64)
    assert not deeper_than(b"[" * 64 + b"]" * 64, 64)
    assert deeper_than(b'{"a":' * 65 + b"1" + b"}" * 65, 64)


def test_brackets_in_texts_hide_nothing_and_count_for_nothing():
    hidden = b'["]",' * 100 + b"1" + b',"["]' * 100
    assert deeper_than(hidden, 64)
    assert not deeper_than(json.dumps(["[" * 100, "\\[" * 100]).encode(), 64)
