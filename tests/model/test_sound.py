"""What the core relies on."""

import zlib

import pytest

from tests.model.models import MINIMAL, mistakes, reading, with_signal

CART = "when: {family: cart}, axis: intent, points: 4"
GROUP = "groups: {g: {axis: intent, cap: 10}}\n"


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("when: {family: cart}, axis: intent, points: 0, half_life: 1d", "points must not be 0"),
        (f"{CART}", "half_life is missing: the time in which the points halve (try 14d), or never"),
        (f"{CART}, half_life: 1d, cap: 0", "cap must be more than 0"),
        (f"{CART}, half_life: 1d, cap: -3", "cap must be more than 0"),
        (f"{CART}, half_life: 1d, at_most: 0 per day", "at_most must let 1 to 10000 events count"),
        (f"{CART}, half_life: 1d, at_most: 3 per minute", '5: signal "s": at_most must be per hour or longer: a lead'),
        (
            f"{CART}, half_life: 1d, once: true, at_most: 1 per day",
            "at_most must be left out: with once the first event alone counts",
        ),
        (f"{CART}, half_life: 1d, once: true, cap: 3", "cap must be left out: with once"),
        (
            f"{CART}, half_life: 1d, until_confirmed: 3",
            'until_confirmed must be left out: it goes with "when: {newsletter: signed_up}"',
        ),
        ("when: {family: cart}, axis: fit, points: 1, half_life: 1d", "half_life must be left out: fit does not fade"),
        (
            "when: {family: cart, at_least: 2, within: 1d}, axis: intent, points: 1, half_life: 1d",
            "half_life must be left out: points for",
        ),
        (
            "when: {newsletter: signed_up}, axis: intent, points: 9, half_life: 1d, cap: 3",
            "cap must be left out: a sign-up counts once anyway",
        ),
        (
            "when: {newsletter: signed_up}, axis: intent, points: 9, half_life: 1d, until_confirmed: 10",
            "until_confirmed must be between 0 and",
        ),
        (
            "when: {cart: abandoned, quiet: 1h}, axis: intent, points: 9, half_life: 1d, once: true",
            "once must be left out: each abandoned",
        ),
        (f"{CART}, half_life: 1d, group: gg", 'group: there is no group "gg" (did you mean g?)'),
        (
            "when: {family: cart}, axis: engagement, points: 4, half_life: 1d, group: g",
            'group "g" is of intent, this signal of engagement',
        ),
        (
            "when: {family: cart}, axis: intent, points: -4, half_life: 1d, group: g",
            "points must be more than 0 in a group with a cap",
        ),
    ],
)
def test_a_signal_that_the_core_could_not_count_is_refused(keys, says):
    (said,) = mistakes(with_signal(f"{{{keys}}}") + GROUP)
    assert says in said


@pytest.mark.parametrize(
    ("stages", "says"),
    [
        (
            "suspect: {enter: {engagement: 1}}",
            '6: stage "suspect": enter must be left out: everybody begins in the first stage',
        ),
        ("suspect: {dwell: 1h}", '6: stage "suspect": dwell must be left out'),
        ("suspect: {}\n  mql: {}", '7: stage "mql": enter is missing'),
        ("suspect: {}\n  mql: {enter: {}}", '7: stage "mql": enter is missing'),
        ("suspect: {}\n  mql: {enter: {engagement: 0}}", '7: stage "mql": enter is missing: a number above 0'),
        (
            "suspect: {}\n  mql: {enter: {engagement: 9}, leave: {engagement: 9.5}}",
            "leave: engagement must be at most the 9 of enter",
        ),
        (
            "suspect: {}\n  mql: {enter: {engagement: 9}, leave: {intent: 1}}",
            "leave: intent must be an axis of enter (engagement)",
        ),
        (
            "suspect: {}\n  mql: {enter: {engagement: 9}, leave: {after: 90d}}",
            "leave: a stage entered by a fact is left when the fact ends",
        ),
        ("suspect: {}\n  mql: {enter: {engagement: 9}, facts: [a]}", "facts go inside enter"),
        (
            "suspect: {}\n  mql: {enter: {engagement: 9}, treatment: call}",
            "treatment must be one of nurture, sales, none",
        ),
    ],
)
def test_a_stage_that_the_core_could_not_judge_is_refused(stages, says):
    (said,) = mistakes(MINIMAL[: MINIMAL.index("  suspect")] + f"  {stages}\n")
    assert says in said


def test_leave_may_be_exactly_what_enter_is():
    assert reading(MINIMAL.replace("25}", "25}, leave: {engagement: 25}")).model.stages[1].leave == (
        ("engagement", 25.0),
    )


def test_two_names_with_one_checksum_are_refused():
    assert zlib.crc32(b"plumless") == zlib.crc32(b"buckeroo")
    text = (
        with_signal("{when: {family: cart}, axis: fit, points: 1}")
        .replace("  s:", "  plumless:")
        .replace("  newsletter:", "  buckeroo:")
    )
    assert mistakes(text) == ['5: signal "plumless": the CRC-32 of plumless is that of "buckeroo"; rename one of them']
