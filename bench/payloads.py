"""The input: seeded events of a shop, about 300 bytes of JSON each."""

import random
from collections.abc import Iterator
from itertools import accumulate

from intentflow.wire.changes import rfc3339
from intentflow.wire.events import encode
from intentflow.domain.event import AnyEvent, Campaign, Cart, LandingPage, NewsletterSignup, Page, WebsiteVisit
from datetime import datetime

DAYS = 14
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120"
SITE = "https://shop.example.com"
PRODUCTS = [f"{SITE}/products/{n}/some-long-product-name-{n}" for n in range(1000)]
READING = [f"{SITE}/blog/{n}/what-we-think-of-it" for n in range(300)] + [f"{SITE}/about", f"{SITE}/", f"{SITE}/help"]
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
        yield time, f"l:{name}".encode(), encode(_event(rng, number, name, time))


def _event(rng: random.Random, number: int, lead: str, time: int) -> AnyEvent:
    shared = {
        "event_id": f"{number:012d}-{rng.getrandbits(48):012x}",
        "occurred_at": datetime.fromisoformat(rfc3339(time)),
        "lead_id": lead,
        "user_agent": AGENT,
    }
    what = rng.random()
    if what < 0.85:
        url = rng.choice(PRODUCTS) if what < 0.45 else f"{SITE}/pricing" if what < 0.48 else rng.choice(READING)
        return WebsiteVisit(page=Page(url=url, title="Shop"), **shared)
    if what < 0.92:
        return LandingPage(page=Page(url=f"{SITE}/spring"), campaign=SPRING if what < 0.88 else None, **shared)
    if what < 0.94:
        return NewsletterSignup(action=rng.choice(["signup", "confirm", "open", "click"]), page=Page(url=f"{SITE}/news"), **shared)
    action = rng.choice(["add", "add", "add", "view", "remove", "shipping_quote", "checkout", "purchase"])
    return Cart(action=action, cart_id=f"cart-{lead}", page=Page(url=f"{SITE}/cart"), **shared)
