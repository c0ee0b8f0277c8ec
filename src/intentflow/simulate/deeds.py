"""What somebody does, as the fields of an event; who and when are put in by `people`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from intentflow.simulate.dice import Dice
from intentflow.simulate.shop import (
    ARTICLES,
    CAMPAIGNS,
    CAREERS,
    DOWNLOADS,
    LANDINGS,
    LOST,
    NOT_FOR_US,
    NOT_NOW,
    PAGES,
    POSTS,
    PRICES,
    SEARCH_ENGINES,
    SEARCHES,
    SHIPPING,
    SITE,
    Article,
)

Fields = dict[str, Any]


@dataclass(slots=True)
class Basket:
    """What somebody has put together; a new cart begins after a purchase."""

    number: int = 1
    articles: list[Article] = field(default_factory=list)


Doing = Callable[[Dice, Basket], Fields]


def _visit(action: str, paths: Sequence[str], from_search: float = 0.0) -> Doing:
    def do(dice: Dice, _basket: Basket) -> Fields:
        page = {"url": SITE + dice.pick(paths)}
        if dice.happens(from_search):
            page["referrer"] = dice.pick(SEARCH_ENGINES)
        return {"family": "website_visit", "action": action, "page": page}

    return do


def _newsletter(action: str) -> Doing:
    def do(_dice: Dice, _basket: Basket) -> Fields:
        page = {"page": {"url": f"{SITE}/newsletter"}} if action == "signup" else {}
        return {"family": "newsletter_signup", "action": action, **page}

    return do


def _form(path: str, form: str) -> Doing:
    def do(_dice: Dice, _basket: Basket) -> Fields:
        return {
            "family": "landing_page",
            "action": "submit",
            "page": {"url": SITE + path},
            "attributes": {"form": form},
        }

    return do


def _cart(action: str) -> Doing:
    def do(_dice: Dice, basket: Basket) -> Fields:
        return {"family": "cart", "action": action, "cart_id": f"c{basket.number}"}

    return do


def _outcome(action: str, reasons: Sequence[str] = ()) -> Doing:
    """Not done by them: sales says it."""

    def do(dice: Dice, _basket: Basket) -> Fields:
        said = {"reason": dice.pick(reasons)} if reasons else {}
        return {"family": "outcome", "action": action, **said}

    return do


def land(dice: Dice, _basket: Basket) -> Fields:
    """Come through a link of a campaign."""
    name, source, medium = dice.pick(CAMPAIGNS)
    url = f"{SITE}{dice.pick(LANDINGS)}?utm_source={source}&utm_medium={medium}&utm_campaign={name}"
    campaign = {"name": name, "source": source, "medium": medium}
    return {"family": "landing_page", "action": "land", "page": {"url": url}, "campaign": campaign}


def land_by_chance(dice: Dice, _basket: Basket) -> Fields:
    """Hit on a landing page without a link that was meant for them."""
    page = {"url": SITE + dice.pick(LANDINGS), "referrer": dice.pick(SEARCH_ENGINES)}
    return {"family": "landing_page", "action": "land", "page": page}


def add(dice: Dice, basket: Basket) -> Fields:
    """Put an article into the cart."""
    article = dice.pick(ARTICLES)
    basket.articles.append(article)
    return _cart("add")(dice, basket) | {"lines": [_line(article)], "value": _total(basket.articles)}


def remove(dice: Dice, basket: Basket) -> Fields:
    """Take the last article out again."""
    lines = {"lines": [_line(basket.articles.pop())]} if basket.articles else {}
    return _cart("remove")(dice, basket) | lines | {"value": _total(basket.articles)}


def purchase(dice: Dice, basket: Basket) -> Fields:
    """Buy what is in the cart; the next one is a new cart."""
    bought = _cart("purchase")(dice, basket)
    bought |= {"lines": [_line(article) for article in basket.articles], "value": _total(basket.articles)}
    basket.number, basket.articles = basket.number + 1, []
    return bought


def order_sample(_dice: Dice, _basket: Basket) -> Fields:
    """Have a sample sent."""
    return {"family": "cart", "action": "purchase", "cart_id": "sample", "attributes": {"sample": True}}


def _line(article: Article) -> Fields:
    return {"sku": article.sku, "name": article.name, "price": {"amount": article.price, "currency": "EUR"}}


def _total(articles: list[Article]) -> Fields:
    cents = sum(int(article.price.replace(".", "")) for article in articles)
    return {"amount": f"{cents // 100}.{cents % 100:02}", "currency": "EUR"}


DEEDS: dict[str, Doing] = {
    "blog": _visit("view", POSTS, from_search=0.3),
    "page": _visit("view", PAGES, from_search=0.2),
    "product": _visit("view", tuple(article.path for article in ARTICLES)),
    "price": _visit("view", PRICES),
    "shipping_page": _visit("view", SHIPPING),
    "career": _visit("view", CAREERS),
    "search": _visit("search", SEARCHES),
    "video": _visit("video", POSTS),
    "download": _visit("download", DOWNLOADS),
    "compare": _visit("competitor_compare", ("/compare",)),
    "landing": land,
    "chance_landing": land_by_chance,
    "sample_form": _form("/lp/sample", "sample"),
    "trial_form": _form("/lp/trial", "trial"),
    "sign_up": _newsletter("signup"),
    "confirm": _newsletter("confirm"),
    "open_mail": _newsletter("open"),
    "click_mail": _newsletter("click"),
    "unsubscribe": _newsletter("unsubscribe"),
    "bounce_mail": _newsletter("bounce"),
    "add": add,
    "remove": remove,
    "view_cart": _cart("view"),
    "quote": _cart("shipping_quote"),
    "check_out": _cart("checkout"),
    "purchase": purchase,
    "sample_order": order_sample,
    "accept": _outcome("accepted"),
    "reject": _outcome("rejected", NOT_FOR_US),
    "recycle": _outcome("recycled", NOT_NOW),
    "win": _outcome("won"),
    "lose": _outcome("lost", LOST),
}
