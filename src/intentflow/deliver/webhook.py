"""A change as a Standard Webhook: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

The body is the CloudEvent in structured mode; `webhook-id` is its id, the same for every attempt. Each secret signs, so that a receiver may
hold the old one or the new one while they are changed.
"""

from datetime import UTC, datetime

from standardwebhooks import Webhook

from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.queue import Delivery
from intentflow.deliver.told import trace_in

CONTENT_TYPE = "application/cloudevents+json"


def headers_of(endpoint: Endpoint, delivery: Delivery, now: int) -> dict[str, str]:
    """The headers of an attempt at `now`, in epoch milliseconds."""
    at = datetime.fromtimestamp(now // 1000, UTC)
    text = delivery.body.decode()
    signed = (Webhook(secret.get_secret_value()).sign(delivery.id, at, text) for secret in endpoint.secrets)
    ours = {
        "Content-Type": CONTENT_TYPE,
        "webhook-id": delivery.id,
        "webhook-timestamp": str(now // 1000),
        "webhook-signature": " ".join(signed),
    }
    return {name: value.get_secret_value() for name, value in endpoint.headers.items()} | trace_in(delivery.body) | ours
