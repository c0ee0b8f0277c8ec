"""What answers at every address, over HTTP."""

import json
from typing import Any

import pytest

from tests.collector.calls import PAGE, Running

pytestmark = pytest.mark.broker


@pytest.mark.parametrize(
    ("path", "asked"),
    [  # as browsers sent them for analytics-next, RudderStack's SDK, Snowplow's tracker and one that is anonymous
        ("/v1/t", "authorization"),
        ("/v1/track", "anonymousid,authorization,content-type,sentat"),
        ("/com.snowplowanalytics.snowplow/tp2", "content-type"),
        ("/com.snowplowanalytics.snowplow/tp2", "content-type,sp-anonymous"),
    ],
)
def test_a_preflight_grants_what_real_clients_ask_for(collector: Running, path: str, asked: str):
    reply = collector.call(
        "OPTIONS", path, Origin=PAGE, Access_Control_Request_Method="POST", Access_Control_Request_Headers=asked
    )
    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["access-control-allow-origin"] == PAGE
    assert reply.headers["access-control-allow-credentials"] == "true"
    assert reply.headers["access-control-allow-headers"] == asked
    assert "POST" in reply.headers["access-control-allow-methods"]
    assert "Origin" in reply.headers["vary"]


@pytest.mark.parametrize(("path", "status"), [("/v1/page", 401), ("/v1/projects/k/settings", 200), ("/nothing", 404)])
def test_every_answer_can_be_read_by_the_page_that_asked(collector: Running, path: str, status: int):
    reply = collector.call("POST", path, b"{}", Origin=PAGE)
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (status, PAGE)
    assert "x-request-id" in reply.headers["access-control-expose-headers"].lower()


def test_who_names_no_origin_is_allowed_none(collector: Running):
    reply = collector.call("GET", "/health", Origin="https://a.example\x0b")
    assert [name for name in reply.headers if name.startswith("access-control")] == []


@pytest.mark.parametrize(
    ("path", "tells"),
    [
        ("/v1/projects/ifk_1/settings", {"integrations", "plan"}),
        ("/sourceConfig/?p=npm&v=3&writeKey=ifk_1", {"source", "updatedAt"}),
        ("/array/ifk_1/config?v=2", {"supportedCompression", "sessionRecording"}),
        ("/flags/?v=2&config=true", {"flags", "featureFlags"}),
        ("/decide/?v=3", {"featureFlags"}),
    ],
)
def test_trackers_are_told_what_they_fetch_first(collector: Running, path: str, tells: set[str]):
    for method in ("GET", "POST"):
        reply = collector.call(method, path, Origin=PAGE)
        assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
        assert tells <= set(reply.said)


def test_segments_settings_lead_back_to_where_they_were_asked_for(collector: Running):
    reply = collector.call("GET", "/v1/projects/ifk_1/settings", Host="in.shop.example", X_Forwarded_Proto="https")
    assert reply.said["integrations"]["Segment.io"] == {
        "apiKey": "ifk_1",
        "apiHost": "in.shop.example/v1",
        "protocol": "https",
        "unbundledIntegrations": [],
    }


def test_a_host_that_is_none_is_not_said_back(collector: Running):
    reply = collector.call("GET", "/v1/projects/ifk_1/settings", Host='x"><script>')
    assert reply.said["integrations"]["Segment.io"]["apiHost"] == "localhost/v1"
    assert (reply.headers["content-type"], reply.headers["x-content-type-options"]) == ("application/json", "nosniff")
    assert collector.call("GET", "/v1/projects/%22%7D%3Cscript%3E/settings").status == 404


@pytest.mark.parametrize("path", ["/v1/m", "/s/", "/s/?compression=gzip-js"])
def test_what_is_nothing_to_us_is_answered_well(collector: Running, path: str):
    assert collector.call("POST", path, b"\x00" * 1000).status == 200


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/",
            "/v1",
            "/v1/tt",
            "/../../etc/passwd",
            "/v1/../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "//etc/passwd",
        ),
        *("/v1/projects/../settings", "/v1/projects/a/b/settings"),
    ],
)
def test_any_other_path_is_nowhere(collector: Running, path: str):
    reply = collector.call("GET", path)
    assert (reply.status, reply.said["reason"]) == (404, "no_such_path")
    assert b"passwd" not in reply.body


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/track"), ("PUT", "/v1/track"), ("DELETE", "/e/"), ("HEAD", "/i")]
)
def test_a_method_that_is_not_understood_is_a_405(collector: Running, method: str, path: str):
    assert collector.call(method, path, key=collector.server).status == 405


@pytest.mark.parametrize(
    "header",
    [
        b"X-Request-Id: a\r\n Set-Cookie: x=1",
        b"X-Request-Id: a\x00b",
        b"Origin: https://a.example\r\n Set-Cookie: x=1",
        b"Access-Control-Request-Headers: a\r\n Set-Cookie: x=1",
        b"X-Request-Id: a\rSet-Cookie: x=1",
    ],
)
def test_no_client_writes_a_header_of_an_answer(collector: Running, header: bytes):
    request = b"OPTIONS /v1/t HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + b"\r\n\r\n"
    head = collector.raw(request).partition(b"\r\n\r\n")[0].lower()
    assert head.split()[1] in (b"204", b"400")
    assert b"cookie" not in head


@pytest.mark.parametrize(
    ("request_line", "header", "status"),
    [
        (b"GET /health HTTP/1.1", b"Cookie: a=" + b"x" * 100_000, b"431"),
        (b"GET /i?" + b"x" * 100_000 + b" HTTP/1.1", b"A: b", b"431"),
        (b"GET /health HTTP/1.1", b"\r\n".join(b"A%d: b" % number for number in range(200)), b"400"),
        (b"GARBAGE", b"A: b", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"", b"400"),  # TLS
        (b"POST /v1/t HTTP/1.1", b"Content-Length: -1", b"400"),
        (b"POST /v1/t HTTP/1.1", b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"400"),
        (b"GET /health HTTP/1.1", b"Bad Name: b", b"400"),
    ],
)
def test_a_head_that_is_too_large_or_no_http_is_refused_and_the_connection_ends(
    collector: Running, request_line: bytes, header: bytes, status: bytes
):
    answer = collector.raw(request_line + b"\r\nHost: x\r\n" + header + b"\r\n\r\n")
    assert answer.split()[1:2] == [status]
    assert b"127.0.0.1" not in answer
    assert collector.call("GET", "/health").status == 200


def test_it_is_healthy_and_ready_while_kafka_answers(collector: Running):
    assert [collector.call("GET", path).status for path in ("/health", "/ready")] == [200, 200]
    head = collector.call("HEAD", "/health")
    assert (head.status, head.body) == (200, b"")


def test_errors_are_problem_documents_with_the_id_of_the_request(collector: Running):
    reply = collector.call("POST", "/v1/track", b"{}", X_Request_Id="asked-again")
    assert reply.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = json.loads(reply.body)
    assert (said["status"], said["reason"], said["request_id"]) == (401, "no_key", "asked-again")


@pytest.mark.parametrize(
    "header", [b"User-Agent: Mozilla/5.0 \xff", b"Authorization: Basic \xff", b"ce-id: \xff", b"Referer: \xff"]
)
def test_bytes_in_a_header_that_are_no_text_are_no_error_of_ours(collector: Running, header: bytes):
    path, body = ("/v1/events", b"{}") if header.startswith(b"ce") else ("/v1/page", b'{"anonymousId": "odd"}')
    more = b"ce-specversion: 1.0\r\nAuthorization: Bearer %s\r\nContent-Length: %d" % (
        collector.server.encode(),
        len(body),
    )
    answer = collector.raw(
        b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n%s\r\n\r\n%s" % (path.encode(), header, more, body)
    )
    assert not answer.startswith(b"HTTP/1.1 5")
    assert answer.count(b"X-Request-Id: ") == 1
