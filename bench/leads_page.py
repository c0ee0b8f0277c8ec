"""The console's page of leads over HTTP, as a browser gets it. Part of `python -m bench.read_model`."""

import asyncio
import re
import statistics
import tempfile
import time
from html import unescape
from pathlib import Path

import aiohttp

from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.adapters.server_process import free_port
from intentflow.console.tokens import make_token
from intentflow.settings import Settings

TIMES = 30
TURNED = 60  # pages one after the other
ADDRESSES = {
    "the page": "/leads",
    "the page, an id's beginning": "/leads?q=u-10",
    "the page, a company and a filter": "/leads?q=example&axis=engagement&least=40&sort=fit",
    "the page of the overview": "/",
}
NEXT = re.compile(r'rel="next" href="([^"]+)"')
Took = tuple[float, float]  # milliseconds: the median, the most


async def console_pages(redis_url: str) -> dict[str, Took]:
    """What each page takes from the request to its last byte."""
    token, kept = make_token("viewer")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(redis_url=redis_url, console_port=free_port(), console_tokens=(kept,), data=Path(folder))
        with EmbeddedCommand("console --no-projector", settings, Path(folder) / "console.log"):
            place, said = f"http://127.0.0.1:{settings.console_port}", {"Authorization": f"Bearer {token}"}
            async with aiohttp.ClientSession(place, headers=said) as browser:
                await _until_it_answers(browser)
                found = {name: await _asked(browser, [address] * TIMES) for name, address in ADDRESSES.items()}
                return found | {f"{TURNED} pages, one after the other": await _turned(browser)}


async def _until_it_answers(browser: aiohttp.ClientSession) -> None:
    for _ in range(300):
        try:
            async with browser.get("/leads") as answer:
                answer.raise_for_status()
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.1)
    raise TimeoutError("the console does not answer")


async def _asked(browser: aiohttp.ClientSession, addresses: list[str]) -> Took:
    took = [(await _page(browser, address))[1] for address in addresses]
    return statistics.median(took), max(took)


async def _turned(browser: aiohttp.ClientSession) -> Took:
    """Page after page, by its own link."""
    address, took = "/leads", list[float]()
    for _ in range(TURNED):
        text, ms = await _page(browser, address)
        took.append(ms)
        address = unescape(NEXT.findall(text)[0])
    return statistics.median(took), max(took)


async def _page(browser: aiohttp.ClientSession, address: str) -> tuple[str, float]:
    since = time.perf_counter()
    async with browser.get(address) as answer:
        answer.raise_for_status()
        text = await answer.text()
    return text, (time.perf_counter() - since) * 1000
