"""Snowplow's tracker protocol: a list of events by POST, or one event as the query of a pixel.

| `e` | is to us |
|---|---|
| `pv` | a page view: `landing_page` if its address has a campaign or the site says that it is one, else `website_visit` |
| `se` | what `<se_ca> <se_ac>`, else `se_ac`, means (`event_names`) |
| `tr` | `cart` `purchase`; its items (`ti`) are nothing, since they come apart from it |
| `ue` | what the name in its schema means (`event_names`); an e-commerce action what its `type` means, with the entities for a cart |
| `ue` `link_click` | a `download`, if the link's target is a file to keep; else nothing |
| `ue` `submit_form` | `landing_page` `submit`, and profiles of the fields that say something of the person |
| `ue` `consent_preferences` | a profile: `consent.<scope>` and `do_not_track` |
| `pp`, `ad` | nothing: heartbeats and banners |

| ours | theirs |
|---|---|
| `event_id` | `eid`; without one, a hash of the content |
| `occurred_at` | `ttm`, if it is given; else `dtm`, corrected by `stm` |
| `lead_id` | `uid` |
| `visitor_id` | `duid`, else `tnuid` or `nuid`, else `userId` of the context `client_session` |
| `email` | of the e-commerce entity `user`; of what sign-ups, forms, checkouts and orders say |
| `page` | `url`, `page`, `refr` |
| `campaign` | never said: the page's address has it |
| `user_agent` | `ua`; else the request's, if it is a browser's |
| `attributes` | `event`, and what the event says in texts, numbers or bools |

There is no write key in the protocol: `aid`, the application's id (`appId`), is ours. `ip` is not read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import Raw, Struct

from intentflow.domain.event import AnyRecord, Page, WebsiteVisit
from intentflow.wire.access_log import DOWNLOADS
from intentflow.wire.event_names import Meaning
from intentflow.wire.refusals import refused
from intentflow.wire.rejections import Rejection
from intentflow.wire.snowplow_schemas import (
    SHOP_ACTIONS,
    Entity,
    contexts_of,
    event_of,
    form_fields,
    shop_action,
    shop_properties,
)
from intentflow.wire.tracked import CONSENT, DO_NOT_TRACK, Envelope, Opened, happened
from intentflow.wire.tracker_events import Seen, named, or_refused, page_view, profiles
from intentflow.wire.tracker_ids import Refusal, email_of, event_id_of, id_of
from intentflow.wire.tracker_texts import agent_of, page_of, sent_in, take_attributes, text_of, time_in

PIXEL = "pixel"
WHO = "uid, duid: one of them must say who it was; a tracker that is anonymous says neither"
MOST_FIELDS = 200  # of a pixel's query
ELSEWHERE = frozenset({"email", "total", "cart_value"})
ALLOWS = {
    "allow_all": False,
    "allow_selected": False,
    "implicit_consent": False,
    "deny_all": True,
    "withdrawn": True,
}  # -> do not track

Fields = Mapping[str, Any]


class Payload(Struct):
    """A request's body."""

    data: list[Raw]


_as_payload = msgspec.json.Decoder(Payload).decode
_as_fields = msgspec.json.Decoder(dict[str, Any]).decode


def opened(body: bytes, call: str) -> Opened | Rejection:
    """The events of a POST's `data`, or the one of a pixel."""
    try:
        items: list[Raw] | list[bytes] = [body] if call == PIXEL else _as_payload(body).data
        first = _fields(items[0], call) if items else {}
    except Refusal as refusal:
        return refusal.rejection
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return refused(error)
    return Opened(items=items, key=text_of(first.get("aid")))


def translate(item: bytes | Raw, envelope: Envelope) -> Sequence[AnyRecord | Rejection]:
    """What one event is to us."""
    return or_refused(_records, item, envelope, WHO)


def _fields(item: bytes | Raw, call: str) -> Fields:
    if call != PIXEL:
        return _as_fields(item)
    try:
        pairs = parse_qsl(bytes(item).decode(errors="replace"), errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Refusal("unreadable", f"the query has over {MOST_FIELDS} fields") from error
    return dict(reversed(pairs))  # of a name that comes twice, the first counts


def _records(item: bytes | Raw, envelope: Envelope) -> Iterator[AnyRecord]:
    fields = _fields(item, envelope.call)
    kind = fields.get("e")
    if kind in ("pp", "ad", "ti"):
        return
    if not isinstance(kind, str) or kind not in KINDS:
        raise Refusal("unknown_family", f"e: must be one of {', '.join(KINDS)}, pp, ad, ti")
    contexts = list(contexts_of(fields))
    seen = _seen(fields, contexts, envelope)
    yield from KINDS[kind](fields, contexts, seen, envelope)


def _seen(fields: Fields, contexts: list[Entity], envelope: Envelope) -> Seen:
    created, true = time_in(fields.get("dtm"), "dtm"), time_in(fields.get("ttm"), "ttm")
    occurred_at = (
        happened(envelope, created, sent_in(fields.get("stm")))
        if true is None
        else happened(envelope, true, envelope.received)
    )
    session = next((entity.data for entity in contexts if entity.name == "client_session"), {})
    user = next((entity.data for entity in contexts if entity.name == "user"), {})
    return Seen(
        event_id=event_id_of(fields.get("eid"), lambda: fields, created if true is None else true, envelope.received),
        occurred_at=occurred_at,
        lead_id=id_of(fields.get("uid"), "uid"),
        visitor_id=_visitor(fields, session.get("userId")),
        email=email_of(user.get("email")),
        page=page_of(fields.get("url"), fields.get("page"), fields.get("refr")),
        user_agent=agent_of(fields.get("ua"), envelope),
        attributes={},
    )


def _visitor(fields: Fields, of_session: object) -> str | None:
    said = ((name, fields.get(name)) for name in ("duid", "tnuid", "nuid"))
    return next((who for name, value in said if (who := id_of(value, name)) is not None), None) or id_of(
        of_session, "client_session"
    )


def _page_view(_fields: Fields, _contexts: list[Entity], seen: Seen, envelope: Envelope) -> Iterator[AnyRecord]:
    yield page_view(seen, envelope.site)


def _structured(fields: Fields, contexts: list[Entity], seen: Seen, envelope: Envelope) -> Iterator[AnyRecord]:
    category, action = text_of(fields.get("se_ca")) or "", text_of(fields.get("se_ac"))
    if action is None:
        raise Refusal("wrong_type", "se_ac: a structured event needs an action, a text")
    names = envelope.site.names
    meaning = names.meaning(f"{category} {action}") or names.meaning(action)
    told = {
        "category": category,
        "label": fields.get("se_la"),
        "property": fields.get("se_pr"),
        "value": fields.get("se_va"),
    }
    yield from _by_name(seen, action, meaning, "se_ac", {**shop_properties(contexts), **told}, envelope)


def _transaction(fields: Fields, _contexts: list[Entity], seen: Seen, envelope: Envelope) -> Iterator[AnyRecord]:
    told = {"total": fields.get("tr_tt"), "currency": fields.get("tr_cu"), "order_id": fields.get("tr_id")}
    yield from _by_name(seen, "transaction", envelope.site.names.meaning("transaction"), "e", told, envelope)


def _self_describing(fields: Fields, contexts: list[Entity], seen: Seen, envelope: Envelope) -> Iterator[AnyRecord]:
    event = event_of(fields)
    if event.name in OWN:
        yield from OWN[event.name](event, seen, envelope)
        return
    name = shop_action(event) if event.name in SHOP_ACTIONS else event.name
    told = {key: value for key, value in event.data.items() if key != "type" or event.name not in SHOP_ACTIONS}
    yield from _by_name(
        seen, name, envelope.site.names.meaning(name), "ue_pr", shop_properties(contexts) | told, envelope
    )


def _by_name(
    seen: Seen, name: str, meaning: Meaning | None, field: str, told: Mapping[str, object], envelope: Envelope
) -> Iterator[AnyRecord]:
    take_attributes(seen.attributes, told.items(), ELSEWHERE)
    yield from named(seen, field, name, meaning, told, envelope.site)


def _link_click(event: Entity, seen: Seen, _envelope: Envelope) -> Iterator[AnyRecord]:
    target = text_of(event.data.get("targetUrl"), 4096)
    if target is not None and target.partition("?")[0].partition("#")[0].lower().endswith(DOWNLOADS):
        seen.page = Page(target, None, None if seen.page is None else seen.page.url)
        yield WebsiteVisit(action="download", **seen.shared())  # type: ignore[arg-type] # by name


def _submit_form(event: Entity, seen: Seen, envelope: Envelope) -> Iterator[AnyRecord]:
    told = {"form_id": event.data.get("formId"), **form_fields(event.data.get("elements"))}
    yield from _by_name(seen, event.name, envelope.site.names.meaning(event.name), "ue_pr", told, envelope)


def _consent(event: Entity, seen: Seen, _envelope: Envelope) -> Iterator[AnyRecord]:
    scopes = event.data.get("consentScopes")
    said: dict[str, object] = (
        {CONSENT + scope: True for scope in scopes if isinstance(scope, str)} if isinstance(scopes, list) else {}
    )
    if (kind := text_of(event.data.get("eventType"))) in ALLOWS:
        said[DO_NOT_TRACK] = ALLOWS[kind]
    yield from profiles(seen, said)


OWN: Mapping[str, Callable[[Entity, Seen, Envelope], Iterator[AnyRecord]]] = {
    "link_click": _link_click,
    "submit_form": _submit_form,
    "consent_preferences": _consent,
}
KINDS: Mapping[str, Callable[[Fields, list[Entity], Seen, Envelope], Iterator[AnyRecord]]] = {
    "pv": _page_view,
    "se": _structured,
    "tr": _transaction,
    "ue": _self_describing,
}
