"""Whatever the bytes are, they decode to an event or to a rejection; nothing raises."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intentflow.domain.event import EARLIEST, LATEST, MAX_ID_BYTES, Cart, Event, Link, key_of, time_of
from intentflow.wire.events import decode, encode
from intentflow.wire.examples import EXAMPLES
from intentflow.wire.rejections import Rejection
from tests.wire.payloads import CART, GOOD

SAMPLES = [
    GOOD,
    CART,
    *(
        sample
        for name, samples in EXAMPLES.items()
        if name not in ("qualification_change", "cart_notice")
        for sample in samples
    ),
]
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([" ", "NaN", "-1", "2026-05-01T00:00:00Z"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


def assert_is_event_or_rejection(value: bytes, headers: list[tuple[str, bytes]] | None = None) -> None:
    event = decode(value, headers or ())
    if isinstance(event, Rejection):
        assert 0 < len(event.detail) <= 200
        assert event.detail.isprintable()
        return
    assert isinstance(event, Event | Link)
    assert EARLIEST <= time_of(event) <= LATEST
    assert key_of(event)[2:]
    assert b"\0" not in key_of(event)
    assert len(event.event_id.encode()) <= MAX_ID_BYTES
    amounts = (
        [m.amount for m in (event.value, *(line.price for line in event.lines or ())) if m]
        if isinstance(event, Cart)
        else []
    )
    assert all(amount.is_finite() and 0 <= amount <= 10**12 for amount in amounts)
    assert decode(encode(event)) == event


@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf{}")
def test_any_bytes_are_an_event_or_a_rejection(value: bytes):
    assert_is_event_or_rejection(value)


@given(json_values)
def test_any_json_is_an_event_or_a_rejection(value: object):
    assert_is_event_or_rejection(json.dumps(value).encode())


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything inside a JSON value."""
    inner = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [path for key, item in inner for path in [(*at, key), *places(item, (*at, key))]]


def replaced(value: Any, path: tuple[Any, ...], new: object) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@given(st.data(), st.sampled_from(SAMPLES))
def test_an_event_with_anything_put_anywhere_is_an_event_or_a_rejection(data: st.DataObject, sample: dict[str, Any]):
    for _ in range(data.draw(st.integers(1, 2))):
        sample = replaced(sample, data.draw(st.sampled_from(places(sample))), data.draw(json_values))
    assert_is_event_or_rejection(
        json.dumps(sample, ensure_ascii=data.draw(st.booleans())).encode(errors="surrogatepass")
    )


@given(st.data(), st.sampled_from(SAMPLES))
def test_an_event_with_bytes_changed_or_cut_is_an_event_or_a_rejection(data: st.DataObject, sample: dict[str, Any]):
    value = bytearray(json.dumps(sample).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    assert_is_event_or_rejection(
        bytes(value[: data.draw(st.integers(0, len(value)))] if data.draw(st.booleans()) else value)
    )


names = st.sampled_from(["ce_id", "ce_time", "ce_type", "ce_specversion", "ce_source", "content-type", "traceparent"])
texts = st.sampled_from(
    [b"", b"1.0", b"e-1", b"intentflow.cart.add", b"intentflow.", b"2026-05-01T09:30:00.250Z"]
) | st.binary(max_size=9)


@given(
    st.sampled_from([None, *SAMPLES]),
    st.lists(st.tuples(names, texts), max_size=4),
    st.sets(st.sampled_from(sorted(CART))),
)
def test_any_headers_give_an_event_or_a_rejection(
    sample: dict[str, Any] | None, headers: list[tuple[str, bytes]], without: set[str]
):
    fields = {name: value for name, value in (sample or {}).items() if name not in without}
    assert_is_event_or_rejection(json.dumps(fields).encode() if sample else b"", headers)


@given(st.data(), st.sampled_from(SAMPLES))
def test_the_careful_way_decides_as_the_fast_one_does(data: st.DataObject, sample: dict[str, Any]):
    """An umlaut in a field that is passed over sends a record the careful way."""
    blank = data.draw(st.sampled_from([path for path in places(sample) if isinstance(path[-1], str)]))
    sample = replaced(sample, blank, data.draw(st.sampled_from([" ", "a", "-1", 1, None])))
    fast, careful = (decode(json.dumps(sample | {"more": more}, ensure_ascii=False).encode()) for more in ("u", "ü"))
    assert fast == careful


@pytest.mark.parametrize("depth", [10, 400])
def test_how_deep_the_caller_stands_does_not_matter(depth: int):
    value = json.dumps(GOOD | {"more": []}).encode().replace(b"[]", b"[" * 300 + b"]" * 300)

    def called(further: int) -> object:
        return called(further - 1) if further else decode(value)

    assert called(depth) == decode(value)
