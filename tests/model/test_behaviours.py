"""What a lead can do under a model, in words and as events."""

from intentflow.domain.event import Cart, Profile
from intentflow.model.behaviours import NEW_CART, behaviours
from tests.model.models import reading

TEXT = """
pages: {prices: "*/pricing*"}
signals:
  n: {when: {newsletter: signed_up}, axis: engagement, points: 30, half_life: 60d}
  prices: {when: {family: website_visit, url: prices}, axis: intent, points: 4, half_life: 7d}
  shown: {when: {family: website_visit, action: demo}, axis: engagement, points: 4, half_life: 7d}
  job: {when: {family: website_visit, action: download}, axis: engagement, points: -4, half_life: 7d}
  left: {when: {cart: abandoned, quiet: 1h}, axis: intent, points: 4, half_life: 7d}
  size: {when: {profile: size, only_from: bought}, grades: [{at_least: 9, points: 2}, {at_least: 5, points: 1}]}
facts:
  won: {when: {family: outcome, action: won}}
stages: {suspect: {}}
"""
MODEL = reading(TEXT)
DONE = {each.words: each for each in behaviours(MODEL.model, MODEL.written.pages)}


def test_all_that_signals_and_facts_are_about_is_said_once():
    assert list(DONE) == [
        "signs up for the newsletter",
        "confirms the newsletter",
        "does anything on the website at prices",
        "tries a demo",
        "downloads something",
        "is won by sales",
        "fills a cart and leaves it alone for 1 hour",
        "size becomes known to be at least 9 (from bought)",
        "size becomes known to be at least 5 (from bought)",
    ]


def test_what_words_leave_open_is_an_event_for_each_thing_that_it_may_do():
    """At the prices one may view, or try a demo, or download: three sets of rules."""
    actions = {event.action for event in DONE["does anything on the website at prices"].events}
    assert actions >= {"view", "demo", "download"}
    assert len(DONE["does anything on the website at prices"].events) == 3


def test_a_behaviour_bears_on_axes_on_which_it_may_bring_points_and_on_facts():
    bears_on = {words: set(each.bears_on) for words, each in DONE.items()}
    assert bears_on["confirms the newsletter"] == {"engagement"}
    assert bears_on["does anything on the website at prices"] == {"intent", "engagement"}
    assert bears_on["is won by sales"] == {"won"}
    assert bears_on["fills a cart and leaves it alone for 1 hour"] == {"intent"}
    assert bears_on["size becomes known to be at least 5 (from bought)"] == {"fit"}


def test_an_attribute_is_told_with_a_value_of_its_grade_alone_and_from_where_it_counts():
    told = [one for one in DONE["size becomes known to be at least 5 (from bought)"].events if isinstance(one, Profile)]
    sizes = [size for one in told for size in one.profile.values() if isinstance(size, float)]
    assert {one.provenance for one in told} == {"bought"}
    assert len(sizes) == len(told) > 0
    assert all(5 <= size < 9 for size in sizes)


def test_a_cart_is_one_that_the_lead_does_not_have():
    (event,) = DONE["fills a cart and leaves it alone for 1 hour"].events
    assert isinstance(event, Cart)
    assert event.cart_id == NEW_CART
