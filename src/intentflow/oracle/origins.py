"""Where somebody came from and who asked, as the reference reads it. The sentences quoted are those of `docs/semantics.md`.

It shares data with what it checks, the lists of sources and of robots' patterns, and no code.
"""

import re
from functools import lru_cache
from urllib.parse import unquote_plus

from intentflow.domain.event import Campaign, Event
from intentflow.domain.rules import Agent, Channel
from intentflow.domain.sources import HOSTS, NAMES

SAID = {"id": "id", "name": "campaign", "term": "term", "content": "content"}
CLICK_IDS = (
    *(("gclid", "google", "cpc"), ("gbraid", "google", "cpc"), ("wbraid", "google", "cpc")),
    *(("dclid", "google", "display"), ("msclkid", "bing", "cpc"), ("yclid", "yandex", "cpc")),
    *(("ttclid", "tiktok", "cpc"), ("twclid", "twitter", "cpc"), ("li_fat_id", "linkedin", "cpc")),
    *(("rdt_cid", "reddit", "cpc"), ("sccid", "snapchat", "cpc"), ("mc_cid", "mailchimp", "email")),
    *(("fbclid", "facebook", None), ("igshid", "instagram", None)),
)
PAID = r"^(.*cp.*|ppc|retargeting|paid.*)$"
SHOP = r"^(.*(([^a-df-z]|^)shop|shopping).*)$"
ALSO_APPS = (
    "MetaIAB Facebook",
    "Viber",
    "WhatsApp",
    "Tumblr\\/",
    "Notion\\/",
    "Bluesky\\/",
    "Mastodon",
    "Friendica",
    "Code\\/1\\.",
    "Trae\\/",
)


def campaign_of(event: Event) -> Campaign | None:
    """'Its `campaign`, if a field of it is filled; else what the query of its page's URL says.'"""
    own = event.campaign
    if own is not None and any(getattr(own, field) for field in own.__struct_fields__):
        return own
    url = "" if event.page is None else event.page.url
    query = url.split("#")[0].split("?", 1)[1:]
    asked: dict[str, str] = {}
    for part in (query or [""])[0].split("&"):
        name, _, value = part.partition("=")
        text = unquote_plus(value, errors="replace").strip()
        if text:
            asked.setdefault(unquote_plus(name, errors="replace").lower(), text)
    source, medium = asked.get("utm_source"), asked.get("utm_medium")
    if source is None and medium is None:
        clicked = [(named, by) for click, named, by in CLICK_IDS if click in asked]
        source, medium = clicked[0] if clicked else (None, None)
    said = {field: asked.get(f"utm_{name}") for field, name in SAID.items()}
    found = Campaign(**said, source=source, medium=medium)
    return None if found == Campaign() else found


def channel_of(event: Event) -> Channel:
    """'By its campaign if it has one; else by the referrer of its page.'"""
    campaign, page = campaign_of(event), event.page
    if campaign is not None:
        return channel_named(campaign.source or "", campaign.medium or "", campaign.name or campaign.id or "")
    if page is None:
        return "Unassigned"
    came_from, site = _host(page.referrer or ""), _host(page.url)
    if came_from == "":
        return "Direct"
    if site and (f".{came_from}".endswith(f".{site}") or f".{site}".endswith(f".{came_from}")):
        return "Internal"
    medium = {"search": "organic", "email": "email"}.get(_kind(came_from) or "", "referral")
    return channel_named(came_from, medium, "")


def channel_named(source: str, medium: str, campaign: str) -> Channel:
    """'The first of these that holds.'"""
    source, medium, campaign = source.lower().strip(), medium.lower().strip(), campaign.lower()
    kind, paid = _kind(source), re.match(PAID, medium, re.DOTALL)
    shop = kind == "shopping" or re.match(SHOP, campaign, re.DOTALL)
    rules: list[tuple[object, Channel]] = [
        (source == "(direct)" and medium in ("(none)", "(not set)"), "Direct"),
        ("cross-network" in campaign, "Cross-network"),
        (shop and paid, "Paid Shopping"),
        (kind == "search" and paid, "Paid Search"),
        (kind == "social" and paid, "Paid Social"),
        (kind == "video" and paid, "Paid Video"),
        (re.fullmatch("display|banner|expandable|interstitial|cpm", medium), "Display"),
        (paid, "Paid Other"),
        (kind == "assistant", "AI Assistants"),
        (shop, "Organic Shopping"),
        (kind == "social" or re.fullmatch("social([- ](network|media))?|sm", medium), "Organic Social"),
        (kind == "video" or "video" in medium, "Organic Video"),
        (kind == "search" or medium == "organic", "Organic Search"),
        (re.fullmatch("referral|app|link", medium), "Referral"),
        (kind == "email" or any(re.fullmatch("e[-_ ]?mail", text) for text in (source, medium)), "Email"),
        (medium == "affiliate", "Affiliates"),
        (medium == "audio", "Audio"),
        (source == "sms" or medium == "sms", "SMS"),
        (re.search(r"push\Z|mobile|notification", medium) or source == "firebase", "Mobile Push Notifications"),
    ]
    return next((channel for holds, channel in rules if holds), "Unassigned")


def _host(address: str) -> str:
    """'What stands between `://` and the next `/`, `?`, `#` or `:`, without user names and `www.`'"""
    scheme, found, rest = address.strip().lower().partition("://")
    if not found or not re.fullmatch("[a-z][a-z0-9+.-]*", scheme):
        return ""
    return re.split("[/?#]", rest)[0].split("@")[-1].split(":")[0].removeprefix("www.")


def _kind(source: str) -> str | None:
    """'By its name, or by its host, or by the widest part of it that is listed.'"""
    if source in NAMES:
        return NAMES[source]
    words = source.removeprefix("www.").split(".")
    for start in range(len(words) - 1):
        host, suffix = ".".join(words[start:]), words[start + 1 :]
        if host in HOSTS:
            return HOSTS[host]
        if len(suffix) <= 2 and all(1 <= len(word) <= 3 for word in suffix) and f"{words[start]}.*" in HOSTS:
            return HOSTS[f"{words[start]}.*"]
    return None


def agent_of(event: Event) -> Agent:
    """'By the attribute `purpose`, else by the user agent.'"""
    return _agent(event.user_agent or "", str((event.attributes or {}).get("purpose", "")))


@lru_cache(maxsize=4096)
def _agent(named: str, purpose: str) -> Agent:
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # reads its list when it is imported

    if {"prefetch", "prerender", "preview"} & set(re.findall("[^;, ]+", purpose.lower())):
        return "preview"
    tags = [
        listed["tags"][0]
        for listed in CRAWLER_USER_AGENTS_DATA
        if re.search(listed["pattern"], named) and not (listed["pattern"] in ALSO_APPS and named.startswith("Mozilla/"))
    ]
    if "social-preview" in tags:
        return "preview"
    if "scanner" in tags or re.search("[mM]imecast|[pP]roofpoint|[bB]arracuda|[sS]afe[lL]inks", named):
        return "scanner"
    robot = re.search(r"(?<!cu)bots?\b|crawl|spider|\+\s?https?://", named, re.IGNORECASE)
    return "bot" if tags or robot else "human"
