"""The browser's trackers of Segment, RudderStack, PostHog and Snowplow in a real Chromium, on a page of another origin.

The page is `examples/trackers.html`: each tracker is told host and key and nothing else. A person looks at it, puts a kettle into the
cart, signs in, buys it, and closes the page.
"""

import re
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, sync_playwright

from intentflow.domain.lead import Lead
from tests.clients.doors import Doors, aliases_of
from tests.clients.packages import browser_libraries
from tests.clients.shop import Shop

pytestmark = [pytest.mark.broker, pytest.mark.slow]

FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"  # a headless one is a robot
CLIENTS = ("segment", "rudderstack", "posthog", "snowplow")
SNOWPLOW = "/com.snowplowanalytics.snowplow/tp2"
LEAVING = 500  # ms for what a page sends as it is left
VISITED = ["cart.add", "landing_page.land", "link"]


@pytest.fixture(scope="module")
def said(doors: Doors) -> list[str]:
    """What the page said in its console, while Ann was at the shop; what she did has arrived."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed (Debian and Ubuntu have it as the package chromium)")
    heard: list[str] = []
    with Shop(browser_libraries()) as shop, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS.split())
        page = browser.new_context(user_agent=AGENT).new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        visit(page, doors, shop)
        browser.close()
    doors.until_all_are("customer", [f"l:web-{client}-ann" for client in CLIENTS])
    return heard


def visit(page: Page, doors: Doors, shop: Shop) -> None:
    """Ann comes by a campaign, puts a kettle into the cart, signs in, buys it and leaves: what still waits is sent then."""
    query = {"host": doors.url, "key": doors.key, "utm_campaign": "spring", "headless": "yes"}
    does(page, lambda: page.goto(f"{shop.url}?{urlencode(query)}"), "/v1/p", "/v1/page", SNOWPLOW)
    does(page, lambda: page.click("#add"), "/v1/t", "/v1/track", SNOWPLOW)
    does(page, lambda: page.click("#sign"), "/v1/i", "/v1/identify")
    does(page, lambda: page.click("#order"), "/v1/t", "/v1/track", SNOWPLOW)
    page.goto("about:blank")
    page.wait_for_timeout(LEAVING)


def does(page: Page, what: Callable[[], object], *paths: str) -> None:
    """Do it, and wait for the answers from these paths. PostHog sends when it likes, at the latest when the page is left."""
    with ExitStack() as answers:
        for path in paths:
            answers.enter_context(page.expect_response(re.compile(re.escape(path) + "$")))
        what()


@pytest.fixture(scope="module")
def leads(doors: Doors, said: list[str]) -> dict[str, Lead]:
    """What became of everybody."""
    return doors.leads()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_tracker_with_host_and_key_alone_makes_a_customer_of_a_visitor(
    client: str, doors: Doors, leads: dict[str, Lead]
):
    ann = f"l:web-{client}-ann"
    (browser,) = [key for key in aliases_of(ann, leads) if key.startswith("v:")]
    assert [kind for _, kind in doors.events([browser])] == VISITED
    assert [kind for _, kind in doors.events([ann])] == ["cart.purchase"] + ["profile"] * (client != "snowplow")
    engagement, fit, intent = doors.scores(leads[ann])
    assert engagement == pytest.approx(28 + 8, rel=1e-3), "the purchase and the campaign's link"
    assert intent == pytest.approx(10, rel=1e-3), "the cart"
    assert fit == (0 if client == "snowplow" else 2), "the city, if it was told"


@pytest.mark.parametrize("client", [client for client in CLIENTS if client != "snowplow"])
def test_an_address_that_was_told_is_the_customers(client: str, leads: dict[str, Lead]):
    assert f"l:web-{client}-ann@roastery.example" in aliases_of(f"l:web-{client}-ann", leads)


def test_nothing_is_refused_and_no_browser_complains(doors: Doors, said: list[str]):
    assert doors.rejections() == []
    assert said == []
