"""The campaign that brought somebody: what the event says of it, or else what the address of its page says.

An address has `utm_*` parameters where a marketer put them, and a click id where an advertising network put one. A click id on its own
still says which network it was, and for most that the click was paid for.
"""

from functools import lru_cache
from urllib.parse import parse_qsl

from intentflow.domain.event import Campaign

PARAMETERS = {
    "utm_id": "id",
    "utm_campaign": "name",
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_term": "term",
    "utm_content": "content",
}
CLICKS: dict[str, tuple[str, str | None]] = {  # click id -> source and medium
    "gclid": ("google", "cpc"),
    "gbraid": ("google", "cpc"),
    "wbraid": ("google", "cpc"),
    "dclid": ("google", "display"),
    "msclkid": ("bing", "cpc"),
    "yclid": ("yandex", "cpc"),
    "ttclid": ("tiktok", "cpc"),
    "twclid": ("twitter", "cpc"),
    "li_fat_id": ("linkedin", "cpc"),
    "rdt_cid": ("reddit", "cpc"),
    "sccid": ("snapchat", "cpc"),
    "mc_cid": ("mailchimp", "email"),
    "fbclid": ("facebook", None),  # on every link that is followed there, paid for or not
    "igshid": ("instagram", None),
}


def campaign_of(said: Campaign | None, url: str | None) -> Campaign | None:
    """The campaign that an event says it came by, if a field of it is filled; else that of its page's address; None if there is none."""
    if said is not None and any((said.id, said.name, said.source, said.medium, said.term, said.content)):
        return said
    return None if url is None or "?" not in url else _campaign_in(url)


@lru_cache(maxsize=1024)
def _campaign_in(url: str) -> Campaign | None:
    query = url.partition("#")[0].partition("?")[2]
    asked = [(name.lower(), text.strip()) for name, text in parse_qsl(query, errors="replace")]
    first = {name: text for name, text in reversed(asked) if text}  # of a name that comes twice, the first counts
    fields = {field: first[name] for name, field in PARAMETERS.items() if name in first}
    if not {"source", "medium"} & fields.keys():
        source, medium = next((CLICKS[name] for name in CLICKS if name in first), (None, None))
        return Campaign(**fields, source=source, medium=medium) if fields or source else None
    return Campaign(**fields)
