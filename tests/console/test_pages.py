"""A person walks through the console in a real browser, before a real stack: Kafka, Valkey, a worker, a projector."""

import re
import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, ViewportSize, async_playwright, expect

from intentflow.adapters.offsets import records
from tests.console.shop import CHROMIUM, PARTITIONS, SOON, Shop, entered, launched, open_shop, payload

ANN, EVIL = "/leads/l:ann@roastery.co.uk", f"/leads/{quote('l:' + payload('lead')[:120], safe=':')}"
PAGES = ("/", "/leads", ANN, "/model", "/rejections", "/leads/l:nobody")
MARKED = (
    "/",
    "/leads",
    EVIL,
    "/rejections",
    f"/leads?q={quote(payload('q'))}",
    f"/rejections?reason={quote(payload('r'))}",
)
PHONE = ViewportSize(width=390, height=844)
MINUTE = 60_000

pytestmark = [
    pytest.mark.broker,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        CHROMIUM is None, reason="chromium is not installed (Debian and Ubuntu have it as the package chromium)"
    ),
]


@pytest.fixture(scope="module")
def shop(kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(kafka.bootstrap, tmp_path_factory.mktemp("shop")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(shop: Shop) -> AsyncIterator[Browser]:
    """Chromium; the shop has people in it."""
    await shop.fill()
    async with async_playwright() as playwright:
        running = await launched(playwright)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, shop: Shop) -> AsyncIterator[Page]:
    """A viewer's page. Whatever it says on its console is wrong."""
    expect.set_options(timeout=SOON)
    context = await entered(browser, shop)
    opened, said = await context.new_page(), list[str]()
    opened.on("console", lambda message: said.append(_line(message)))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    await context.close()
    assert [line for line in said if line] == []


def _line(message: ConsoleMessage) -> str:
    """What is wrong; that a page was not there is what was asked for."""
    is_meant = "the server responded with a status of 404" in message.text
    return "" if is_meant else f"{message.type}: {message.text} ({message.location.get('url')})"


async def shown(page: Page, what: Locator) -> None:
    """It is on the page, which is opened again until it is."""
    deadline = time.monotonic() + SOON / 1000
    while not await what.count() and time.monotonic() < deadline:
        await page.wait_for_timeout(200)
        await page.reload()
    await expect(what.first).to_be_visible()


async def test_a_lead_is_seen_to_be_promoted_while_one_watches(page: Page, shop: Shop):
    await page.goto("/")
    await expect(page.locator(".health", has_text="All well")).to_be_visible()
    mqls = page.locator("#funnel li", has=page.get_by_text("mql", exact=True)).locator(".count")
    before = int(await mqls.inner_text())
    await shop.send(*shop.signs_up("live@example.com", int(time.time() * 1000) - MINUTE))
    row = page.locator("#feed li", has_text="live@example.com", has=page.locator("b", has_text="mql"))
    await expect(row.locator(".up")).to_have_text("↑")
    await expect(mqls).to_have_text(str(before + 1))
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("live@example.com")


async def test_a_page_of_a_lead_is_drawn_anew_when_something_happens_to_it(page: Page, shop: Shop):
    now = int(time.time() * 1000)
    await shop.send(*shop.signs_up("again@example.com", now - MINUTE))
    await page.goto("/leads?q=again@")
    await shown(page, page.get_by_role("link", name="again@example.com"))
    await page.get_by_role("link", name="again@example.com").click()
    await expect(page.locator(".title .stage")).to_have_text("mql")
    sample = {
        "family": "landing_page",
        "action": "submit",
        "page": {"url": "https://x.example/s"},
        "attributes": {"form": "sample"},
    }
    await shop.send(shop.event("again@example.com", now, **sample))
    await expect(page.locator(".title .stage")).to_have_text("pql")


async def test_the_feed_stands_still_while_it_is_paused_and_catches_up(page: Page, shop: Shop):
    await page.goto("/")
    pause = page.get_by_role("button", name="Pause")
    await pause.click()
    now = int(time.time() * 1000)
    await shop.send(*shop.signs_up("paused@example.com", now - MINUTE))
    funnel = page.locator("#funnel li", has=page.get_by_text("mql", exact=True))
    await expect(funnel).to_be_visible()
    await expect(page.locator("#rates dd").nth(1)).not_to_have_text("0")
    await page.wait_for_function("async () => (await (await fetch('/')).text()).includes('paused@example.com')")
    assert await page.locator("#feed").get_by_text("paused@example.com").count() == 0
    await page.get_by_role("button", name="Go on").click()
    await expect(page.locator("#feed").get_by_text("paused@example.com").first).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_sound_for_a_screen_reader_in_light_and_in_the_dark_on_a_phone(page: Page, path: str):
    await page.goto(path)
    await _open_all(page)
    assert await _stumbles(page) == []
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size(PHONE)
    assert await _stumbles(page) == [], "in the dark, on a phone"
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def _stumbles(page: Page) -> list[str]:
    """What axe finds."""
    found = await Axe().run(page)
    violations = found.response["violations"]
    return [f"{one['id']} ({one['impact']}): {[node['target'] for node in one['nodes'][:3]]}" for one in violations]


async def _open_all(page: Page) -> None:
    """Everything that is folded is unfolded."""
    for opened in await page.locator("details > summary").all():
        if await opened.is_visible():
            await opened.click()


@pytest.mark.parametrize("path", MARKED)
async def test_markup_in_what_people_send_is_text(page: Page, path: str):
    await page.goto(path)
    await _open_all(page)
    assert "onerror" in await page.content()
    assert await page.evaluate("window.pwned") is None
    assert await page.locator("img, main script").count() == 0


async def test_long_text_does_not_make_a_phone_scroll_sideways(page: Page):
    await page.set_viewport_size(PHONE)
    await page.goto(EVIL)
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_the_bytes_of_a_rejection_are_shown_and_not_run(page: Page):
    await page.goto("/rejections?reason=not_json")
    await page.locator(".refused > li > details > summary").last.click()
    await expect(page.locator(".bytes").last).to_be_attached()
    shown = " ".join(await page.locator(".refused .bytes").all_text_contents())
    assert payload("value") in shown
    assert "ff fe 00" in shown
    assert await page.evaluate("window.pwned") is None


async def test_the_keyboard_is_enough(page: Page):
    await page.goto("/")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.keyboard.press("/")
    await expect(page.locator("#search")).to_be_focused()
    await page.keyboard.type("ann@")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/leads\?q=ann%40$"))
    await page.locator("tbody a").first.focus()
    outline = await page.locator("tbody a").first.evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid"
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("ann@roastery.co.uk")
    await page.keyboard.press("/")
    await expect(page.locator("#search")).to_be_focused()


async def test_leads_are_searched_filtered_sorted_and_turned_page_by_page(page: Page):
    await page.goto("/leads")
    rows = page.locator("#results tbody tr")
    await expect(rows).to_have_count(50)
    first = await rows.first.inner_text()
    await page.get_by_role("link", name="Next page").click()
    await expect(page.get_by_role("link", name="First page")).to_be_visible()
    assert await rows.first.inner_text() != first
    await page.goto("/leads")
    await page.locator("#search").press_sequentially("u-00")
    await expect(rows).to_have_count(10)
    await expect(page).to_have_url(re.compile("q=u-00"))
    await page.get_by_label("Stage").select_option("mql")
    await expect(page.get_by_text("Nobody is like that.")).to_be_visible()
    await page.get_by_role("link", name="Clear", exact=True).click()
    await page.get_by_label("Stage").select_option("mql")
    await expect(rows.first.locator(".stage")).to_have_text("mql")
    await page.get_by_role("link", name="engagement").click()
    await expect(page.locator("th[aria-sort]")).to_have_text(re.compile("engagement"))
    points = [float(text) for text in await page.locator("#results tbody td[data-label=engagement]").all_inner_texts()]
    assert points == sorted(points, reverse=True)
    await page.get_by_label("Points", exact=True).fill("29")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("least=29"))
    assert "sort=engagement" in page.url
    await page.go_back()
    await expect(page).not_to_have_url(re.compile("least="))


async def test_a_lead_has_its_receipts_that_add_up_its_curve_and_what_would_bring_it_further(page: Page):
    await page.goto(ANN)
    tables = page.locator("table.receipts tbody")
    for at in range(await tables.count()):
        total, *parts = (_points(text) for text in await tables.nth(at).locator(".num").all_inner_texts())
        assert abs(total - sum(parts)) <= 0.05 * (len(parts) + 1)
    await expect(page.locator("#curve canvas")).to_be_visible()
    await page.get_by_text("The curve as a table").click()
    assert await page.get_by_role("region", name="The curve as a table").locator("tbody tr").count() > 2
    await page.get_by_role("button", name="What would bring it there?").click()
    await expect(page.locator("#ways h3").first).to_contain_text("if it")


def _points(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))


async def test_light_and_dark_are_chosen_and_remembered(page: Page):
    await page.goto("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    await page.get_by_role("button", name="Light or dark").click()
    dark = await page.evaluate(ground)
    await page.goto("/model")
    assert await page.evaluate(ground) == dark != light


async def test_without_scripts_the_pages_are_there_all_the_same(browser: Browser, shop: Shop):
    context = await entered(browser, shop, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/leads?q=ann@")
    await page.get_by_role("link", name="ann@roastery.co.uk").click()
    await expect(page.locator(".receipts")).to_be_visible()
    await context.close()


async def test_only_an_operator_has_refused_records_sent_again(page: Page, browser: Browser, shop: Shop):
    await page.goto("/rejections?reason=unknown_family")
    assert await page.get_by_role("button", name="again").count() == 0
    assert await _forged(page, shop, "viewer") == 403
    context = await entered(browser, shop, "operator")
    operator = await context.new_page()
    await operator.goto("/rejections?reason=unknown_family")
    assert await _forged(operator, shop, "operator") == 403
    before = await _held(shop)
    await operator.locator(".refused > li > details > summary").click()
    await operator.get_by_role("button", name="Send it again").click()
    await expect(operator.get_by_role("heading", level=1)).to_have_text("1 record sent again")
    after = await _held(shop)
    assert after[len(before) :] == [value for value in before if b'"family"' in value and b"pwned='family'" in value]
    await context.close()


async def _forged(page: Page, shop: Shop, role: str) -> int:
    """What somebody is told whose form did not come from the page."""
    cookies = f"intentflow_token={shop.tokens[role]}; csrf=y"
    form = {"reason": "unknown_family", "csrf": "x"}
    answer = await page.request.post("/rejections/replay", form=form, headers={"Cookie": cookies})  # type: ignore[arg-type]
    return answer.status


async def _held(shop: Shop) -> list[bytes]:
    """What the events topic holds, in the order of its times."""
    found = [record async for record in records(shop.settings.bootstrap, [shop.names.events], PARTITIONS)]
    return [record.value for record in sorted(found, key=lambda record: record.timestamp)]


async def test_a_page_says_what_is_wrong_and_recovers_by_itself(browser: Browser, shop: Shop):
    context = await entered(browser, shop)
    overview, leads = await context.new_page(), await context.new_page()
    await overview.goto("/")
    shop.valkey.stop()
    try:
        await expect(overview.locator("#health")).to_contain_text("Redis does not answer")
        await expect(overview.locator("#funnel")).to_contain_text("Not to be read just now")
        answer = await leads.goto(ANN)
        assert answer is not None
        assert answer.status == 503
    finally:
        shop.valkey.start()
    await expect(leads.get_by_role("heading", level=1)).to_have_text("ann@roastery.co.uk")
    await expect(overview.locator("#funnel li").first).to_be_attached()
    await expect(overview.locator(".health", has_text="All well")).to_be_visible()
    await context.close()


async def test_nothing_is_shown_without_a_token(browser: Browser, shop: Shop):
    context = await browser.new_context(base_url=shop.address)
    page = await context.new_page()
    answer = await page.goto("/leads")
    assert answer is not None
    assert answer.status == 401
    await page.get_by_label("Token").fill(shop.tokens["viewer"])
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    assert "token" not in page.url
    await context.close()
