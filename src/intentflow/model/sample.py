"""Events made up for a condition: what somebody does who meets it. Lints try them on the other conditions of a model.

They are samples: that no sample meets a condition is a strong hint that no event does; that one meets two conditions is a proof.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice, product

from msgspec import convert

from intentflow.domain.event import FAMILIES, AnyEvent
from intentflow.domain.matching import Matcher, passes
from intentflow.domain.rules import Agent, Channel, Condition, Test
from intentflow.model.condition import ACTIONS

SITE = "https://shop.example"
FILLINGS = ("", "x", "page-7")  # for a star
MOST = 300  # samples of one condition
COMES: dict[Channel, tuple[str, str, str]] = {  # source, medium and name of a campaign
    "Direct": ("(direct)", "(none)", ""),
    "Cross-network": ("google", "", "cross-network"),
    "Paid Shopping": ("ebay", "cpc", ""),
    "Paid Search": ("google", "cpc", ""),
    "Paid Social": ("facebook", "cpc", ""),
    "Paid Video": ("youtube", "cpc", ""),
    "Display": ("partner", "display", ""),
    "Paid Other": ("partner", "cpc", ""),
    "AI Assistants": ("chatgpt.com", "", ""),
    "Organic Shopping": ("ebay", "", ""),
    "Organic Social": ("facebook", "social", ""),
    "Organic Video": ("youtube", "video", ""),
    "Organic Search": ("google", "organic", ""),
    "Referral": ("partner", "referral", ""),
    "Email": ("email", "email", ""),
    "Affiliates": ("partner", "affiliate", ""),
    "Audio": ("partner", "audio", ""),
    "SMS": ("sms", "sms", ""),
    "Mobile Push Notifications": ("firebase", "push", ""),
    "Unassigned": ("partner", "other", ""),
}
FROM: dict[Channel, str] = {  # referrers
    "AI Assistants": "https://chatgpt.com/",
    "Organic Shopping": "https://www.ebay.com/",
    "Organic Social": "https://www.facebook.com/",
    "Organic Video": "https://www.youtube.com/",
    "Organic Search": "https://www.google.com/",
    "Referral": "https://partner.example/",
    "Email": "https://mail.google.com/",
    "Internal": f"{SITE}/",
}
ASKS: dict[Agent, str | None] = {
    "human": None,
    "preview": "facebookexternalhit/1.1",
    "scanner": "sqlmap/1.8",
    "bot": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
}
ADDRESS = re.compile(r"[^@]+@[^@]+")
Value = str | int | float | bool


@lru_cache(4096)
def samples(condition: Condition) -> tuple[AnyEvent, ...]:
    """Events that meet the condition; none if it contradicts itself."""
    return tuple(event for event in islice(_candidates(condition), MOST) if meets((condition,), event))


def meets(conditions: tuple[Condition, ...], event: AnyEvent) -> bool:
    """Whether the event meets one of the conditions."""
    return _matcher(conditions).match(event)


@lru_cache(4096)
def _matcher(conditions: tuple[Condition, ...]) -> Matcher[bool]:
    return Matcher([("met", conditions)], bool)


def _candidates(condition: Condition) -> Iterator[AnyEvent]:
    attributes = _attributes(condition.attributes)
    if attributes is None:
        return
    urls = list(_urls(condition.url)) or [f"{SITE}/", f"{SITE}/page-7"]
    agents = [ASKS[agent] for agent in condition.agent] or [None]
    emails = [text for text in _filled(condition.address) if ADDRESS.fullmatch(text)] if condition.address else [None]
    wanted = (urls, list(_arrivals(condition)), agents, emails, condition.actions or ACTIONS[condition.family])
    for url, (campaign, referrer), agent, email, action in product(*wanted):
        yield convert(
            {
                "family": condition.family,
                "action": action,
                "event_id": "sample",
                "occurred_at": "2026-01-01T00:00:00Z",
                "page": {"url": url, "referrer": referrer},
                "campaign": campaign,
                "user_agent": agent,
                "email": email,
                **_told(condition.family, attributes),
            },
            type=FAMILIES[condition.family],
        )


def _told(family: str, attributes: dict[str, Value]) -> dict[str, object]:
    """The attributes, where events of the family have them."""
    if family == "profile":
        return {"profile": attributes or {"something": "else"}, "provenance": "form"}
    return {"attributes": attributes}


def _urls(globs: Iterable[str]) -> Iterator[str]:
    for glob, filling in product(globs, FILLINGS):
        start = SITE if glob.startswith("*") else ""
        url = start + (glob[1:] if start else glob).replace("*", filling).replace("?", "x")
        yield url if url != SITE else f"{SITE}/{filling}"


def _arrivals(condition: Condition) -> Iterator[tuple[dict[str, str] | None, str | None]]:
    """Campaigns and referrers; of each channel that the condition asks for, both ways to come by it."""
    for campaign in _campaigns(condition):
        if not condition.channel:
            yield campaign, None
        for channel in condition.channel:
            words = dict(zip(("source", "medium", "name"), COMES.get(channel, ("", "", "")), strict=True))
            yield campaign, FROM.get(channel)
            yield {**words, **(campaign or {})}, None


def _campaigns(condition: Condition) -> Iterator[dict[str, str] | None]:
    """Campaigns with the fields that the condition asks for; without one if it asks for none."""
    wanted = {"name": condition.campaign, "source": condition.source, "medium": condition.medium}
    asked = {field: _filled(globs) for field, globs in wanted.items() if globs}
    if not asked:
        yield {"name": "spring"} if condition.targeted else None
    for values in product(*asked.values()) if asked else ():
        yield dict(zip(asked, values, strict=True))


def _filled(globs: tuple[str, ...]) -> list[str]:
    return [glob.replace("*", filling).replace("?", "x") or "x" for glob, filling in product(globs, FILLINGS)]


def _attributes(tests: tuple[Test, ...]) -> dict[str, Value] | None:
    """Values that pass all tests; None if there are none."""
    found: dict[str, Value] = {}
    for name in dict.fromkeys(test.attribute for test in tests):
        of_it = tuple(test for test in tests if test.attribute == name)
        if passes(of_it, {}):
            continue
        value = next((v for v in _values(of_it) if passes(of_it, {name: v})), None)
        if value is None:
            return None
        found[name] = value
    return found


def _values(tests: tuple[Test, ...]) -> Iterator[Value]:
    for test in tests:
        if isinstance(test.value, tuple):
            yield from test.value
        elif test.op != "exists":
            yield test.value
    yield from ("x", 1, True)
