"""Segment's calls, and RudderStack's, which are the same.

| call | is to us |
|---|---|
| `page`, `screen` | a page view: `landing_page` if it came by a campaign or the site says that it is one, else `website_visit` |
| `track` | what its `event` means (`event_names`); a form or sign-up tells of the person, too |
| `identify` | links: from `anonymousId` to `userId`, else `traits.email`, and between these two; profiles of the other traits |
| `alias` | a link between `previousId` and `userId` |
| `group` | a profile of the person's company |

| ours | theirs |
|---|---|
| `event_id` | `messageId`; without one, a hash of the content |
| `occurred_at` | `originalTimestamp`, else `timestamp`, corrected by `sentAt` |
| `lead_id`, `visitor_id` | `userId`, `anonymousId` |
| `email` | `traits.email` of `identify`, `context.traits.email`; `properties.email` of sign-ups, forms, checkouts and orders |
| `page` | `properties.url` of `page`; `context.page`; `properties.url`, `properties.link_url` |
| `campaign` | `context.campaign`, `properties.campaign`, `properties.campaign_name` and `campaign_id` |
| `user_agent` | `context.userAgent`; else the request's, if it is a browser's |
| `attributes` | `event`; properties that are texts, numbers or bools; `consent.<category>` of `context.consent` and `consentManagement` |

`context.ip` and all else is not read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from intentflow.domain.event import AnyRecord, Attribute, Campaign, Page
from intentflow.wire.refusals import refused
from intentflow.wire.rejections import Rejection
from intentflow.wire.tracked import CONSENT, Envelope, Opened, happened
from intentflow.wire.tracker_events import (
    Seen,
    aliases,
    company,
    is_same,
    links,
    named,
    or_refused,
    page_view,
    profiles,
)
from intentflow.wire.tracker_ids import Refusal, email_of, event_id_of, id_of
from intentflow.wire.tracker_texts import (
    agent_of,
    campaign_in,
    mapping_of,
    page_of,
    sent_in,
    take_attributes,
    text_of,
    time_in,
)
from intentflow.wire.tracker_traits import of_company

WHO = "userId, anonymousId or traits.email: one of them must say who it was"
# Of a page's properties: what the page and campaign hold already, and what is the same for every page of a visit.
ELSEWHERE = frozenset({
    *("url", "title", "referrer", "path", "search", "email", "campaign", "campaign_name", "campaign_id", "link_url"),
    *("tab_url", "referring_domain", "initial_referrer", "initial_referring_domain"),
})  # fmt: skip


class Batch(Struct):
    """A request's body, as far as it is not about its events."""

    batch: list[Raw] | None = None
    write_key: Any = field(name="writeKey", default=None)
    sent_at: Any = field(name="sentAt", default=None)


class Call(Struct):
    """One call, as far as it is read. Anything may be anything: what is asked of a field is said where it is read."""

    type: Any = None
    action: Any = None  # what `type` was called in older calls
    event: Any = None
    name: Any = None
    category: Any = None
    context: Any = None
    properties: Any = None
    traits: Any = None
    timestamp: Any = None
    original_timestamp: Any = field(name="originalTimestamp", default=None)
    sent_at: Any = field(name="sentAt", default=None)
    message_id: Any = field(name="messageId", default=None)
    user_id: Any = field(name="userId", default=None)
    anonymous_id: Any = field(name="anonymousId", default=None)
    previous_id: Any = field(name="previousId", default=None)
    group_id: Any = field(name="groupId", default=None)
    old_user_id: Any = field(name="user_id", default=None)
    old_anonymous_id: Any = field(name="anonymous_id", default=None)


_as_batch = msgspec.json.Decoder(Batch).decode
_as_call = msgspec.json.Decoder(Call).decode
_as_object = msgspec.json.Decoder(dict[str, Any]).decode


def opened(body: bytes, _call: str) -> Opened | Rejection:
    """The calls in a body: those of its `batch`, else itself."""
    try:
        batch = _as_batch(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return refused(error)
    items = [body] if batch.batch is None else batch.batch
    return Opened(items=items, key=text_of(batch.write_key), sent=sent_in(batch.sent_at))


def translate(item: bytes | Raw, envelope: Envelope) -> Sequence[AnyRecord | Rejection]:
    """What one call is to us."""
    return or_refused(_records, item, envelope, WHO)


def _records(item: bytes | Raw, envelope: Envelope) -> Iterable[AnyRecord]:
    call = _as_call(item)
    kind = call.type
    if not isinstance(kind, str) or kind not in CALLS:
        kind = _kind(call.action, envelope.call)
    context, properties = mapping_of(call.context), mapping_of(call.properties)
    seen = _seen(call, kind, context, properties, item, envelope)
    return CALLS[kind](call, seen, properties, envelope)


def _kind(*otherwise: object) -> str:
    for word in otherwise:
        if isinstance(word, str) and word in CALLS:
            return word
    raise Refusal("unknown_family", f"type: must be one of {', '.join(CALLS)}")


def _seen(
    call: Call,
    kind: str,
    context: Mapping[str, object],
    properties: Mapping[str, object],
    item: bytes | Raw,
    envelope: Envelope,
) -> Seen:
    created = time_in(call.original_timestamp, "originalTimestamp")
    if created is None:
        created = time_in(call.timestamp, "timestamp")
    sent = sent_in(call.sent_at) if envelope.sent is None else None
    return Seen(
        event_id=event_id_of(call.message_id, lambda: _as_object(item), created, envelope.received),
        occurred_at=happened(envelope, created, sent),
        lead_id=id_of(call.old_user_id if call.user_id is None else call.user_id, "userId"),
        visitor_id=id_of(call.old_anonymous_id if call.anonymous_id is None else call.anonymous_id, "anonymousId"),
        email=_email(mapping_of(call.traits) if kind == "identify" else {}, context),
        page=_page(kind, properties, mapping_of(context.get("page"))),
        campaign=_campaign(properties, context),
        user_agent=agent_of(context.get("userAgent") or context.get("user_agent"), envelope),
        attributes=_attributes(properties, context),
    )


def _track(call: Call, seen: Seen, properties: Mapping[str, object], envelope: Envelope) -> Iterable[AnyRecord]:
    name = text_of(call.event)
    if name is None:
        raise Refusal("wrong_type", "event: a track call needs the name of the event, a text")
    return named(seen, "event", name, envelope.site.names.meaning(name), properties, envelope.site)


def _page_call(call: Call, seen: Seen, properties: Mapping[str, object], envelope: Envelope) -> Iterable[AnyRecord]:
    own = {"name": call.name, "category": call.category}
    take_attributes(seen.attributes, ((name, own[name]) for name in own if name not in properties), ELSEWHERE)
    return (page_view(seen, envelope.site),)


def _identify(call: Call, seen: Seen, _properties: Mapping[str, object], _envelope: Envelope) -> Iterable[AnyRecord]:
    traits = mapping_of(call.traits) or mapping_of(mapping_of(call.context).get("traits"))
    if seen.lead_id is None and seen.email is None and seen.visitor_id is None:
        raise Refusal("no_identity", WHO)
    return [*links(seen), *profiles(seen, traits)]


def _alias(call: Call, seen: Seen, _properties: Mapping[str, object], _envelope: Envelope) -> Iterable[AnyRecord]:
    before = id_of(call.previous_id, "previousId")
    if seen.lead_id is None:
        raise Refusal("no_identity", "alias: userId must say who it is from now on")
    if before is None or is_same(before, seen.lead_id) or before == seen.visitor_id:
        told = list(links(seen, join=False))
        if not told:
            raise Refusal("no_identity", "alias: previousId must be another id than userId")
        return told
    return aliases(seen, before, seen.lead_id)


def _group(call: Call, seen: Seen, _properties: Mapping[str, object], _envelope: Envelope) -> Iterable[AnyRecord]:
    group = text_of(call.group_id)
    told = of_company({**({} if group is None else {"id": group}), **mapping_of(call.traits)})
    if not told:
        raise Refusal("wrong_type", "group: needs a groupId, a text, or traits of the company")
    return company(seen, told)


def _email(traits: Mapping[str, object], context: Mapping[str, object]) -> str | None:
    return email_of(traits.get("email")) or (
        email_of(mapping_of(context["traits"]).get("email")) if "traits" in context else None
    )


def _page(kind: str, properties: Mapping[str, object], page: Mapping[str, object]) -> Page | None:
    of_context = page_of(page.get("url"), page.get("title"), page.get("referrer")) if page else None
    if kind != "page" and of_context is not None:
        return of_context
    url = properties.get("url") or properties.get("link_url")
    return page_of(url, *(properties.get(name) for name in ("title", "referrer") if kind == "page")) or of_context


def _campaign(properties: Mapping[str, object], context: Mapping[str, object]) -> Campaign | None:
    found = campaign_in(context.get("campaign")) or campaign_in(properties.get("campaign"))
    if found is None and "campaign_name" in properties:
        return campaign_in({"id": properties.get("campaign_id"), "name": properties["campaign_name"]})
    return found


def _attributes(properties: Mapping[str, object], context: Mapping[str, object]) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {}
    if "consent" in context or "consentManagement" in context:
        take_attributes(found, _consents(context), ELSEWHERE)
    take_attributes(found, properties.items(), ELSEWHERE)
    return found


def _consents(context: Mapping[str, object]) -> Iterator[tuple[str, bool]]:
    said = mapping_of(mapping_of(context.get("consent")).get("categoryPreferences"))
    yield from ((CONSENT + name.lower(), is_given) for name, is_given in said.items() if isinstance(is_given, bool))
    managed = mapping_of(context.get("consentManagement"))
    for name, is_given in (("allowedConsentIds", True), ("deniedConsentIds", False)):
        ids = managed.get(name)
        yield from ((CONSENT + one, is_given) for one in (ids if isinstance(ids, list) else ()) if isinstance(one, str))


CALLS: Mapping[str, Callable[[Call, Seen, Mapping[str, object], Envelope], Iterable[AnyRecord]]] = {
    "track": _track,
    "page": _page_call,
    "screen": _page_call,
    "identify": _identify,
    "alias": _alias,
    "group": _group,
}
