"""What Snowplow's trackers pack into an event: the self-describing event, its contexts, and the e-commerce entities among them.

An entity is known by the name in its schema, `iglu:<vendor>/<name>/jsonschema/<version>`, whatever its version. Contexts decorate an
event: one that can't be read is left out. The event itself can't be.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from intentflow.wire.tracker_ids import Refusal
from intentflow.wire.tracker_texts import mapping_of

# How the older e-commerce plugin calls what the newer one, and our table, calls otherwise.
ENHANCED = {
    "add": "add_to_cart",
    "remove": "remove_from_cart",
    "checkout": "checkout_step",
    "checkout_option": "checkout_step",
    "purchase": "transaction",
    "detail": "product_view",
    "view": "list_view",
    "click": "list_click",
}
SHOP_ACTIONS = frozenset({"snowplow_ecommerce_action", "action"})

_LONGEST = 1 << 20
_as_any = msgspec.json.Decoder(dict[str, Any]).decode


class Entity(NamedTuple):
    """What a schema's name and its data say."""

    name: str
    data: Mapping[str, Any]


def event_of(fields: Mapping[str, object]) -> Entity:
    """The self-describing event. Refused if there is none to be read."""
    outer = _packed(fields.get("ue_pr"), fields.get("ue_px"))
    found = None if outer is None else _entity(outer.get("data"))
    if found is None:
        raise Refusal("not_json", "ue_pr, ue_px: must be a self-describing event in JSON, or that in base64")
    return found


def contexts_of(fields: Mapping[str, object]) -> Iterator[Entity]:
    """The entities that are sent along with the event."""
    outer = _packed(fields.get("co"), fields.get("cx"))
    inner = None if outer is None else outer.get("data")
    for one in inner if isinstance(inner, list) else ():
        if (entity := _entity(one)) is not None:
            yield entity


def shop_action(event: Entity) -> str:
    """The name of an e-commerce action, as the table of names has it."""
    kind = event.data.get("type")
    if event.name == "snowplow_ecommerce_action" and isinstance(kind, str):
        return kind
    kind = event.data.get("action", kind)
    return ENHANCED.get(kind, kind) if isinstance(kind, str) else event.name


def shop_properties(contexts: list[Entity]) -> dict[str, object]:
    """What the e-commerce entities say of a cart, in the names of Segment's spec."""
    products = [dict(entity.data) for entity in contexts if entity.name in ("product", "productFieldObject")]
    found: dict[str, object] = {"products": products} if products else {}
    for name, data in contexts:
        if name == "cart":
            found |= {"cart_value": data.get("total_value"), "cart_id": data.get("cart_id")}
        elif name == "transaction":
            found |= {"total": data.get("revenue"), "order_id": data.get("transaction_id")}
        elif name == "checkout_step":
            found |= {
                key: value
                for key, value in data.items()
                if key in ("step", "delivery_method", "payment_method", "account_type")
            }
        elif name == "actionFieldObject":
            found |= {"total": data.get("revenue"), "order_id": data.get("id")}
    told = [
        entity.data.get("currency")
        for entity in contexts
        if entity.name in ("transaction", "cart", "product", "productFieldObject")
    ]
    return found | {"currency": next((currency for currency in told if isinstance(currency, str)), None)}


def form_fields(elements: object) -> dict[str, object]:
    """The fields of a form that was sent, by name."""
    found: dict[str, object] = {}
    for element in elements if isinstance(elements, list) else ():
        name, value = mapping_of(element).get("name"), mapping_of(element).get("value")
        if isinstance(name, str) and isinstance(value, str) and mapping_of(element).get("type") != "password":
            found["email" if mapping_of(element).get("type") == "email" else name] = value
    return found


def _entity(value: object) -> Entity | None:
    schema, data = mapping_of(value).get("schema"), mapping_of(value).get("data")
    if not isinstance(schema, str) or not schema.startswith("iglu:"):
        return None
    parts = schema.split("/")
    return Entity(parts[1], mapping_of(data)) if len(parts) == 4 else None


def _packed(plain: object, encoded: object) -> Mapping[str, Any] | None:
    """JSON, or that in base64: the URL's alphabet or the other, with padding or without."""
    try:
        if isinstance(plain, str) and plain:
            return _as_any(plain)
        if isinstance(plain, dict):
            return plain
        if isinstance(encoded, str) and encoded:
            text = encoded.replace("-", "+").replace("_", "/").rstrip("=")
            return _as_any(b64decode(text + "=" * (-len(text) % 4), validate=True))
    except (msgspec.DecodeError, UnicodeError, RecursionError, Base64Error, ValueError):
        return None
    return None
