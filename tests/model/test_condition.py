"""What is no condition, and what to do about it."""

import pytest

from tests.model.models import mistakes, with_signal


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("{}", "family is missing: one of website_visit, newsletter_signup, cart, landing_page"),
        ("{action: add}", "family is missing"),
        ("{family: crat}", "family must be one of website_visit"),
        ("{family: cart, action: buy}", 'action "buy" is not one of cart; cart has add, remove, view'),
        ("{family: cart, action: [add, signup]}", 'action "signup" is not one of cart'),
        ("{family: cart, url: ''}", "url must be text of 1 to 200 characters"),
        ("{family: cart, url: '*a*a*a*a*a*a*a*a*a'}", "url must have at most 8 stars"),
        ("{family: cart, url: []}", "url must have 1 to 100 entries, not 0"),
        ("{family: cart, targeted: 1}", "targeted must be true or false, not 1"),
        ("{family: cart, attributes: {}}", "attributes must have at least 1 entries"),
        ("{family: cart, attributes: {a: {}}}", "attributes: a is empty; say equals"),
        (
            "{family: cart, attributes: {a: {at_lest: 1}}}",
            'attributes: a: unknown key "at_lest" (did you mean at_least?)',
        ),
        (
            "{family: cart, attributes: {a: [[1]]}}",
            "attributes: a must be text, a number, true or false, not a list",
        ),
        ("{family: cart, attributes: {a: {at_least: five}}}", 'attributes: a: at_least must be a number, not "five"'),
        ("{family: cart, at_least: 2}", "at_least and within go together"),
        ("{family: cart, at_least: 11, within: 1d}", "at_least must be a whole number from 1 to 10, not 11"),
        ("{family: cart, at_least: 2, within: 0d}", "within must be longer than 0"),
        ("{signal: newsletter}", "at_least and within go together"),
        ("{signal: newsletter, family: cart, at_least: 2, within: 7d}", 'family does not go with "signal: newsletter"'),
        (
            "{newsletter: signed_up, family: cart}",
            'family does not go with "newsletter: signed_up"; that takes newsletter only',
        ),
        ("{newsletter: signup}", 'newsletter must be signed_up, not "signup"'),
        ("{cart: abandoned}", "quiet is missing: how long a cart must be left alone (try quiet: 1h)"),
        ("{cart: abandoned, quiet: 60}", "quiet must be a whole number with a unit"),
        ("{family: cart, quiet: 1h}", 'quiet goes with "cart: abandoned" only'),
        ("{family: cart, until_confirmed: 3}", "until_confirmed goes beside when, not inside"),
        (
            "{family: cart, channel: organic serach}",
            'must be a channel like Organic Search, not "organic serach" (did you',
        ),
        (
            "{family: cart, channel: 7}",
            "must be a channel like Organic Search, not 7; Direct, Cross-network, Paid Shopping",
        ),
        ("{family: cart, agent: robot}", 'must be one of human, preview, scanner, bot, not "robot"'),
        ("cart", 'must be keys and values, not "cart"'),
    ],
)
def test_a_condition_that_makes_no_sense_is_told_what_would(when, says):
    (said,) = mistakes(with_signal(f"{{when: {when}, axis: fit, points: 1}}"))
    assert says in said
    assert said.startswith('5: signal "s": when')
