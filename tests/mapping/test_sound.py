"""Six lines of a mapping and what is said of them, side by side."""

import pytest

from tests.mapping.made import findings, written

HEAD = "mapping: shop\nformat: csv\nrecords:\n"
TIME = 'occurred_at: "{at}"'


def record(*lines: str) -> str:
    """A mapping of one record; its first line is line 5."""
    return HEAD + "  one:\n" + "".join(f"    {line}\n" for line in lines)


def test_a_mapping_without_a_fault_is_taken():
    assert findings(written()) == []


@pytest.mark.parametrize("kind", ["profile", "outcome"])
def test_profiles_and_outcomes_are_read(kind):
    own = {"profile": ["profile: {seats: 5}", "provenance: form"], "outcome": ["action: won"]}[kind]
    assert findings(record(f"kind: {kind}", 'lead_id: "{id}"', TIME, *own)) == []


@pytest.mark.parametrize("family", ["profile", "outcome", "link"])
def test_the_families_of_an_event_are_those_of_behaviour_alone(family):
    (found,) = findings(record(f"family: {family}", TIME, "visitor_id: v"))
    assert found.endswith("it can be website_visit, newsletter_signup, cart, landing_page")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((TIME, "visitor_id: v"), '4: record "one": family is missing: an event needs it'),
        (("family: cart", TIME, "visitor_id: v"), '4: record "one": action is missing: one of add, remove, view'),
        (("family: website_visit", TIME), '4: record "one": nobody did it: give lead_id, email or visitor_id'),
        (
            ("family: website_visits", TIME, "visitor_id: v"),
            '5: record "one": family is "website_visits" (did you mean website_visit?); it can be website_visit, news',
        ),
        (
            ("family: cart", "action: {column: x, map: {a: add, b: buy}}", TIME, "visitor_id: v"),
            '6: record "one": action: map: b is "buy"; it can be add, remove, view',
        ),
        (
            ("family: website_visit", "cart_id: c", TIME, "visitor_id: v"),
            '6: record "one": cart_id must be left out: website_visit has none, a cart has',
        ),
        (
            ("kind: link", "page: {url: /x}", TIME, "visitor_id: v", "lead_id: l"),
            '6: record "one": page must be left out: a link has none',
        ),
        (
            ("kind: link", TIME, "visitor_id: v"),
            '4: record "one": a link has exactly two of lead_id, email, same_as, visitor_id, not 1',
        ),
        (
            ("family: website_visit", TIME, 'visitor_id: "{$n}"'),
            '4: record "one": {$n} is there with repeat only',
        ),
        (
            ("family: website_visit", 'repeat: "{x}"', 'event_id: "{id}"', TIME, "visitor_id: v"),
            '7: record "one": event_id must have {$n} in it, or all of them are one event',
        ),
        (
            ("kind: profile", "provenance: bought from a list", "profile: {seats: 5}", TIME, "visitor_id: v"),
            '6: record "one": provenance is "bought from a list"; it can be form, purchase, observed, enriched, bought',
        ),
        (
            ("kind: outcome", "action: {column: x, map: {y: bought}}", TIME, "visitor_id: v"),
            '6: record "one": action: map: y is "bought"; it can be won, lost, accepted, rejected, recycled',
        ),
        (
            ("family: website_visit", "attributes: {a: {column: x, withdraw: true}}", TIME, "visitor_id: v"),
            '4: record "one": has withdraw outside profile; only what is known of somebody can be withdrawn',
        ),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line(lines, said):
    (found,) = findings(record(*lines))
    assert found.startswith(f"shop.yaml:{said}")


def test_two_events_of_a_row_with_one_id_are_told():
    two = 'event_id: "{id}"'
    text = (
        written(two) + f'  other:\n    family: landing_page\n    {two}\n    visitor_id: v\n    occurred_at: "{{at}}"\n'
    )
    (found,) = findings(text)
    assert 'record "other": event_id must not be that of record "seen", or one of them is a duplicate' in found


def test_a_profile_and_an_outcome_of_a_row_with_one_id_are_told_since_one_would_be_a_duplicate():
    own = 'event_id: "{id}", lead_id: "{id}", occurred_at: "{at}"'
    text = f"{HEAD}  one: {{kind: profile, {own}, provenance: form, profile: {{seats: 5}}}}\n"
    (found,) = findings(text + f"  two: {{kind: outcome, {own}, action: won}}\n")
    assert 'record "two": event_id must not be that of record "one", or one of them is a duplicate' in found


def test_what_withdraws_where_it_is_empty_has_no_default():
    profile = "profile: {phone: {column: phone, withdraw: true, default: none}}"
    (found,) = findings(record("kind: profile", "provenance: form", "lead_id: l", TIME, profile))
    assert "has withdraw and default; where it is empty only one of them can be" in found
