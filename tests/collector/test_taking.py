"""One request with events, from its head to its answer, over HTTP and on a real Kafka."""

import base64
import gzip
import json
from typing import Any

import pytest

from tests.collector.calls import PAGE, Reply, Running, track

pytestmark = pytest.mark.broker


def visit(who: str, **more: Any) -> dict[str, Any]:
    return {"type": "page", "messageId": f"{who}-page", "anonymousId": who, "context": {"page": {"url": PAGE}}} | more


async def test_a_good_answer_means_that_kafka_has_it(collector: Running):
    reply = collector.post("/v1/page", visit("good"), X_Request_Id="asked-1")
    assert (reply.status, reply.said) == (200, {"success": True})
    assert reply.headers["x-request-id"] == "asked-1"
    (event,) = await collector.events("good-page")
    assert (event["family"], event["visitor_id"], event["page"]["url"]) == ("website_visit", "good", PAGE)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/json", "", "application/x-www-form-urlencoded", "image/png"]
)
@pytest.mark.parametrize("packed", [False, True])
async def test_it_is_taken_whatever_it_calls_itself_and_packed_or_not(
    collector: Running, content_type: str, packed: bool
):
    who = f"packed-{packed}-{content_type.replace('/', '-')}"
    body = json.dumps(visit(who)).encode()
    reply = collector.post("/v1/p", gzip.compress(body) if packed else body, Content_Type=content_type)
    assert reply.status == 200
    assert len(await collector.events(f"{who}-page")) == 1


@pytest.mark.parametrize("where", ["basic", "bearer", "body"])
def test_a_key_may_stand_in_either_place(collector: Running, where: str):
    more = {"body": {"writeKey": collector.server}}.get(where, {})
    headers = {"bearer": {"Authorization": f"Bearer {collector.server}"}}.get(where, {})
    key = collector.server if where == "basic" else ""
    assert collector.call("POST", "/v1/page", visit("placed", **more), key=key, **headers).status == 200


@pytest.mark.parametrize(
    ("key", "body", "reason"),
    [
        ("", {}, "no_key"),
        ("ifk_wrong", {}, "unknown_key"),
        ("", {"writeKey": "ifk_wrong"}, "unknown_key"),
        ("", {"writeKey": 7}, "no_key"),
        ("x" * 9000, {}, "unknown_key"),
    ],
)
async def test_without_a_known_key_nothing_is_taken_or_kept(
    collector: Running, key: str, body: dict[str, Any], reason: str
):
    reply = collector.call("POST", "/v1/page", visit("keyless", **body), key=key)
    assert (reply.status, reply.said["reason"]) == (401, reason)
    assert "www-authenticate" not in reply.headers  # a browser would ask its user for a password
    assert await collector.events("keyless") == []
    assert await collector.written(collector.names.rejections, "keyless") == []


async def test_a_gzip_bomb_is_refused_and_not_kept(collector: Running):
    bomb = gzip.compress(b'{"bomb":"' + b" " * (64 << 20))
    assert len(bomb) < 100_000
    reply = collector.post("/v1/track", bomb)
    assert (reply.status, reply.said["reason"]) == (413, "too_large")
    assert await collector.written(collector.names.rejections, "bomb") == []


@pytest.mark.parametrize("around", [b"%s", b'{"deep":%s}', b'{"type":"page","properties":{"a":%s}}'])
async def test_json_that_is_a_thousand_deep_is_a_clean_400(collector: Running, around: bytes):
    body = around % (b"[" * 1000 + b"]" * 1000)
    reply = collector.post("/v1/track", body, X_Request_Id=f"deep-{len(around)}")
    assert reply.status == 400
    assert reply.said["reason"] in ("too_deep", "wrong_type")  # the latter if it is no object at all
    (kept,) = await collector.written(collector.names.rejections, f"deep-{len(around)}")
    assert kept.value == body


async def test_of_a_batch_each_event_has_its_own_end_and_what_is_refused_is_kept_with_its_bytes(collector: Running):
    bad = '{"type":"track", "event":"Product Added",  "messageId":"mixed-bad"}'
    good = [json.dumps(visit(f"mixed-{number}")) for number in range(3)]
    body = f'{{"batch":[{good[0]}, {bad}, {good[1]}, {good[2]}]}}'
    assert collector.post("/v1/batch", body.encode(), X_Request_Id="mixed").status == 200
    assert {event["visitor_id"] for event in await collector.events("mixed-")} == {"mixed-0", "mixed-1", "mixed-2"}
    (kept,) = await collector.written(collector.names.rejections, "mixed-bad")
    headers = {name: text.decode() for name, text in kept.headers}
    assert kept.value == bad.encode()
    assert (headers["reason"], headers["source_topic"], headers["source_offset"]) == ("no_identity", "collector", "1")
    assert headers["request_id"] == "mixed"
    assert headers["rejection_id"].startswith("collector/")
    assert headers["rejection_id"].endswith("-mixed/1")


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"[]", b"17", b"\xff\xfe", b'{"batch":7}', b"data=%%%", b"\x1f\x8bno"]
)
async def test_what_cannot_be_read_is_a_400_with_a_reason_and_is_kept(collector: Running, body: bytes):
    asked = f"unread-{body.hex()}"
    reply = collector.post("/v1/batch", body, X_Request_Id=asked)
    assert reply.status == 400
    assert reply.said["reason"] in ("not_json", "unreadable", "wrong_type")
    (kept,) = await collector.written(collector.names.rejections, asked)
    assert (kept.value, dict(kept.headers)["reason"].decode()) == (body, reply.said["reason"])


async def test_an_event_that_names_a_lead_and_a_visitor_brings_their_link_in_its_place(collector: Running):
    who = {"anonymousId": "linked"}
    calls = [
        visit("linked", messageId="linked-1"),
        track("Product Added", messageId="linked-2", userId="u-linked", properties={"product_id": "p"}, **who),
        track("Product Added", messageId="linked-3", userId="u-linked", properties={"product_id": "p"}, **who),
        visit("linked", messageId="linked-4"),
    ]
    assert collector.post("/v1/batch", {"batch": calls}).status == 200
    assert collector.post("/v1/batch", {"batch": calls[1:2]}).status == 200
    records = await collector.written(collector.names.events, "linked")
    visitor = [json.loads(record.value) for record in records if record.key == b"v:linked"]
    lead = [json.loads(record.value) for record in records if record.key == b"l:u-linked"]
    assert [(one["family"], one["event_id"]) for one in visitor] == [
        ("website_visit", "linked-1"),
        ("link", "linked-2.link"),
        ("website_visit", "linked-4"),
    ]
    assert [one["event_id"] for one in lead] == ["linked-2", "linked-3", "linked-2"]


async def test_a_browsers_key_may_not_say_what_would_move_a_score_by_its_word(collector: Running):
    told = {"anonymousId": "sly", "messageId": "sly-1", "type": "identify", "traits": {"employees": 5000}}
    reply = collector.post("/v1/identify", told, key=collector.browser)
    assert (reply.status, reply.said["reason"]) == (403, "not_permitted")
    assert await collector.events("sly-1") == []
    told |= {"userId": "u-sly", "messageId": "sly-2"}
    assert collector.post("/v1/identify", told, key=collector.browser).status == 200
    assert [event["family"] for event in await collector.events("sly-2")] == ["link"]


async def test_do_not_track_is_answered_well_and_not_written(collector: Running):
    signup = track(
        "Newsletter Subscribed", messageId="dnt-2", anonymousId="dnt", properties={"email": "dnt@example.com"}
    )
    for body in (visit("dnt", messageId="dnt-1"), signup):
        assert collector.post("/v1/batch", {"batch": [body]}, DNT="1").status == 200
    events = await collector.events("dnt")
    assert [(one["family"], one["attributes"]["do_not_track"]) for one in events] == [("newsletter_signup", True)]


async def test_global_privacy_control_is_carried(collector: Running):
    assert collector.post("/v1/page", visit("gpc"), Sec_GPC="1").status == 200
    (event,) = await collector.events("gpc")
    assert event["attributes"]["global_privacy_control"] is True


async def test_no_address_is_kept_in_topics_or_logs(collector: Running):
    address = "203.0.113.77"
    for path, body in (("/v1/page", visit("addressed")), ("/v1/track", {"type": "track"}), ("/v1/page", b"{")):
        collector.post(
            path, body, X_Forwarded_For=address, X_Real_IP=address, Forwarded=f"for={address}", X_Request_Id="addressed"
        )
    for topic in (collector.names.events, collector.names.rejections):
        assert await collector.written(topic, "addressed") != []
        assert await collector.written(topic, address) == []
        assert await collector.written(topic, "127.0.0.1") == []
    assert address not in collector.log.read_text()
    assert "127.0.0.1" not in collector.log.read_text().replace(f"127.0.0.1:{collector.port}", "").replace(
        collector.settings.bootstrap, ""
    )


async def test_a_trace_goes_on_in_the_records_headers(collector: Running):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    collector.post("/v1/page", visit("traced"), traceparent=trace)
    collector.post("/v1/page", visit("untraced"), traceparent="no trace")
    found = {record.key: dict(record.headers) for record in await collector.written(collector.names.events, "traced")}
    assert found == {b"v:traced": {"traceparent": trace.encode()}, b"v:untraced": {}}


def test_more_than_the_bounds_allow_is_a_413(collector: Running):
    most = collector.settings.collector_body_bytes
    assert collector.post("/v1/batch", b" " * (most + 1)).status == 413
    assert collector.post("/v1/batch", b" " * most).status == 400
    many: dict[str, Any] = {"batch": [{}] * (collector.settings.collector_batch_events + 1)}
    assert (collector.post("/v1/batch", many).said["reason"]) == "too_many"


async def test_an_event_over_its_bound_is_refused_and_the_others_are_not(collector: Running):
    large = visit("large", properties={"a": "x" * collector.settings.collector_event_bytes})
    assert collector.post("/v1/batch", {"batch": [large, visit("small")]}).status == 200
    assert await collector.events("large") == []
    (kept,) = await collector.written(collector.names.rejections, "large-page")
    assert dict(kept.headers)["reason"] == b"too_large"


def test_a_body_that_comes_in_pieces_without_a_length_is_taken_and_bounded(collector: Running):
    key = base64.b64encode(f"{collector.server}:".encode()).decode()
    head = f"POST /v1/page HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {key}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    body = json.dumps(visit("chunked")).encode()
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (body[:20], body[20:]))
    assert collector.raw(head.encode() + pieces + b"0\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    endless = (b"%x\r\n%s\r\n" % (65536, b" " * 65536)) * 20
    assert collector.raw(head.encode() + endless).startswith(b"HTTP/1.1 413 ")


def test_a_key_that_sends_more_than_it_may_is_told_when_to_come_again_and_what_was_refused_does_not_count(
    collector: Running,
):
    def send(events: int) -> Reply:
        return collector.post("/v1/batch", {"batch": [visit("often")] * events}, key=collector.few)

    assert [send(events).status for events in (7, 4, 3, 1)] == [200, 429, 200, 429]
    refused = send(1)
    assert refused.said["reason"] == "too_often"
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert collector.post("/v1/page", visit("others")).status == 200


def test_a_key_for_some_pages_is_good_on_these_and_on_servers(collector: Running):
    def send(**headers: str) -> int:
        return collector.post("/v1/page", visit("homely"), key=collector.homely, **headers).status

    assert [send(Origin=PAGE), send(), send(Origin="https://evil.example"), send(Origin="null")] == [200, 200, 403, 403]


def signup(name: str) -> dict[str, Any]:
    return {
        "family": "newsletter_signup",
        "event_id": name,
        "occurred_at": "2026-05-01T09:41:00Z",
        "email": f"{name}@example.com",
        "visitor_id": name,
    }


async def test_our_own_api_says_of_each_event_what_became_of_it(collector: Running):
    bad = {"family": "cart", "event_id": "own-2", "occurred_at": "yesterday", "visitor_id": "own", "action": "add"}
    reply = collector.post("/v1/events", [signup("own-1"), bad, signup("own-3")], X_Request_Id="own")
    assert reply.status == 200
    assert reply.said["request_id"] == "own"
    assert [one["result"] for one in reply.said["results"]] == ["accepted", "refused", "accepted"]
    assert reply.said["results"][1]["reason"] == "bad_time"
    assert "occurred_at" in reply.said["results"][1]["detail"]
    (kept,) = await collector.written(collector.names.rejections, "own-2")
    assert json.loads(kept.value) == bad
    families = [event["family"] for event in await collector.events("own-")]
    assert sorted(families) == ["link", "link", "newsletter_signup", "newsletter_signup"]


@pytest.mark.parametrize(
    "content_type", ["application/cloudevents+json", "application/cloudevents-batch+json; charset=utf-8"]
)
async def test_cloudevents_come_one_by_one_or_together(collector: Running, content_type: str):
    name = f"structured-{len(content_type)}"
    event = {
        "specversion": "1.0",
        "id": name,
        "type": "intentflow.newsletter_signup",
        "time": "2026-05-01T09:41:00Z",
        "source": "crm",
    }
    event["data"] = {"email": f"{name}@example.com"}  # type: ignore[assignment]  # the one attribute that is no text
    body = [event] if "batch" in content_type else event
    assert collector.post("/v1/events", body, Content_Type=content_type).said["results"] == [{"result": "accepted"}]
    (written,) = await collector.events(name)
    assert (written["family"], written["event_id"]) == ("newsletter_signup", name)


async def test_a_cloudevent_may_have_its_attributes_in_headers(collector: Running):
    headers = {
        "ce_specversion": "1.0",
        "ce_id": "binary%20one",
        "ce_type": "intentflow.cart.add",
        "ce_time": "2026-05-01T09:41:00Z",
        "ce_source": "crm",
    }
    assert (
        collector.post("/v1/events", {"visitor_id": "binary"}, Content_Type="application/json", **headers).status == 200
    )
    (written,) = await collector.events("binary one")
    assert (written["family"], written["action"], written["visitor_id"]) == ("cart", "add", "binary")
    assert collector.post("/v1/events", b"no json", **headers).said["results"][0]["reason"] == "not_json"


def test_if_all_are_refused_our_own_api_says_so_with_its_status(collector: Running):
    outcome = {
        "family": "outcome",
        "event_id": "o",
        "occurred_at": "2026-05-01T09:41:00Z",
        "lead_id": "u",
        "action": "won",
    }
    assert collector.post("/v1/events", outcome, key=collector.browser).status == 403
    assert collector.post("/v1/events", outcome | {"action": "lost it"}).status == 400
    assert collector.post("/v1/events", []).status == 200


async def test_a_pixel_is_answered_with_a_picture(collector: Running):
    query = f"/i?e=pv&p=web&eid=7f3c1d2e-0000-4000-8000-000000000001&aid={collector.browser}&duid=pixelled&url=https%3A%2F%2Fa.example"
    reply = collector.call("GET", query, User_Agent="Mozilla/5.0 Firefox/138.0")
    assert (reply.status, reply.headers["content-type"], reply.body[:6]) == (200, "image/gif", b"GIF89a")
    (event,) = await collector.events("pixelled")
    assert (event["page"]["url"], event["user_agent"]) == ("https://a.example", "Mozilla/5.0 Firefox/138.0")
    assert collector.call("GET", "/i?e=pv&p=web&aid=wrong").status == 401


async def test_posthogs_beacon_and_query_are_understood(collector: Running):
    def packed(who: str) -> bytes:
        event = {
            "event": "$pageview",
            "uuid": who,
            "properties": {"distinct_id": who, "token": collector.browser, "$current_url": PAGE},
        }
        return base64.urlsafe_b64encode(json.dumps(event).encode())

    assert collector.call("POST", "/e/?beacon=1", b"data=" + packed("beaconed")).said == {"status": 1}
    assert collector.call("GET", "/e/?ip=1&data=" + packed("queried").decode()).said == {"status": 1}
    assert [
        event["page"]["url"] for event in [*await collector.events("beaconed"), *await collector.events("queried")]
    ] == [PAGE, PAGE]
