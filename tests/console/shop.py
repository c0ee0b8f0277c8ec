"""A whole stack with a console before it, and people who come by: what the tests in a browser share."""

import asyncio
import itertools
import re
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Browser, BrowserContext, Playwright

from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.adapters.embedded_valkey import EmbeddedValkey
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.console.tokens import make_token
from intentflow.domain.change import rfc3339
from intentflow.settings import Settings
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.topic_names import TopicNames

CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
PARTITIONS = 2
SOON = 20_000  # ms that a browser waits for what is to be seen
PATIENCE_SECONDS = 60.0
MINUTE, DAY = 60_000, 86_400_000
PAYLOAD = "<img src=x onerror=\"window.pwned='{}'\"><script>window.pwned='{}'</script>'\"--></title>"


def payload(place: str) -> str:
    """Text that runs if it is put into a page as it is."""
    return PAYLOAD.format(place, place)


class Shop:
    """The running stack: `address` of the console, tokens, and how people come by."""

    def __init__(self, settings: Settings, address: str, valkey: EmbeddedValkey, tokens: dict[str, str]) -> None:
        self.settings, self.address, self.valkey, self.tokens = settings, address, valkey, tokens
        self.names = TopicNames(settings.prefix, settings.app_id)
        self._numbers = itertools.count()

    async def send(self, *values: bytes) -> None:
        """These are on the events topic."""
        async with BatchProducer(self.settings.bootstrap) as producer:
            for value in values:
                key = _key(value)
                number = 0 if key is None else partition_of(key, PARTITIONS)
                await producer.add(self.names.events, number, key, value, int(time.time() * 1000))

    def event(self, lead: str, at: int, **event: object) -> bytes:
        """Something that somebody did at that time, in epoch milliseconds."""
        who = {"visitor_id": lead[2:]} if lead.startswith("v:") else {"email" if "@" in lead else "lead_id": lead}
        said = {"event_id": f"e{next(self._numbers)}", "occurred_at": rfc3339(at), **who, **event}
        return msgspec.json.encode(said)

    def signs_up(self, lead: str, at: int) -> tuple[bytes, bytes]:
        """What makes an mql of somebody."""
        sign_up = {"family": "newsletter_signup"}
        return self.event(lead, at, action="signup", **sign_up), self.event(lead, at + 1, action="confirm", **sign_up)

    async def fill(self) -> None:
        """Some people, one of them full of markup, and records that are no events."""
        now, ann, evil = int(time.time() * 1000), "ann@roastery.co.uk", payload("lead")[:120]
        cart, person = (
            payload("cart")[:120],
            {"company": payload("company"), "first_name": payload("name"), "city": "Leeds"},
        )
        land = {"page": {"url": f"https://x.example/{payload('url')}"}, "campaign": {"name": payload("campaign")}}
        await self.send(
            *self.signs_up(ann, now - 3 * DAY),
            self.event(ann, now - DAY, family="cart", action="add", cart_id=cart),
            self._visits(ann, now - MINUTE, "pricing"),
            *self.signs_up(evil, now - 2 * DAY),
            self.event(evil, now - DAY, family="profile", profile=person, provenance="form", given_freely=True),
            self.event(evil, now - DAY + 1, family="outcome", action="rejected", reason=payload("reason")),
            self.event(evil, now - MINUTE, family="landing_page", action="land", **land),
            *(self._visits(f"u-{number:03}", now - number * MINUTE, "products/1") for number in range(60)),
            b"{" + payload("value").encode(),
            b"\xff\xfe\x00",
            msgspec.json.encode({"family": payload("family")}),
        )

    def _visits(self, lead: str, at: int, where: str) -> bytes:
        page = {"url": f"https://x.example/{where}"}
        return self.event(lead, at, family="website_visit", action="view", page=page)


def _key(value: bytes) -> bytes | None:
    try:
        said = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if lead := said.get("lead_id") or said.get("email"):
        return f"l:{lead}".encode()
    return f"v:{said['visitor_id']}".encode() if "visitor_id" in said else None


@contextmanager
def open_shop(bootstrap: str, folder: Path) -> Iterator[Shop]:
    """Valkey, a worker, a projector and a console, on a Kafka that is there already."""
    tokens = {role: make_token(role) for role in ("viewer", "operator")}
    with EmbeddedValkey(folder, port=_free_port()) as valkey:
        settings = Settings(
            bootstrap=bootstrap,
            prefix="shop",
            app_id="shop",
            partitions=PARTITIONS,
            data=folder,
            redis_url=valkey.url,
            metrics_port=0,
            projector_metrics_port=0,
            console_port=_free_port(),
            console_tokens=tuple(kept for _, kept in tokens.values()),
        )
        asyncio.run(ensure(bootstrap, app_topics(TopicNames("shop", "shop"), partitions=PARTITIONS)))
        log = folder / "console.log"
        with (
            EmbeddedCommand("worker", settings, folder / "worker.log"),
            EmbeddedCommand("console", settings, log) as console,
        ):
            address = _address(console, log)
            yield Shop(settings, address, valkey, {role: token for role, (token, _) in tokens.items()})


def _address(console: EmbeddedCommand, log: Path) -> str:
    """What the console says where it is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        console.require_alive()
        if said := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
            return said[0]
        time.sleep(0.1)
    raise TimeoutError(log.read_text())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


async def launched(playwright: Playwright) -> Browser:
    """The system's Chromium."""
    return await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


async def entered(browser: Browser, shop: Shop, role: str = "viewer", **options: Any) -> BrowserContext:
    """A browser that was let in."""
    context = await browser.new_context(base_url=shop.address, **options)
    context.set_default_timeout(SOON)
    await context.add_cookies([{"name": "intentflow_token", "value": shop.tokens[role], "url": shop.address}])
    return context
