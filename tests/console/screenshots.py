"""The pictures of docs/console.md: `python -m tests.console.screenshots` fills a stack with made-up traffic and takes them.

They hold what their pages showed; no test compares them. Look at each before it is committed. `--everything FOLDER` takes every page whole,
in light, in the dark and on a phone, to look at.
"""

import argparse
import asyncio
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.producing import BatchProducer
from intentflow.simulate import traffic
from intentflow.wire.murmur2 import partition_of
from tests.console.shop import PARTITIONS, Shop, entered, launched, open_shop

FOLDER = Path("docs/console")
PEOPLE, DAYS, SEED = 1500, 21, 7
DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
BEFORE_SECONDS = 280  # in which all but the latest events come, so that the chart of five minutes is full
LIVE, LIVE_PER_SECOND = 4_000, 80  # events that come while the pictures are taken
LARGEST = 150_000  # bytes of a picture


class Picture(NamedTuple):
    """One file, and how its page is looked at."""

    name: str
    path: str
    dark: bool = False
    phone: bool = False


PAGES = {"overview": "/", "leads": "/leads", "lead": "sql", "model": "/model", "rejections": "/rejections"}
BOTH = ("overview", "lead")
PICTURES = (
    *(Picture(name, path) for name, path in PAGES.items()),
    *(Picture(f"{name}-dark", PAGES[name], dark=True) for name in BOTH),
    *(Picture(f"{name}-phone", PAGES[name], phone=True) for name in BOTH),
)
LOOKS = (
    *(Picture(name, path) for name, path in PAGES.items()),
    *(Picture(f"{name}-dark", path, dark=True) for name, path in PAGES.items()),
    *(Picture(f"{name}-phone", path, phone=True) for name, path in PAGES.items()),
)


def main() -> None:
    """All pictures, anew: six minutes."""
    parser = argparse.ArgumentParser(prog="python -m tests.console.screenshots", description=__doc__)
    parser.add_argument("--everything", type=Path, metavar="FOLDER", help="every page whole instead, in each look")
    parser.add_argument(
        "--seconds", type=float, default=BEFORE_SECONDS, help="in which events come before (%(default)s)"
    )
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedKafka(Path(folder) / "kafka") as kafka,
        open_shop(kafka.bootstrap, Path(folder)) as shop,
    ):
        asyncio.run(_pictures(shop, asked.seconds, asked.everything))


async def _pictures(shop: Shop, seconds: float, everything: Path | None) -> None:
    made = list(traffic(SEED, PEOPLE, int(time.time() * 1000), DAYS))
    await _send(shop, made[:-LIVE], (len(made) - LIVE) / seconds)
    going = asyncio.create_task(_send(shop, made[-LIVE:], LIVE_PER_SECOND))
    await asyncio.sleep(10)
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        for picture in PICTURES if everything is None else LOOKS:
            await _take(browser, shop, picture, FOLDER if everything is None else everything)
    going.cancel()


async def _send(shop: Shop, made: Sequence[tuple[int, bytes, bytes]], rate: float) -> None:
    async with BatchProducer(shop.settings.bootstrap) as producer:
        for number, (at, key, value) in enumerate(made):
            await producer.add(shop.names.events, partition_of(key, PARTITIONS), key, value, at)
            if number % 20 == 0:
                await producer.flush()
                wave = 1 + 0.5 * math.sin(number / 900) + 0.2 * math.sin(number / 130)
                await asyncio.sleep(20 / rate / wave)


async def _take(browser: Browser, shop: Shop, picture: Picture, folder: Path) -> None:
    size = PHONE if picture.phone else DESK
    scheme = "dark" if picture.dark else "light"
    context = await entered(browser, shop, "operator", viewport=size, color_scheme=scheme)
    page = await context.new_page()
    await _open(page, picture.path)
    await page.wait_for_timeout(1500)
    file = folder / f"{picture.name}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=file, full_page=folder != FOLDER)
    await context.close()
    sys.stdout.write(f"{file} {file.stat().st_size:,} bytes{' TOO LARGE' if file.stat().st_size > LARGEST else ''}\n")


async def _open(page: Page, path: str) -> None:
    """The page; a stage stands for one of its leads."""
    if path.startswith("/"):
        await page.goto(path)
        if path == "/rejections":
            await page.locator(".refused > li > details > summary").nth(2).click()
    else:
        await page.goto(f"/leads?stage={path}&sort=intent")
        await page.locator("tbody a").nth(1).click()
        await page.get_by_role("button", name="What would bring it there?").click()
        await page.locator("#ways h3").first.wait_for()
        await page.evaluate("scrollTo(0, 0)")


if __name__ == "__main__":
    main()
