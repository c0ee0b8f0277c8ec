"""For each lint on profiles: the YAML that it is about, and what it says."""

from tests.model.models import findings, with_signal


def test_what_an_address_says_is_never_given():
    text = with_signal("{when: {profile: email_kind, given_freely: true}, grades: [{equals: company, points: 1}]}")
    assert findings(text, "mail-never-known") == [
        'signal "s": when: email_kind is read off the address (observed, not given); take given_freely and only_from out'
    ]
    assert findings(text.replace(", given_freely: true", ""), "mail-never-known") == []


def test_grades_can_be_reached_as_any_points_can():
    text = with_signal("{when: {profile: role}, grades: [{equals: boss, points: 4}]}").replace(
        "{engagement: 25}", "{fit: 5}"
    )
    assert findings(text, "unreachable-stage") == [
        'stage "mql": enter: fit: nobody can reach 5: all signals of fit together count at most 4'
    ]


def test_visits_tell_nothing_of_a_profile():
    text = with_signal("{when: {profile: role}, grades: [{equals: boss, points: 40}]}").replace(
        "{engagement: 25}", "{fit: 5}"
    )
    assert findings(text, "visits-qualify") == []
