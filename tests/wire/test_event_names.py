"""The table of names: one meaning each, however they are written; a site's own go before."""

import pytest

from intentflow.errors import ConfigError
from intentflow.wire.event_names import NOTHING, PAGE_VIEW, REMEMBERED, TABLE, EventNames, Meaning, actions, plain

NAMES = EventNames()


def test_no_name_stands_in_the_table_twice():
    names = [plain(name) for names in TABLE.values() for name in names.split(";")]
    assert [name for name in names if names.count(name) > 1] == []
    assert all(names)


@pytest.mark.parametrize(
    "written", ["Product Added", "product_added", "productAdded", "product-added", "PRODUCT ADDED", " Product  Added "]
)
def test_a_name_is_the_same_however_it_is_written(written: str):
    assert NAMES.meaning(written) == Meaning("cart", "add")


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Order Completed", Meaning("cart", "purchase")),
        ("Cart Viewed", Meaning("cart", "view")),
        ("Checkout Started", Meaning("cart", "checkout")),
        ("add_shipping_info", Meaning("cart", "shipping_quote")),
        ("Products Searched", Meaning("website_visit", "search")),
        ("Signed Up", Meaning("landing_page", "submit", "sign_up")),
        ("Trial Started", Meaning("landing_page", "submit", "trial")),
        ("Newsletter Signed Up", Meaning("newsletter_signup", "signup")),
        ("page_view", PAGE_VIEW),
        ("Promotion Viewed", NOTHING),
        ("Course Clicked", None),
        ("", None),
    ],
)
def test_a_name_of_the_table_means_what_it_says(name: str, meaning: Meaning | None):
    assert NAMES.meaning(name) == meaning


def test_every_action_of_a_family_that_people_cause_has_a_name():
    meant = {(meaning.family, meaning.action) for meaning in NAMES.known().values()}
    families = ("website_visit", "newsletter_signup", "cart", "landing_page")
    assert {(family, action) for family in families for action in actions(family)} <= meant


def test_a_sites_own_meaning_goes_before_the_tables():
    own = EventNames({"order_completed": "pass", "Lesson Booked": "landing_page.submit form=lesson"})
    assert own.meaning("Order Completed") is NOTHING
    assert own.meaning("lesson booked") == Meaning("landing_page", "submit", "lesson")


@pytest.mark.parametrize(
    "written", ["", "cart", "cart.eat", "shop.add", "cart.add form=", "landing_page.submit form=a b"]
)
def test_a_meaning_that_is_none_is_refused_with_those_that_there_are(written: str):
    with pytest.raises(
        ConfigError, match=r"event_names: 'x': .* write one of website_visit.view\|.*landing_page.land\|submit"
    ):
        EventNames({"x": written})


def test_what_was_looked_up_is_bounded():
    names = EventNames()
    for number in range(REMEMBERED + 10):
        names.meaning(f"x{number}")
    assert names.meaning("Product Added") == Meaning("cart", "add")
    assert len(names._sent) <= REMEMBERED
