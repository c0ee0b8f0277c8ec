"""What holds of every shipped model, whatever its trade."""

from itertools import product

import pytest

from intentflow.domain.event import Cart, Event, LandingPage, NewsletterSignup, Page, WebsiteVisit
from intentflow.domain.event import Campaign as Link
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.notices import News
from intentflow.domain.rules import DAY
from intentflow.model.condition import ACTIONS
from intentflow.model.lint import newsletter_not_strongest
from intentflow.model.load import load, read, shipped
from tests.oracle.made import T0, moment

KINDS = {
    "website_visit": WebsiteVisit,
    "newsletter_signup": NewsletterSignup,
    "cart": Cart,
    "landing_page": LandingPage,
}
PATHS = ("/", "/pricing", "/products/a", "/blog/a", "/shipping", "/careers", "/demo", "/contact")
ATTRIBUTES = (None, {"form": "sample"}, {"sample": True})


def worth(fold: Fold, *events: Event) -> float:
    """The best that these make of anybody within a day, beside what is known of who they are."""
    lead, news = Lead([], []), News()
    for event in events:
        fold.take(b"v:v", lead, event, T0 + round((event.occurred_at - moment(0)).total_seconds() * 1000), news)  # type: ignore[arg-type]  # of a family
    scores = [fold.scores.at(lead, at) for at in (lead.clock, T0 + DAY)]
    return max(engagement + intent for engagement, _, intent in scores)


@pytest.mark.parametrize("name", shipped())
def test_a_confirmed_sign_up_is_the_strongest_single_behaviour(name):
    """Document 004: 'the strongest indication of a qualified lead'."""
    assert list(newsletter_not_strongest(read(name))) == []
    fold = Fold(load(name))
    sign_up, confirm = (
        NewsletterSignup(event_id=action, occurred_at=moment(0), visitor_id="v", action=action)  # type: ignore[arg-type]
        for action in ("signup", "confirm")
    )
    confirmed = worth(fold, sign_up, confirm)
    others = [(kind, action) for family, kind in KINDS.items() for action in ACTIONS[family]]
    for (kind, action), path, attributes, link in product(others, PATHS, ATTRIBUTES, (None, Link(name="spring"))):
        if action not in ("signup", "confirm"):
            event = kind(
                event_id="e", occurred_at=moment(0), visitor_id="v", action=action, page=Page(path), attributes=attributes, campaign=link
            )  # fmt: skip
            assert worth(fold, event) < confirmed, (family_of(event), action, path)


def family_of(event: Event) -> str:
    return type(event).__name__


@pytest.mark.parametrize("name", shipped())
def test_a_sign_up_that_was_not_confirmed_counts_less(name):
    fold = Fold(load(name))
    sign_up = NewsletterSignup(event_id="s", occurred_at=moment(0), visitor_id="v")
    confirm = NewsletterSignup(event_id="c", occurred_at=moment(1), visitor_id="v", action="confirm")
    gone = NewsletterSignup(event_id="u", occurred_at=moment(2), visitor_id="v", action="unsubscribe")
    assert worth(fold, sign_up) < worth(fold, sign_up, confirm)
    assert worth(fold, sign_up, confirm, gone) <= 0
