"""The Python clients of Segment, RudderStack, Snowplow and PostHog, told nothing but host and key.

Each tells the same story of one Ann: she comes by a campaign, puts a kettle into her cart, signs in, goes to the checkout and buys it.
"""

from collections.abc import Callable

import pytest
from posthog import Posthog
from rudderstack.analytics.client import Client as RudderStack
from segment.analytics.client import Client as Segment
from snowplow_tracker import (
    EmitterConfiguration,
    PageView,
    SelfDescribing,
    SelfDescribingJson,
    Snowplow,
    StructuredEvent,
    Subject,
)

from tests.clients.doors import Doors, aliases_of

pytestmark = pytest.mark.broker

URL = "https://shop.example/spring?utm_campaign=spring&utm_source=news"
KETTLE = {"sku": "kettle", "name": "Kettle", "price": 39.9, "quantity": 1, "currency": "EUR"}
ORDER = {"order_id": "o-1", "total": 39.9, "currency": "EUR", "products": [KETTLE]}
SHOP = "iglu:com.snowplowanalytics.snowplow.ecommerce"


def by_calls(client: "Segment | RudderStack", name: str) -> None:
    """Segment's and RudderStack's clients are called alike."""
    browser, ann = f"{name}-browser", f"{name}-ann"
    client.page(anonymous_id=browser, properties={"url": URL})
    client.track(anonymous_id=browser, event="Product Added", properties=KETTLE)
    client.identify(ann, traits={"email": f"{ann}@roastery.example", "city": "Leeds"}, anonymous_id=browser)
    client.track(ann, "Checkout Started", {"products": [KETTLE], "value": 39.9, "currency": "EUR"})
    client.track(ann, "Order Completed", ORDER)
    client.flush()
    client.join()


def segment(doors: Doors) -> None:
    by_calls(Segment(doors.key, host=doors.url), "segment")


def rudderstack(doors: Doors) -> None:
    by_calls(RudderStack(doors.key, host=doors.url), "rudderstack")


def posthog(doors: Doors) -> None:
    client = Posthog(doors.key, host=doors.url)
    unknown = {"$process_person_profile": False}
    client.capture("$pageview", distinct_id="posthog-browser", properties={"$current_url": URL, **unknown})
    client.capture("Product Added", distinct_id="posthog-browser", properties=KETTLE | unknown)
    client.alias("posthog-browser", "posthog-ann")
    client.set(distinct_id="posthog-ann", properties={"email": "posthog-ann@roastery.example", "city": "Leeds"})
    client.capture("Checkout Started", distinct_id="posthog-ann", properties={"value": 39.9, "currency": "EUR"})
    client.capture("Order Completed", distinct_id="posthog-ann", properties=ORDER)
    client.shutdown()


def snowplow(doors: Doors) -> None:
    ann = Subject().set_domain_user_id("snowplow-browser")
    tracker = Snowplow.create_tracker(
        "clients", doors.url, app_id=doors.key, subject=ann, emitter_config=EmitterConfiguration(batch_size=3)
    )
    tracker.track(PageView(page_url=URL, page_title="Spring"))
    tracker.track(StructuredEvent(category="shop", action="add to basket", label="kettle"))
    ann.set_user_id("snowplow-ann")
    for step, entities in (
        ("checkout_step", []),
        (
            "transaction",
            [SelfDescribingJson(f"{SHOP}/transaction/jsonschema/1-0-0", {"revenue": 39.9, "currency": "EUR"})],
        ),
    ):
        action = SelfDescribingJson(f"{SHOP}/snowplow_ecommerce_action/jsonschema/1-0-2", {"type": step})
        tracker.track(SelfDescribing(action, context=entities))
    tracker.flush()


CLIENTS: dict[str, Callable[[Doors], None]] = {
    "segment": segment,
    "rudderstack": rudderstack,
    "posthog": posthog,
    "snowplow": snowplow,
}
VISITED = ["cart.add", "landing_page.land", "link"]
BOUGHT = ["cart.checkout", "cart.purchase"]
EVENTS = {  # by client: what is under the key of the browser, of Ann, and of her address
    "segment": [VISITED, [*BOUGHT, "profile"], ["link"]],
    "rudderstack": [VISITED, [*BOUGHT, "profile"], ["link"]],
    "posthog": [VISITED, [*BOUGHT, "profile"], ["link"]],
    "snowplow": [VISITED, BOUGHT, []],  # its protocol has no word for an address
}


@pytest.fixture(scope="module")
def told(doors: Doors) -> Doors:
    """All clients have told their story."""
    for client in CLIENTS.values():
        client(doors)
    doors.until_all_are("customer", [f"l:{name}-ann" for name in CLIENTS])
    return doors


def keys_of(client: str) -> list[str]:
    """The browser, Ann, and her address."""
    return [f"v:{client}-browser", f"l:{client}-ann", f"l:{client}-ann@roastery.example"]


@pytest.mark.parametrize("client", CLIENTS)
def test_what_a_client_tells_is_on_the_topic(client: str, told: Doors):
    keys = keys_of(client)
    found = told.events(keys)
    assert [[kind for key, kind in found if key == wanted] for wanted in keys] == EVENTS[client]


def test_nothing_that_clients_tell_is_refused(told: Doors):
    assert told.rejections() == []


def test_each_ann_is_one_customer_with_what_she_did_before_she_was_known(told: Doors):
    leads = told.leads()
    for client, events in EVENTS.items():
        browser, ann, address = keys_of(client)
        assert {browser, *([address] if events[2] else [])} <= set(aliases_of(ann, leads))
        engagement, fit, intent = told.scores(leads[ann])
        assert engagement == pytest.approx(28 + 8, rel=1e-3), "the purchase and the campaign's link"
        assert intent == pytest.approx(15 + 10, rel=1e-3), "the checkout and the cart"
        assert fit == (2 if events[2] else 0), "the city, if it was told"


def test_the_browser_rises_with_its_landing_and_is_nobody_any_more_once_it_is_known(told: Doors):
    for client in CLIENTS:
        moves = [(one["from"], one["to"], one["cause"]["kind"]) for one in told.changes(f"v:{client}-browser")]
        assert moves == [("suspect", "prospect", "event"), ("prospect", "suspect", "merge")]
