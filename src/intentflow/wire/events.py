"""Any bytes become an event or a `Rejection`; nothing raises.

msgspec decodes and checks types, lengths and ranges in C. What it can't check is checked here, and on the way of a good record as cheaply
as it can be: a record that is plain ASCII without an escape has no control character in any id, one whose year is well inside the contract
needs no arithmetic, and only carts and outcomes have money. Everything else takes the careful way, which decides the same, only slower.

Nesting is bounded by ourselves, since the decoder's own bound depends on how deep the caller's stack is, and the same record must have
the same end everywhere.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from intentflow.domain.event import (
    EARLIEST,
    LATEST,
    MAX_AMOUNT,
    MAX_ID_BYTES,
    MAX_RECORD_BYTES,
    MAX_TOLD_BYTES,
    AnyEvent,
    AnyRecord,
    Cart,
    Link,
    Money,
    Profile,
    SalesOutcome,
    ids_of,
    time_of,
)
from intentflow.wire.cloudevents import decode_with_headers
from intentflow.wire.refusals import refused
from intentflow.wire.rejections import Rejection

MAX_DEPTH = 500  # of nested objects and lists; the contract itself needs four
MAX_HEADER_BYTES = 1 << 16  # of all of a record's headers, names and values
MAX_EMAIL_BYTES = 254  # of an e-mail address in UTF-8

EMPTY = Rejection("empty", "the record has no value: send the event as a JSON object")
TOO_LARGE = Rejection("too_large", f"the record is over {MAX_RECORD_BYTES} bytes: send fewer lines or attributes")
HEADERS_TOO_LARGE = Rejection(
    "too_large", f"the record's headers are over {MAX_HEADER_BYTES} bytes: send fewer or shorter ones"
)
TOO_DEEP = Rejection("too_deep", f"nested deeper than {MAX_DEPTH}: send flat attributes")
NO_IDENTITY = Rejection("no_identity", "give lead_id, email or visitor_id")
NOT_TWO = Rejection("no_identity", "a link names exactly two of lead_id, email, same_as and visitor_id")
BAD_TIME = Rejection("bad_time", "occurred_at must lie between 2000 and 2100: check the clock that made it")
BAD_MONEY = Rejection("bad_money", f"an amount must be finite, not negative and at most {MAX_AMOUNT:f}")

_NOTHING = Decimal(0)
_SURELY_SHALLOW: Final = 2 * MAX_DEPTH  # bytes: what is read and no longer than this is not nested deeper
_FIRST_SURE_YEAR: Final = 2001  # from here to the last one it is inside the contract, whatever the offset
_LAST_SURE_YEAR: Final = 2098
_BACKSLASH: Final = 0x5C
_DELETE: Final = 0x7F
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_OPENS_OR_CLOSES = re.compile(rb"[\[\]{}]")
_decode: Final[Callable[[bytes], AnyRecord]] = msgspec.json.Decoder(AnyRecord).decode
_encode = msgspec.json.Encoder().encode


def encode(event: AnyRecord) -> bytes:
    """The event as the JSON that `decode` reads; fields that say nothing are left out."""
    return _encode(event)


def decode(value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()) -> AnyRecord | Rejection:
    """The event or link in a record, or why there is none. CloudEvents headers (`ce_*`) fill in what the value lacks."""
    if headers:
        return _too_many(headers) or decode_with_headers(value, headers, decode)
    if not value:
        return EMPTY
    try:
        event = _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _form_refused(value) or refused(error)
    if len(value) > _SURELY_SHALLOW and (fault := _form_refused(value)):
        return fault
    if not _FIRST_SURE_YEAR <= event.occurred_at.year <= _LAST_SURE_YEAR and not EARLIEST <= time_of(event) <= LATEST:
        return BAD_TIME
    if type(event) is Link:
        return _link_refused(event) or event
    visitor, lead = event.visitor_id, event.lead_id
    if visitor is None and lead is None and event.email is None:
        return NO_IDENTITY
    check = _CHECKS.get(type(event))
    if _BACKSLASH in value or not value.isascii() or _DELETE in value:
        return _id_refused(event) or (check and check(event)) or event
    if event.event_id.isspace() or (visitor and visitor.isspace()) or (lead and lead.isspace()):
        return _id_refused(event) or event
    return (check and check(event)) or event


def _too_many(headers: Sequence[tuple[str, bytes]]) -> Rejection | None:
    return HEADERS_TOO_LARGE if sum(len(name) + len(text or b"") for name, text in headers) > MAX_HEADER_BYTES else None


def _form_refused(value: bytes) -> Rejection | None:
    """What is wrong with a record whatever it says: it is too large, or nested too deep."""
    if len(value) > MAX_RECORD_BYTES:
        return TOO_LARGE
    return TOO_DEEP if value.count(b"[") + value.count(b"{") > MAX_DEPTH and _is_deep(value) else None


def _cart_refused(cart: Cart) -> Rejection | None:
    """What is wrong with a cart in plain text."""
    if cart.cart_id is not None and cart.cart_id.isspace():
        return _id_refused(cart)
    for line in cart.lines or ():
        if line.sku.isspace():
            return _id_refused(cart)
    return _money_refused(cart)


def _id_refused(event: AnyEvent) -> Rejection | None:
    """The first id that may not be one: its length in UTF-8, control characters, nothing but white space."""
    for name, text in (("event_id", event.event_id), ("lead_id", event.lead_id), ("visitor_id", event.visitor_id)):
        if text is not None and (fault := _fault_of(text, MAX_ID_BYTES)):
            return Rejection("bad_id", f"{name} {fault}")
    if event.email is not None and (fault := _fault_of(event.email, MAX_EMAIL_BYTES)):
        return Rejection("bad_id", f"email {fault}")
    for text in event.attributes or ():
        if fault := _fault_of(text, MAX_ID_BYTES):
            return Rejection("bad_id", f"an attribute's name {fault}")
    if type(event) is Profile:
        return _profile_refused(event)
    return _cart_id_refused(event) if type(event) is Cart else None


def _profile_refused(event: Profile) -> Rejection | None:
    for name, told in event.profile.items():
        if fault := _fault_of(name, MAX_ID_BYTES):
            return Rejection("bad_id", f"an attribute's name {fault}")
        if isinstance(told, str) and not told.isascii() and len(told.encode()) > MAX_TOLD_BYTES:
            return Rejection("wrong_type", f"profile: a text is over {MAX_TOLD_BYTES} bytes in UTF-8: shorten it")
    return None


def _link_refused(link: Link) -> Rejection | None:
    names = ("event_id", "lead_id", "same_as", "visitor_id", "email")
    for name in names:
        text = getattr(link, name)
        if text is not None and (fault := _fault_of(text, MAX_EMAIL_BYTES if name == "email" else MAX_ID_BYTES)):
            return Rejection("bad_id", f"{name} {fault}")
    return None if len(ids_of(link)) == 2 else NOT_TWO


def _cart_id_refused(cart: Cart) -> Rejection | None:
    if cart.cart_id is not None and (fault := _fault_of(cart.cart_id, MAX_ID_BYTES)):
        return Rejection("bad_id", f"cart_id {fault}")
    for at, line in enumerate(cart.lines or ()):
        if fault := _fault_of(line.sku, MAX_ID_BYTES):
            return Rejection("bad_id", f"lines[{at}].sku {fault}")
    return None


def _fault_of(text: str, most: int) -> str | None:
    if text.isascii() and text.isprintable() and not text.isspace():
        return None
    if len(text.encode()) > most:
        return f"is over {most} bytes in UTF-8: shorten it"
    if text.isspace():
        return "is white space only: leave it out if there is none"
    return "has control characters: take them out" if _CONTROL.search(text) else None


def _money_refused(event: AnyEvent) -> Rejection | None:
    if not isinstance(event, Cart | SalesOutcome):
        return None
    if event.value is not None and not _is_sound(event.value):
        return BAD_MONEY
    for line in (event.lines or ()) if isinstance(event, Cart) else ():
        if line.price is not None and not _is_sound(line.price):
            return BAD_MONEY
    return None


def _is_sound(money: Money) -> bool:
    amount = money.amount
    return amount.is_finite() and _NOTHING <= amount <= MAX_AMOUNT


def _is_deep(value: bytes) -> bool:
    """Whether brackets outside of strings nest deeper than `MAX_DEPTH`."""
    depth = 0
    for bracket in _OPENS_OR_CLOSES.findall(_STRING.sub(b"", value)):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


_CHECKS: Final[dict[type, Callable[[Any], Rejection | None]]] = {  # of what only these families have
    Cart: _cart_refused,
    SalesOutcome: _money_refused,
    Profile: _profile_refused,
}
