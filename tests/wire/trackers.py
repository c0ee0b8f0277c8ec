"""What a format makes of a request, in a form that a test can compare."""

import json
import re
from collections.abc import Mapping
from typing import Any

from intentflow.wire import posted_events, posthog, segment, snowplow
from intentflow.wire.events import decode, encode
from intentflow.wire.rejections import Rejection
from intentflow.wire.site import ANY_SITE, Site
from intentflow.wire.tracked import Envelope, Format, Opened, Tracker

NOON = 1_777_636_800_000  # 2026-05-01T12:00:00Z
FORMATS: dict[Tracker, Format] = {
    "segment": segment,
    "snowplow": snowplow,
    "posthog": posthog,
    "cloudevents": posted_events,
}


def taken(
    tracker: Tracker,
    body: object,
    call: str = "",
    *,
    received: int = NOON,
    user_agent: str | None = None,
    site: Site = ANY_SITE,
) -> list[dict[str, Any]]:
    """The events, as they stand on Kafka, and the rejections of a body; each event passes the contract."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = FORMATS[tracker].opened(raw, call)
    if isinstance(found, Rejection):
        return [told(found)]
    envelope = Envelope(
        tracker=tracker, received=received, call=call, sent=found.sent, user_agent=user_agent, site=site
    )
    return [told(one) for item in found.items for one in FORMATS[tracker].translate(item, envelope)]


def told(one: Any) -> dict[str, Any]:
    """An event as JSON with its time to the millisecond, or a rejection as `refused` and `detail`."""
    if isinstance(one, Rejection):
        return {"refused": one.reason, "detail": one.detail}
    value = encode(one)
    checked = decode(value)
    assert not isinstance(checked, Rejection), checked
    fields: dict[str, Any] = json.loads(value)
    fields["occurred_at"] = re.sub(r"(\.\d{3})\d*Z$", r"\1Z", fields["occurred_at"])
    return fields


def outcome(one: Mapping[str, Any]) -> str:
    """A word for what became of it: `cart.add`, `link`, `profile`, or the reason of a rejection."""
    if "refused" in one:
        return f"refused {one['refused']}"
    family = one["family"]
    return (
        family
        if family in ("link", "profile")
        else f"{family}.{one.get('action', 'land' if family == 'landing_page' else 'view')}"
    )


def opened(tracker: Tracker, body: object, call: str = "") -> Opened:
    """A body, opened."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = FORMATS[tracker].opened(raw, call)
    assert isinstance(found, Opened), found
    return found
