"""The channel by which somebody came: the rules of GA4's default channel groups, in their order, on the campaign or on the referrer.

Google publishes the rules (support.google.com/analytics/answer/9756891), but for whole sessions. An event has a page, so two groups are
added: `Internal` for a page reached from the same site, which in a session would count as what began it, and `AI Assistants`.
"""

import re
from functools import lru_cache

from intentflow.domain.campaigns import campaign_of
from intentflow.domain.event import Campaign
from intentflow.domain.hosts import host_of, wider
from intentflow.domain.rules import Channel
from intentflow.domain.sources import HOSTS, NAMES, Kind

NOBODY = {"(none)", "(not set)"}
DISPLAY = {"display", "banner", "expandable", "interstitial", "cpm"}
SOCIAL = {"social", "social-network", "social-media", "sm", "social network", "social media"}
REFERRAL = {"referral", "app", "link"}
EMAIL = {"email", "e-mail", "e_mail", "e mail"}
PAID: dict[Kind | None, Channel] = {"search": "Paid Search", "social": "Paid Social", "video": "Paid Video"}
MEDIUM: dict[Kind | None, str] = {"search": "organic", "email": "email"}  # of a referrer; of any other: referral
_SHOP = re.compile("(?:^|[^a-df-z])shop|shopping")


@lru_cache(maxsize=4096)
def channel_of(url: str | None, referrer: str | None, campaign: Campaign | None) -> Channel:
    """By which channel somebody came to a page, of whose event these are the page's URL and referrer, and the campaign.

    All from the event's own fields: nothing is remembered of how its session began.
    """
    found = campaign_of(campaign, url)
    if found is not None:
        return grouped(found.source or "", found.medium or "", found.name or found.id or "")
    if url is None:
        return "Unassigned"
    source = host_of(referrer)
    if not source:
        return "Direct"
    if _same_site(source, host_of(url)):
        return "Internal"
    return grouped(source, MEDIUM.get(kind_of(source), "referral"), "")


def grouped(source: str, medium: str, campaign: str) -> Channel:
    """The channel of a source, a medium and a campaign's name; an empty text is none."""
    source, medium, campaign = source.strip().lower(), medium.strip().lower(), campaign.lower()
    if source == "(direct)" and medium in NOBODY:
        return "Direct"
    if "cross-network" in campaign:
        return "Cross-network"
    kind, paid = kind_of(source), "cp" in medium or medium in ("ppc", "retargeting") or medium.startswith("paid")
    shopping = kind == "shopping" or _SHOP.search(campaign) is not None
    if paid and (shopping or kind in PAID):
        return "Paid Shopping" if shopping else PAID[kind]
    if medium in DISPLAY:
        return "Display"
    if paid:
        return "Paid Other"
    return _unpaid(kind, source, medium, shopping)


def _unpaid(kind: Kind | None, source: str, medium: str, shopping: bool) -> Channel:
    rules: tuple[tuple[bool, Channel], ...] = (
        (kind == "assistant", "AI Assistants"),
        (shopping, "Organic Shopping"),
        (kind == "social" or medium in SOCIAL, "Organic Social"),
        (kind == "video" or "video" in medium, "Organic Video"),
        (kind == "search" or medium == "organic", "Organic Search"),
        (medium in REFERRAL, "Referral"),
        (kind == "email" or bool({source, medium} & EMAIL), "Email"),
        (medium == "affiliate", "Affiliates"),
        (medium == "audio", "Audio"),
        ("sms" in (source, medium), "SMS"),
        (
            medium.endswith("push") or "mobile" in medium or "notification" in medium or source == "firebase",
            "Mobile Push Notifications",
        ),
    )
    return next((channel for holds, channel in rules if holds), "Unassigned")


def kind_of(source: str) -> Kind | None:
    """Of which kind a source is, by its host or by its name, in lower case; None if it isn't listed."""
    named = NAMES.get(source)
    if named is not None:
        return named
    return next((HOSTS[host] for host in wider(source.removeprefix("www.")) if host in HOSTS), None)


def _same_site(one: str, other: str) -> bool:
    """Whether two hosts are one, or one is part of the other."""
    return bool(other) and (f".{one}".endswith(f".{other}") or f".{other}".endswith(f".{one}"))
