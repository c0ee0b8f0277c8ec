"""The input: seeded events of a shop, about 300 bytes of JSON each."""

import random
from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate
from typing import Literal

from intentflow.domain.change import rfc3339
from intentflow.domain.event import AnyEvent, Campaign, Cart, LandingPage, NewsletterSignup, Page, WebsiteVisit
from intentflow.wire.events import encode

DAYS = 14
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120"
SITE = "https://shop.example.com"
PRODUCTS = [f"{SITE}/products/{n}/some-long-product-name-{n}" for n in range(1000)]
READING = [f"{SITE}/blog/{n}/what-we-think-of-it" for n in range(300)] + [f"{SITE}/about", f"{SITE}/", f"{SITE}/help"]
SPRING_PAGE, NEWS_PAGE, CART_PAGE = (Page(url=f"{SITE}/{name}") for name in ("spring", "news", "cart"))
NEWS: tuple[Literal["signup", "confirm", "open", "click"], ...] = ("signup", "confirm", "open", "click")
CART: tuple[Literal["add", "view", "remove", "shipping_quote", "checkout", "purchase"], ...] = (
    "add", "add", "add", "view", "remove", "shipping_quote", "checkout", "purchase",
)  # fmt: skip
SPRING = Campaign(name="spring", source="newsletter", medium="email")


def leads_of(kind: str, count: int, rng: random.Random) -> list[int]:
    """Which lead each event is of: `zipf` 1.1 over 100 000 leads, or `uniform` over 200 000."""
    if kind == "uniform":
        return [rng.randrange(200_000) for _ in range(count)]
    weights = list(accumulate(1 / rank**1.1 for rank in range(1, 100_001)))
    return rng.choices(range(100_000), cum_weights=weights, k=count)


def events(kind: str, count: int, until: int, seed: int = 7) -> Iterator[tuple[int, bytes, bytes]]:
    """(time, key, value) of `count` events over two weeks that end at `until` (epoch ms), in order of time."""
    rng = random.Random(seed)
    step = DAYS * 86_400_000 / count
    first = until - DAYS * 86_400_000
    for number, lead in enumerate(leads_of(kind, count, rng)):
        time = first + int(number * step)
        name = f"lead-{lead:07d}"
        yield time, f"l:{name}".encode(), encode(event_of(rng, number, name, time))


def of_each(leads: range, rounds: int, until: int, seed: int = 7) -> Iterator[tuple[int, bytes, bytes]]:
    """(time, key, value): so many events of each of these leads, round by round over two weeks that end at `until` (epoch ms)."""
    rng = random.Random(seed)
    for turn in range(rounds):
        time = until - DAYS * 86_400_000 * (rounds - turn) // (rounds + 1)
        for lead in leads:
            name = f"lead-{lead:07d}"
            yield time, f"l:{name}".encode(), encode(event_of(rng, turn * 10_000_000 + lead, name, time))


def event_of(rng: random.Random, number: int, lead: str, time: int) -> AnyEvent:
    """One event of a lead; the same chance gives the same event."""
    identity, moment = f"{number:012d}-{rng.getrandbits(48):012x}", datetime.fromisoformat(rfc3339(time))
    what, event = rng.random(), WebsiteVisit(event_id=identity, occurred_at=moment, lead_id=lead, user_agent=AGENT)
    if what < 0.85:
        url = rng.choice(PRODUCTS) if what < 0.45 else f"{SITE}/pricing" if what < 0.48 else rng.choice(READING)
        event.page = Page(url=url, title="Shop")
        return event
    if what < 0.92:
        campaign = SPRING if what < 0.88 else None
        return LandingPage(
            event_id=identity, occurred_at=moment, lead_id=lead, user_agent=AGENT, page=SPRING_PAGE, campaign=campaign
        )
    if what < 0.94:
        did = rng.choice(NEWS)
        return NewsletterSignup(
            event_id=identity, occurred_at=moment, lead_id=lead, user_agent=AGENT, page=NEWS_PAGE, action=did
        )
    done = rng.choice(CART)
    cart = f"cart-{lead}"
    return Cart(
        event_id=identity, occurred_at=moment, lead_id=lead, user_agent=AGENT, page=CART_PAGE, action=done, cart_id=cart
    )
