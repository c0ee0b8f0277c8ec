"""Events of examples in few words: `signup at 0d`, `visit /pricing at 1d`, `land /spring from spring_sale at 2d`."""

import re

from intentflow.model.durations import shown
from intentflow.model.suggest import did_you_mean

SAYS = {  # the first words -> family and action
    "visit": ("website_visit", "view"),
    "download": ("website_visit", "download"),
    "search": ("website_visit", "search"),
    "video": ("website_visit", "video"),
    "demo": ("website_visit", "demo"),
    "compare": ("website_visit", "competitor_compare"),
    "signup": ("newsletter_signup", "signup"),
    "confirm": ("newsletter_signup", "confirm"),
    "open": ("newsletter_signup", "open"),
    "click": ("newsletter_signup", "click"),
    "unsubscribe": ("newsletter_signup", "unsubscribe"),
    "bounce": ("newsletter_signup", "bounce"),
    "cart add": ("cart", "add"),
    "cart remove": ("cart", "remove"),
    "cart view": ("cart", "view"),
    "cart shipping_quote": ("cart", "shipping_quote"),
    "cart checkout": ("cart", "checkout"),
    "cart purchase": ("cart", "purchase"),
    "sales accepted": ("outcome", "accepted"),
    "sales rejected": ("outcome", "rejected"),
    "sales recycled": ("outcome", "recycled"),
    "sales won": ("outcome", "won"),
    "sales lost": ("outcome", "lost"),
    "land": ("landing_page", "land"),
    "submit": ("landing_page", "submit"),
}
LONGEST = 500  # characters
SENTENCE = re.compile(r"((?:cart|sales) [a-z_]+|[a-z]+)(?: (\S*/\S*))?(?: from (\S+))? at (\S+)")


def given_keys(written: object) -> object:
    """The keys and values that a sentence stands for; anything but text is handed on."""
    if not isinstance(written, str):
        return written
    said = SENTENCE.fullmatch(" ".join(written.split())) if len(written) <= LONGEST else None
    if said is None:
        raise ValueError(
            f'must be like "visit /pricing at 1d" or "land /spring from spring_sale at 2d", not {shown(written)}'
        )
    what, url, campaign, at = said.groups()
    if what not in SAYS:
        hint = did_you_mean(what, SAYS) or f"; it can be {', '.join(SAYS)}"
        raise ValueError(f'"{what}" is no behaviour that can be said in short{hint}')
    family, action = SAYS[what]
    keys = {"family": family, "action": action, "at": at, "url": url, "campaign": campaign}
    return {key: value for key, value in keys.items() if value is not None}
