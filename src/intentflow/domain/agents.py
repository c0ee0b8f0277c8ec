"""Who asked for a page, as far as the user agent tells: a human, or a program that says what it is.

The patterns are those of crawler-user-agents (docs/decisions/0004), whose first tag gives the class. A robot that isn't listed there gives
itself away by custom: it says `bot`, or leaves an address with a plus. What poses as a browser is a human here; other evidence must tell.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from intentflow.domain.rules import Agent

Classify = Callable[[str | None, object], Agent]
CLASS_OF: dict[str, Agent] = {
    "social-preview": "preview",
    "scanner": "scanner",
}  # of a pattern's first tag; any other: a bot
# Programs in whose own browser a human reads, too: with these a human's agent begins like any browser's.
APPS = {
    *("MetaIAB Facebook", "Viber", "WhatsApp", "Tumblr\\/", "Notion\\/", "Bluesky\\/", "Mastodon", "Friendica"),
    *("Code\\/1\\.", "Trae\\/"),
}
AHEAD = {"prefetch", "prerender", "preview"}  # what the Sec-Purpose header and its forerunners say
_MAIL_SCANNERS = "[mM]imecast|[pP]roofpoint|[bB]arracuda|[sS]afe[lL]inks"
_ROBOTS = re.compile(r"(?<!cu)bots?\b|crawl|spider|\+\s?https?://", re.IGNORECASE)  # a CUBOT is a telephone
_WORD = re.compile(r"(?:[^\\.*+?^$()\[\]{}|]|\\\W)+")  # a pattern that is found as it is written


@lru_cache(maxsize=1)
def classifier() -> Classify:
    """What tells the class of a user agent and of the event's attribute `purpose`. The answers are remembered, the latest 4096."""
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # here, since it reads its list when it is imported

    patterns: dict[tuple[Agent, bool], list[str]] = {("scanner", False): [_MAIL_SCANNERS]}
    for listed in CRAWLER_USER_AGENTS_DATA:
        agent = CLASS_OF.get(listed["tags"][0], "bot")
        patterns.setdefault((agent, listed["pattern"] in APPS), []).append(listed["pattern"])
    search = {key: _finder(found) for key, found in patterns.items()}
    order: tuple[Agent, ...] = ("preview", "scanner", "bot")

    @lru_cache(maxsize=4096)
    def agent_of(user_agent: str | None, purpose: object) -> Agent:
        if isinstance(purpose, str) and AHEAD & set(re.split("[;, ]+", purpose.lower())):
            return "preview"
        if not user_agent:
            return "human"
        in_app = user_agent.startswith("Mozilla/")
        for agent in order:
            if search[agent, False](user_agent):
                return agent
            if not in_app and (agent, True) in search and search[agent, True](user_agent):
                return agent
        return "bot" if _ROBOTS.search(user_agent) else "human"

    return agent_of


def _finder(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether one of the patterns is found in a text.

    Nearly all of them are words, each looked for by itself: one expression of them all tries every one at every letter, which takes ten
    times as long, and an agent comes from anybody who may make it as long as is allowed.
    """
    words = tuple(re.sub(r"\\(\W)", r"\1", each) for each in patterns if _WORD.fullmatch(each))
    others = [each for each in patterns if not _WORD.fullmatch(each)]
    search = re.compile("|".join(others) or "(?!)").search  # of none nothing is found
    return lambda text: any(word in text for word in words) or search(text) is not None
