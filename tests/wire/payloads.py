"""Events as JSON for tests: a good one of each family, and what to change in it."""

import json
from typing import Any

GOOD: dict[str, Any] = {
    "family": "website_visit",
    "event_id": "e-1",
    "occurred_at": "2026-05-01T09:30:00.250Z",
    "visitor_id": "v-1",
    "page": {"url": "/pricing"},
}
CART: dict[str, Any] = {
    **GOOD,
    "family": "cart",
    "action": "add",
    "cart_id": "c-1",
    "lines": [{"sku": "s-1", "price": {"amount": "9.90", "currency": "EUR"}}],
    "value": {"amount": 9.9, "currency": "EUR"},
}
PROFILE: dict[str, Any] = {
    **{name: value for name, value in GOOD.items() if name != "page"},
    "family": "profile",
    "profile": {"role": "owner"},
    "provenance": "form",
}


def visit(**changes: Any) -> bytes:
    """A visit with some fields changed; a field set to `...` is left out."""
    return json_of(GOOD | changes)


def cart(**changes: Any) -> bytes:
    """A cart with some fields changed; a field set to `...` is left out."""
    return json_of(CART | changes)


def profile(**changes: Any) -> bytes:
    """A profile with some fields changed; a field set to `...` is left out."""
    return json_of(PROFILE | changes)


def json_of(fields: dict[str, Any]) -> bytes:
    return json.dumps({name: value for name, value in fields.items() if value is not ...}).encode()
