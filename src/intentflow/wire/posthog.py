"""PostHog's events.

| event | is to us |
|---|---|
| `$pageview`, `$screen` | a page view: `landing_page` if its address has a campaign or the site says that it is one, else `website_visit` |
| `$identify` | links: from `$anon_distinct_id` to `distinct_id`, between it and the e-mail address in `$set`; profiles of `$set` |
| `$set` | profiles; and so for the `$set` of any other event |
| `$create_alias`, `$merge_dangerously` | a link between `distinct_id` and `alias` |
| `$groupidentify` | a profile of the person's company, if the group is one and a browser or app tells of it |
| other names with `$` (`$autocapture`, `$pageleave`, `$feature_flag_called`, ...) | nothing: PostHog's own |
| all others | what their name means (`event_names`) |

| ours | theirs |
|---|---|
| `event_id` | `uuid`, `$insert_id`; without one, a hash of the content |
| `occurred_at` | `timestamp`, else `$time`, corrected by the batch's `sent_at`; or `offset` ms before it was received |
| `lead_id` | `distinct_id`, if it is a known person's |
| `visitor_id` | `distinct_id` otherwise; of a known person `$anon_distinct_id`, else `$device_id` |
| `email` | `email` in `$set`, and in the properties of sign-ups, forms, checkouts and orders |
| `page` | `$current_url`, `title`, `$referrer` |
| `campaign` | never said: the page's address has it. The `utm_*` of the properties stay from page to page, each would be a landing |
| `user_agent` | `$raw_user_agent`, `$user_agent`; else the request's, if it is a browser's |
| `attributes` | `event`, and the properties that are texts, numbers or bools and not PostHog's own |

**A known person's**: `$is_identified` says it; in older browsers `$user_id` does by being there, and `$device_id` by being the
`distinct_id` that it is not; a server's `distinct_id` is one, unless `$process_person_profile` is false. `$set_once` is not read: what
was told latest counts here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from intentflow.domain.event import AnyRecord, Attribute
from intentflow.wire.refusals import refused
from intentflow.wire.rejections import Rejection
from intentflow.wire.tracked import Envelope, Opened, at, happened
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
from intentflow.wire.tracker_texts import agent_of, mapping_of, page_of, sent_in, take_attributes, text_of, time_in
from intentflow.wire.tracker_traits import of_company

WHO = "distinct_id: must say who it was, and be nobody else's"
COMPANIES = frozenset(
    {"company", "organization", "organisation", "account"}
)  # types of groups that are somebody's company
# Of the properties: what has a field of its own, and the campaign and click ids that stay with a visitor from page to page.
ELSEWHERE = frozenset({
    *("distinct_id", "token", "title", "email", "alias", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"),
    *("gclid", "gclsrc", "dclid", "gbraid", "wbraid", "gad_source", "fbclid", "msclkid", "twclid", "ttclid", "li_fat_id", "igshid"),
    *("mc_cid", "rdt_cid", "epik", "qclid", "sccid", "irclid", "_kx", "oppref", "bfcid"),
})  # fmt: skip
FARTHEST = 366 * 86_400_000  # ms that an `offset` may say


class Batch(Struct):
    """A request's body, as far as it is not about its events."""

    batch: list[Raw] | None = None
    api_key: Any = None
    token: Any = None
    properties: Any = None
    sent_at: Any = None


class Captured(Struct):
    """One event, as far as it is read. Anything may be anything: what is asked of a field is said where it is read."""

    event: Any = None
    uuid: Any = None
    distinct_id: Any = None
    timestamp: Any = None
    offset: Any = None
    sent_at: Any = None
    properties: Any = None
    set: Any = field(name="$set", default=None)


_as_batch = msgspec.json.Decoder(Batch).decode
_as_list = msgspec.json.Decoder(list[Raw]).decode
_as_event = msgspec.json.Decoder(Captured).decode
_as_object = msgspec.json.Decoder(dict[str, Any]).decode


def opened(body: bytes, _call: str) -> Opened | Rejection:
    """The events in a body: those of its `batch`, or of the list that it is, else itself."""
    try:
        if body.lstrip(b" \t\r\n").startswith(b"["):
            items = _as_list(body)
            return Opened(items=items, key=_key(_as_batch(items[0])) if items else None)
        batch = _as_batch(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return refused(error)
    return Opened(items=[body] if batch.batch is None else batch.batch, key=_key(batch), sent=sent_in(batch.sent_at))


def translate(item: bytes | Raw, envelope: Envelope) -> Sequence[AnyRecord | Rejection]:
    """What one event is to us."""
    return or_refused(_records, item, envelope, WHO)


def _key(batch: Batch) -> str | None:
    return text_of(batch.api_key) or text_of(batch.token) or text_of(mapping_of(batch.properties).get("token"))


def _records(item: bytes | Raw, envelope: Envelope) -> Iterator[AnyRecord]:
    event = _as_event(item)
    name = text_of(event.event)
    if name is None:
        raise Refusal("wrong_type", "event: must be a text, the event's name")
    properties = mapping_of(event.properties)
    told = {**mapping_of(properties.get("$set")), **mapping_of(event.set)}
    if name.startswith("$") and name not in OWN and not told:
        return
    seen = _seen(event, properties, told, item, envelope)
    if name in OWN:
        yield from OWN[name](seen, properties, envelope)
    elif not name.startswith("$"):
        yield from named(seen, "event", name, envelope.site.names.meaning(name), properties, envelope.site)
    yield from profiles(seen, told)


def _seen(
    event: Captured, properties: Mapping[str, object], told: Mapping[str, object], item: bytes | Raw, envelope: Envelope
) -> Seen:
    created = time_in(event.timestamp, "timestamp")
    if created is None:
        created = time_in(properties.get("$time"), "$time")
    lead, visitor = _who(event, properties)
    offset = (
        event.offset if isinstance(event.offset, int) and 0 <= event.offset <= FARTHEST and created is None else None
    )
    sent = sent_in(event.sent_at) if envelope.sent is None else None
    attributes: dict[str, Attribute] = {}
    take_attributes(attributes, ((name, value) for name, value in properties.items() if name[:1] != "$"), ELSEWHERE)
    if (screen := text_of(properties.get("$screen_name"))) is not None:
        attributes["screen"] = screen
    return Seen(
        event_id=event_id_of(
            event.uuid or properties.get("$insert_id"), lambda: _as_object(item), created, envelope.received
        ),
        occurred_at=happened(envelope, created, sent) if offset is None else at(envelope.received - offset),
        lead_id=lead,
        visitor_id=visitor,
        email=email_of(told.get("email")),
        page=page_of(properties.get("$current_url"), properties.get("title"), properties.get("$referrer")),
        user_agent=agent_of(properties.get("$raw_user_agent") or properties.get("$user_agent"), envelope),
        attributes=attributes,
    )


def _who(event: Captured, properties: Mapping[str, object]) -> tuple[str | None, str | None]:
    """Lead and visitor."""
    said = properties.get("distinct_id") if event.distinct_id is None else event.distinct_id
    who, device = id_of(said, "distinct_id"), id_of(properties.get("$device_id"), "$device_id")
    before = id_of(properties.get("$anon_distinct_id"), "$anon_distinct_id")
    if who is None:
        return None, device
    if not _is_known(who, device, properties) and before is None:
        return None, who
    visitor = before or device
    return who, None if visitor == who else visitor


def _is_known(who: str, device: str | None, properties: Mapping[str, object]) -> bool:
    said = properties.get("$is_identified")
    if isinstance(said, bool):
        return said
    if device is not None:
        return who != device and (properties.get("$lib") != "web" or "$user_id" in properties)
    return properties.get("$process_person_profile") is not False


def _page(seen: Seen, _properties: Mapping[str, object], envelope: Envelope) -> Iterator[AnyRecord]:
    yield page_view(seen, envelope.site)


def _identify(seen: Seen, _properties: Mapping[str, object], _envelope: Envelope) -> Iterator[AnyRecord]:
    yield from links(seen)


def _set(seen: Seen, _properties: Mapping[str, object], _envelope: Envelope) -> Iterator[AnyRecord]:
    yield from links(seen) if seen.email is not None else ()


def _alias(seen: Seen, properties: Mapping[str, object], _envelope: Envelope) -> Iterator[AnyRecord]:
    before, now = seen.lead_id or seen.visitor_id, id_of(properties.get("alias"), "alias")
    if now is None or before is None or is_same(before, now):
        raise Refusal("no_identity", "alias: must be another id of the person of distinct_id")
    of_a_browser = None if "$device_id" not in properties else seen.lead_id is None
    yield from aliases(seen, before, now, browser=of_a_browser)


def _group(seen: Seen, properties: Mapping[str, object], _envelope: Envelope) -> Iterator[AnyRecord]:
    if text_of(properties.get("$group_type")) not in COMPANIES or "$device_id" not in properties:
        return  # no company; or told by a server, which makes an id up where it says nobody's
    key = text_of(properties.get("$group_key"))
    yield from company(
        seen, of_company({**({} if key is None else {"id": key}), **mapping_of(properties.get("$group_set"))})
    )


OWN: Mapping[str, Callable[[Seen, Mapping[str, object], Envelope], Iterator[AnyRecord]]] = {
    "$pageview": _page,
    "$screen": _page,
    "$identify": _identify,
    "$set": _set,
    "$create_alias": _alias,
    "$merge_dangerously": _alias,
    "$groupidentify": _group,
}
