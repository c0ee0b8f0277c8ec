"""What is read of a request's head."""

import base64
import json

import pytest

from intentflow.collector import asking
from intentflow.collector.consent import Wishes

INJECTED = ["a\r\nSet-Cookie: x=1", "a\nb", "a\x00", "a b", "<script>", 'a"b', "", "ä"]


@pytest.mark.parametrize("text", [*INJECTED, "x" * 65, "../../etc/passwd"])
def test_an_id_that_is_none_is_replaced_by_one_of_ours(text):
    given, other = asking.request_id({"X-Request-Id": text}), asking.request_id({})
    assert given.rpartition("-")[0] == other.rpartition("-")[0] != ""
    assert given != other
    assert given.replace("-", "").isalnum()


def test_an_id_that_is_one_is_kept():
    assert asking.request_id({"X-Request-Id": "a-1.b_2:c"}) == "a-1.b_2:c"


@pytest.mark.parametrize(
    "text", ["https://shop.example", "http://127.0.0.1:80", "http://[::1]:80", "null", "chrome-extension://abc"]
)
def test_an_origin_is_said_back_as_it_is(text):
    assert asking.origin({"Origin": text}) == text


@pytest.mark.parametrize(
    "text", [*INJECTED, "*", "https://shop.example/path", "javascript:alert(1)", "https://" + "a" * 300]
)
def test_what_is_no_origin_is_none(text):
    assert asking.origin({"Origin": text}) is None


@pytest.mark.parametrize(
    "text",
    ["authorization,content-type", "anonymousid,authorization,content-type,sentat", "content-type, sp-anonymous"],
)
def test_headers_that_trackers_ask_for_are_granted(text):
    assert asking.names_asked({"Access-Control-Request-Headers": text}) == text


@pytest.mark.parametrize("text", [*INJECTED, "a,,b", "a\r\nb,c", ",".join(["a"] * 33)])
def test_what_are_no_headers_are_not_granted(text):
    assert asking.names_asked({"Access-Control-Request-Headers": text}) is None


@pytest.mark.parametrize("text", ["", "a b", "evil.example/<script>", 'x"y', "a\r\nb", "host:port", "::1"])
def test_what_is_no_host_is_localhost(text):
    assert asking.host({"Host": text}) == "localhost"


@pytest.mark.parametrize("text", ["shop.example", "127.0.0.1:8080", "[::1]:8080"])
def test_a_host_is_kept(text):
    assert asking.host({"Host": text}) == text


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (None, None),
        ("Basic " + base64.b64encode(b"ifk_1:").decode(), "ifk_1"),
        ("basic " + base64.b64encode(b"ifk_1:secret:more").decode(), "ifk_1"),
        ("Basic " + base64.b64encode(b"ifk_1").decode(), "ifk_1"),
        ("Bearer ifk_1", "ifk_1"),
        ("Basic %%%", ""),
        ("Basic " + base64.b64encode(b"\xff:").decode(), ""),
        ("Basic", ""),
        ("", ""),
        ("Digest username=ifk_1", ""),
        ("Basic ä", ""),
        ("Basic \udcff", ""),
        ("Bearer \udcff", "\ufffd"),
    ],
)
def test_the_write_key_is_the_user_of_basic_or_the_token_of_a_bearer(header, key):
    assert asking.write_key({} if header is None else {"Authorization": header}) == key


def test_bytes_of_a_header_that_are_no_text_are_replaced():
    headers = {"User-Agent": "Mozilla/5.0 \udcff ä"}
    assert asking.text(headers, "User-Agent") == "Mozilla/5.0 \ufffd ä"
    assert asking.text(headers, "Referer") is None
    event = json.loads(asking.binary_event({"ce-id": "\udcff", "ce-type": "a%20b"}, b"{}"))
    assert event == {"id": "\ufffd", "type": "a b", "data": {}}


def test_a_trace_is_handed_on_if_it_is_one():
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert asking.trace({"traceparent": trace}) == [("traceparent", trace.encode())]
    assert [asking.trace({"traceparent": text}) for text in (trace.upper(), trace + "-x", *INJECTED)] == [[]] * 10
    assert asking.trace({}) == []


def test_wishes_are_heard_only_where_they_are_said():
    assert asking.wishes({"DNT": "1"}) == Wishes(do_not_track=True)
    assert asking.wishes({"Sec-GPC": "1", "DNT": "0"}) == Wishes(privacy_control=True)
    assert asking.wishes({"DNT": "yes", "Sec-GPC": "0"}) == asking.wishes({}) == Wishes()
