"""Conditions and events in plain words, as a marketer would say them."""

from collections.abc import Iterable, Mapping, Sequence

from intentflow.domain.event import FAMILY_OF, AnyEvent
from intentflow.domain.rules import (
    Abandoned,
    Agent,
    AnySignal,
    Condition,
    Evidence,
    Fact,
    Graded,
    Ideal,
    Once,
    Repeated,
    SignedUp,
    Test,
)
from intentflow.model.durations import duration_words
from intentflow.model.fit_words import profile_words

DID = {
    ("website_visit", "view"): "views a page",
    ("website_visit", "download"): "downloads something",
    ("website_visit", "search"): "searches the site",
    ("website_visit", "video"): "watches a video",
    ("website_visit", "demo"): "tries a demo",
    ("website_visit", "competitor_compare"): "compares with competitors",
    ("newsletter_signup", "signup"): "signs up for the newsletter",
    ("newsletter_signup", "confirm"): "confirms the newsletter",
    ("newsletter_signup", "open"): "opens a newsletter",
    ("newsletter_signup", "click"): "clicks in a newsletter",
    ("newsletter_signup", "unsubscribe"): "leaves the newsletter",
    ("newsletter_signup", "bounce"): "has an address that bounces",
    ("cart", "add"): "puts something into a cart",
    ("cart", "remove"): "takes something out of a cart",
    ("cart", "view"): "looks into the cart",
    ("cart", "shipping_quote"): "asks for the shipping charge",
    ("cart", "checkout"): "goes to checkout",
    ("cart", "purchase"): "buys",
    ("landing_page", "land"): "comes to a landing page",
    ("landing_page", "submit"): "sends a landing page's form",
    ("profile", "update"): "has become known better",
    ("outcome", "won"): "is won by sales",
    ("outcome", "lost"): "is lost by sales",
    ("outcome", "accepted"): "is accepted by sales",
    ("outcome", "rejected"): "is rejected by sales",
    ("outcome", "recycled"): "is given back by sales",
}
ANYTHING = {
    "website_visit": "does anything on the website",
    "newsletter_signup": "does anything with the newsletter",
    "cart": "uses a cart",
    "landing_page": "comes to a landing page or sends its form",
    "profile": "has become known better",
    "outcome": "has any outcome in sales",
}
AGENT_WORDS: dict[Agent, str] = {
    "human": "a human",
    "preview": "a link preview or a page loaded ahead",
    "scanner": "a security scanner",
    "bot": "a robot",
}
OPS = {"equals": "is", "one_of": "is one of", "at_least": "is at least", "at_most": "is at most"}
Pages = Mapping[str, tuple[str, ...]]  # lists of patterns that have a name
NO_PAGES: Pages = {}
SHOWN = 4  # patterns that are written out; of more, the rest is counted


def signal_words(signal: AnySignal, pages: Pages = NO_PAGES) -> str:
    """What somebody does who gives this sign."""
    if isinstance(signal, SignedUp):
        return f"is signed up for the newsletter; {signal.until_confirmed:g} points until confirmed"
    if isinstance(signal, Abandoned):
        return f"leaves a filled cart alone for {duration_words(signal.quiet)}"
    if isinstance(signal, Graded | Ideal):
        return profile_words(signal)
    said = any_of(signal.when, pages)
    if isinstance(signal, Once):
        return f"{said} (the first time only)"
    if isinstance(signal, Repeated):
        return f"{said}, {signal.at_least} times within {duration_words(signal.within)}"
    return said


def evidence_words(rule: Evidence, pages: Pages = NO_PAGES) -> str:
    """What speaks against a human."""
    said, time = any_of(rule.when, pages), duration_words(rule.within)
    if rule.before:
        return f"{said}, and only then, within {time}, {any_of(rule.before, pages)}"
    return f"{said}, {rule.at_least} times within {time}" if rule.at_least else said


def fact_words(fact: Fact, pages: Pages = NO_PAGES) -> str:
    """What brings a fact about; by which ways, if it has some."""
    if not fact.ways:
        return any_of(fact.when, pages)
    return "; or ".join(f"{any_of(way.when, pages)} ({way.name})" for way in fact.ways)


def any_of(conditions: Iterable[Condition], pages: Pages = NO_PAGES) -> str:
    """The conditions, any of which must be met."""
    return "; or ".join(condition_words(condition, pages) for condition in conditions) or "nothing"


def condition_words(condition: Condition, pages: Pages = NO_PAGES, brief: bool = False) -> str:
    """One condition, all of which must hold. `brief`: without the pages that it leaves out, where it names others or any."""
    did = " or ".join(DID[condition.family, action] for action in condition.actions)
    parts = [did or ANYTHING[condition.family]]
    parts += [f"at {_patterns(condition.url, pages)}"] if condition.url else []
    if condition.not_url and not brief:
        parts.append(f"except {_patterns(condition.not_url, pages)}")
    elif condition.not_url and not condition.url:
        parts = [parts[0].replace(" a page", " any other page")]
    parts += [f"from campaign {_patterns(condition.campaign)}"] if condition.campaign else []
    parts += [f"from source {_patterns(condition.source)}"] if condition.source else []
    parts += [f"by {_patterns(condition.medium)}"] if condition.medium else []
    parts += (
        []
        if condition.targeted is None
        else ["through a campaign's link" if condition.targeted else "without a campaign"]
    )
    parts += [f"through the channel {_listed(condition.channel)}"] if condition.channel else []
    parts += [f"as {_listed([AGENT_WORDS[agent] for agent in condition.agent])}"] if condition.agent else []
    parts += [f"with the address {_patterns(condition.address)}"] if condition.address else []
    parts += [_test(test) for test in condition.attributes]
    return " ".join(parts)


def event_words(event: AnyEvent) -> str:
    """One event."""
    did = DID[FAMILY_OF[event.__class__], event.action]
    where = f" at {event.page.url}" if event.page is not None else ""
    return did + where + (" through a campaign's link" if event.campaign is not None else "")


def _listed(words: Sequence[str]) -> str:
    return " or ".join(words)


def _patterns(globs: tuple[str, ...], pages: Pages = NO_PAGES) -> str:
    """The patterns, by the names of their lists as far as they have one."""
    names = [name for name, listed in pages.items() if set(listed) <= set(globs)]
    rest = [glob for glob in globs if not any(glob in pages[name] for name in names)]
    more = len(rest) - SHOWN
    return ", ".join([*names, *rest[:SHOWN]]) + (f" and {more} more" if more > 0 else "")


def _test(test: Test) -> str:
    if test.op == "exists":
        return f"with {test.attribute} given" if test.value else f"with no {test.attribute} given"
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    said = ", ".join(str(v).lower() if isinstance(v, bool) else str(v) for v in values)
    return f"where {test.attribute} {OPS[test.op]} {said}"
