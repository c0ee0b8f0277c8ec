"""A change as a Standard Webhook, as receivers' libraries verify it."""

import time

import msgspec
import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from intentflow.deliver.queue import Delivery
from intentflow.deliver.told import Told, told_of
from intentflow.deliver.webhook import headers_of
from tests.deliver.made import OLD_SECRET, SECRET, change, endpoint, record, told

BODY = told(change("l:anna@x.example", 1)).body
DELIVERY = Delivery(id="l:anna@x.example#1", body=BODY, topic="t", offset=0, since=0)
BOTH = (SecretStr(SECRET), SecretStr(OLD_SECRET))


def test_the_signature_is_that_of_the_specifications_own_example():
    body = b'{"test": 2432232314}'
    delivery = Delivery(id="msg_p5jXN8AQM9LWM0D4loKWxJek", body=body, topic="t", offset=0, since=0)
    headers = headers_of(endpoint(), delivery, 1_614_265_330_999)
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_while_secrets_are_changed_either_of_them_verifies(secret):
    headers = headers_of(endpoint(secrets=BOTH), DELIVERY, int(time.time() * 1000))
    assert Webhook(secret).verify(BODY, headers) == msgspec.json.decode(BODY)
    assert headers["webhook-id"] == DELIVERY.id


def test_a_body_that_was_changed_on_the_way_does_not_verify():
    headers = headers_of(endpoint(), DELIVERY, int(time.time() * 1000))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY.replace(b"mql", b"sql"), headers)


def test_a_request_that_is_sent_again_later_is_too_old_to_verify():
    headers = headers_of(endpoint(), DELIVERY, int(time.time() * 1000) - 301_000)
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(SECRET).verify(BODY, headers)


def test_headers_that_were_asked_for_go_along_and_never_replace_ours():
    headers = headers_of(endpoint(headers={"Authorization": SecretStr("Bearer x")}), DELIVERY, 0)
    assert headers["Authorization"] == "Bearer x"
    assert headers["Content-Type"] == "application/cloudevents+json"


def test_the_trace_of_what_caused_a_change_goes_on_in_a_header_of_the_request():
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    value, headers = record(change("l:a", 1))
    found = told_of(value, [*headers, ("traceparent", trace.encode())], notice=False)
    assert isinstance(found, Told)
    assert msgspec.json.decode(found.body)["traceparent"] == trace  # the extension attribute of CloudEvents
    traced = Delivery(id="x", body=found.body, topic="t", offset=0, since=0)
    assert headers_of(endpoint(), traced, 0)["traceparent"] == trace
    assert "traceparent" not in headers_of(endpoint(), DELIVERY, 0)
