"""From the bytes of a request to JSON."""

import base64
import gzip
import zlib
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.collector.unpacking import from_form, unpacked
from intentflow.wire.rejections import Rejection

MOST = 1 << 20
EVENT = '{"event":"Grüße","a":"??>>~~"}'.encode()


def reason(found: bytes | Rejection) -> str:
    assert isinstance(found, Rejection)
    return found.reason


def test_what_is_not_packed_stays_as_it_is():
    assert unpacked(EVENT, MOST) == EVENT
    assert unpacked(b"", MOST) == b""


@pytest.mark.parametrize("form", ["data={}", "ip=1&data={}", "data={}&ver=1.7"])
@pytest.mark.parametrize(
    "packed",
    [
        quote_plus(EVENT),
        quote_plus(base64.b64encode(EVENT)),
        base64.b64encode(
            EVENT
        ).decode(),  # as it comes from a tracker that forgets to escape: a plus is read as a blank
        base64.urlsafe_b64encode(EVENT).decode().rstrip("="),
        quote_plus(base64.b64encode(gzip.compress(EVENT, mtime=0))),
        quote_plus(gzip.compress(EVENT, mtime=0)),
    ],
)
def test_a_form_has_it_plain_or_in_base64_or_compressed(form, packed):
    assert from_form(form.format(packed).encode(), MOST) == EVENT


def test_gzip_is_known_by_its_first_bytes():
    assert unpacked(gzip.compress(EVENT), MOST) == EVENT


@pytest.mark.parametrize(("size", "fits"), [(MOST - 1, True), (MOST, True), (MOST + 1, False), (100 * MOST, False)])
def test_what_unpacks_to_more_than_the_bound_is_too_large(size, fits):
    found = unpacked(gzip.compress(b" " * size), MOST)
    assert found == b" " * size if fits else reason(found) == "too_large"


def test_a_bomb_in_a_form_in_base64_is_too_large_as_well():
    bomb = base64.b64encode(gzip.compress(bytes(50 * MOST)))
    assert reason(from_form(b"data=" + bomb, MOST)) == "too_large"


def test_it_is_unpacked_once():
    assert unpacked(gzip.compress(gzip.compress(EVENT)), MOST) == gzip.compress(EVENT)


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(EVENT, mtime=0)[:-1],
        gzip.compress(EVENT, mtime=0)[:12],
        gzip.compress(EVENT, mtime=0) + b"x",
        gzip.compress(EVENT, mtime=0) * 2,
        b"\x1f\x8b",
        b"\x1f\x8b" + zlib.compress(EVENT),
        b"data=" + b"%%%",
        b"data=!",
    ],
)
def test_what_is_cut_off_or_has_more_behind_it_is_unreadable(body):
    assert reason(unpacked(body, MOST)) == "unreadable"


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x1f\x8b", b"\x1f\x8b\x08\x00", b"data=", b"data=%1f%8b"]))
def test_any_bytes_are_unpacked_or_refused_and_never_more_than_the_bound(junk, before):
    found = unpacked(before + junk, 100)
    assert isinstance(found, Rejection) or len(found) <= max(100, len(before + junk))
