"""For each lint: the YAML that it is about, and what it says."""

from datetime import date

import pytest

from intentflow.domain.rules import CHANNELS
from intentflow.model.lint import LINTS, lint, not_agreed, review
from intentflow.model.load import read
from tests.model.models import MINIMAL, TODAY, findings, reading

NEWSLETTER = "signals: {n: {when: {newsletter: signed_up}, axis: engagement, points: 30, half_life: 60d}"


def test_a_threshold_above_all_signals_is_unreachable():
    text = """
signals:
  a: {when: {family: cart}, axis: intent, points: 3, at_most: 1 per day, cap: 10, half_life: 7d}
  b: {when: {family: landing_page}, axis: intent, points: 5, once: true, half_life: 7d}
stages: {suspect: {}, mql: {enter: {intent: 15}}, sql: {enter: {intent: 15.5}}}
"""
    assert findings(text, "unreachable-stage") == [
        'stage "sql": enter: intent: nobody can reach 15.5: all signals of intent together count at most 15'
    ]


def test_a_limit_alone_bounds_what_can_be_reached():
    """Twice a day with a half-life of a day: never more than 3 days' worth."""
    text = """
signals:
  a: {when: {family: cart}, axis: intent, points: 1, at_most: 2 per day, half_life: 1d}
stages: {suspect: {}, mql: {enter: {intent: 6}}, sql: {enter: {intent: 7}}}
"""
    assert findings(text, "unreachable-stage") == [
        'stage "sql": enter: intent: nobody can reach 7: all signals of intent together count at most 6'
    ]


def test_a_group_cap_bounds_what_can_be_reached():
    text = """
groups: {g: {axis: intent, cap: 10}}
signals:
  a: {when: {family: cart, action: add}, axis: intent, points: 8, group: g, at_most: 1 per day, half_life: 7d}
  b: {when: {family: cart, action: view}, axis: intent, points: 8, group: g, at_most: 1 per day, half_life: 7d}
stages: {suspect: {}, mql: {enter: {intent: 11}}}
"""
    assert len(findings(text, "unreachable-stage")) == 1


def test_a_stage_is_unreachable_without_its_fact():
    text = """
signals: {a: {when: {family: cart}, axis: intent, points: 8, half_life: 7d}}
facts: {need: {when: {family: cart, url: "*/x", not_url: "*/x"}}}
stages: {suspect: {}, sql: {enter: {fact: need}}}
"""
    assert findings(text, "unreachable-stage") == [
        'stage "sql": enter: nobody can reach this stage: no event brings the fact "need"'
    ]


def test_a_stage_that_a_higher_one_always_hides_is_unreachable():
    text = """
signals: {a: {when: {family: cart}, axis: intent, points: 8, half_life: 7d}}
stages: {suspect: {}, mql: {enter: {intent: 20}}, sql: {enter: {intent: 20}}}
"""
    assert findings(text, "unreachable-stage") == [
        'stage "mql": nobody stays below "sql": whoever meets this stage meets that one, which is higher'
    ]
    assert (
        findings(
            text.replace("sql: {enter: {intent: 20}}", "sql: {enter: {intent: 20}, cool_down: 9d}"), "unreachable-stage"
        )
        == []
    )
    assert findings(text.replace("sql: {enter: {intent: 20}}", "sql: {enter: {intent: 21}}"), "unreachable-stage") == []


def test_a_stage_without_leave_is_endless_unless_a_fact_of_it_ends():
    text = """
signals: {a: {when: {family: cart}, axis: intent, points: 8, half_life: 7d}}
facts: {f: {when: {family: cart}, lasts: 9d}, g: {when: {family: cart}}}
stages: {suspect: {}, mql: {enter: {intent: 20}}, pql: {enter: {fact: f}}, sql: {enter: {fact: g}}}
"""
    says = "nobody ever leaves it downwards; say leave, with a number below that of enter"
    assert findings(text, "endless-stage") == [f'stage "mql": {says}', f'stage "sql": {says}']


@pytest.mark.parametrize(
    ("when", "says"),
    [
        (
            "{family: website_visit, url: '*/a', not_url: '*'}",
            "it can never be met: not_url takes away every page of url",
        ),
        (
            "{family: website_visit, url: ['*.PNG'], not_url: ['*.png']}",
            "it can never be met: not_url takes away every page of url",
        ),
        (
            "{family: landing_page, targeted: false, campaign: x}",
            "it can never be met: it asks for a campaign and for none; take targeted out",
        ),
        (
            "{family: cart, attributes: {n: {at_least: 5, at_most: 4}}}",
            "it can never be met: its attributes contradict each other",
        ),
        (
            "[{family: cart}, {family: cart, attributes: {n: {equals: 1, exists: false}}}]",
            "condition 2 can never be met: its attributes",
        ),
    ],
)
def test_a_rule_that_contradicts_itself_never_fires(when, says):
    text = f"signals:\n  a: {{when: {when}, axis: intent, points: 8, half_life: 7d}}\nstages: {{suspect: {{}}}}\n"
    (said,) = findings(text, "never-fires")
    assert said.startswith(f'signal "a": when: {says}')


@pytest.mark.parametrize(
    "when",
    [
        "{family: website_visit, url: '*/a*', not_url: '*/a'}",
        "{family: website_visit, not_url: ['*/', '*.png']}",
        "{family: landing_page, targeted: true, campaign: '*'}",
        "{family: landing_page, source: ['?'], medium: '*mail'}",
        "{family: cart, attributes: {n: {at_least: 5, at_most: 5}, s: [a, b], e: {exists: true}, f: {exists: false}}}",
        "{family: cart, at_least: 2, within: 1d}",
    ],
)
def test_a_rule_that_can_be_met_is_not_complained_of(when):
    half_life = "" if "within" in when else ", half_life: 7d"
    text = f"signals:\n  a: {{when: {when}, axis: intent, points: 8{half_life}}}\nstages: {{suspect: {{}}}}\n"
    assert findings(text, "never-fires") == []


def test_a_cap_below_one_event_is_found_for_signals_and_groups():
    text = """
groups: {g: {axis: intent, cap: 3}}
signals:
  a: {when: {family: cart}, axis: intent, points: -4, cap: 3.5, half_life: 7d}
  b: {when: {family: landing_page}, axis: intent, points: 4, group: g, half_life: 7d}
  c: {when: {family: website_visit}, axis: intent, points: 3, cap: 3, group: g, half_life: 7d}
stages: {suspect: {}}
"""
    assert findings(text, "cap-below-one-event") == [
        'signal "a": cap: 3.5 is below the 4 points of one event; raise it',
        'signal "b": points: 4 is more than group "g" may count (3); raise its cap',
    ]


def test_a_cap_without_a_limit_is_held_for_long():
    text = """
groups: {g: {axis: intent, cap: 9}}
signals:
  a: {when: {family: cart, action: add}, axis: intent, points: 4, cap: 9, half_life: 7d}
  b: {when: {family: cart, action: view}, axis: intent, points: 4, group: g, half_life: 7d}
  c: {when: {family: cart, action: remove}, axis: intent, points: 4, cap: 9, half_life: never}
  d: {when: {family: cart, action: checkout}, axis: intent, points: 4, cap: 9, half_life: 7d, at_most: 1 per day}
stages: {suspect: {}}
"""
    says = "a cap without at_most: a thousand hits hold it for many half-lives; add at_most: 2 per day"
    assert findings(text, "cap-without-limit") == [f'signal "a": {says}', f'signal "b": {says}']


@pytest.mark.parametrize(
    ("a", "b", "event"),
    [
        (
            "{family: website_visit}",
            "{family: website_visit, url: '*/blog/*'}",
            "views a page at https://shop.example/blog/",
        ),
        (
            "{family: landing_page, action: land}",
            "{family: landing_page, targeted: true}",
            "comes to a landing page at",
        ),
        (
            "{family: cart, attributes: {n: {at_least: 3}}}",
            "{family: cart, attributes: {n: 5}}",
            "puts something into a cart",
        ),
        ("{newsletter: signed_up}", "{family: newsletter_signup}", "signs up for the newsletter"),
        (
            "[{family: cart, action: add}, {family: cart, action: view}]",
            "{family: cart, action: [view, checkout]}",
            "looks into the cart",
        ),
    ],
)
def test_two_rules_on_one_axis_count_an_event_twice(a, b, event):
    text = f"""
signals:
  a: {{when: {a}, axis: intent, points: 4, half_life: 7d}}
  b: {{when: {b}, axis: intent, points: 4, half_life: 7d}}
stages: {{suspect: {{}}}}
"""
    (said,) = findings(text, "counts-twice")
    assert said.startswith(f'signal "b": counts the same event as signal "a": {event}')
    assert findings(text.replace("axis: intent", "axis: engagement", 1), "counts-twice") == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("{family: website_visit, not_url: '*/blog/*'}", "{family: website_visit, url: '*/blog/*'}"),
        ("{family: website_visit, url: '*/pricing*'}", "{family: website_visit, url: '*/blog/*'}"),
        ("{family: landing_page, targeted: false}", "{family: landing_page, campaign: 'spring*'}"),
        ("{family: cart, attributes: {n: {exists: false}}}", "{family: cart, attributes: {n: 5}}"),
        ("{cart: abandoned, quiet: 1h}", "{family: cart, action: add}"),
    ],
)
def test_two_rules_about_different_events_are_not_complained_of(a, b):
    text = f"""
signals:
  a: {{when: {a}, axis: intent, points: 4, half_life: 7d}}
  b: {{when: {b}, axis: intent, points: 4, half_life: 7d}}
stages: {{suspect: {{}}}}
"""
    assert findings(text, "counts-twice") == []


def test_visits_alone_must_not_reach_a_qualified_stage():
    text = """
signals: {v: {when: {family: website_visit}, axis: engagement, points: 1, at_most: 5 per day, cap: 20, half_life: 7d}}
facts: {seen: {when: {family: website_visit}}, need: {when: {family: cart}}}
stages:
  suspect: {}
  prospect: {enter: {engagement: 5}}
  mql: {enter: {engagement: 20}}
  pql: {enter: {fact: seen}}
  sql: {enter: {fact: need}}
"""
    says = "visits alone reach it; put the signals of visits into a group with a cap below enter, or ask for a fact"
    assert findings(text, "visits-qualify") == [f'stage "mql": {says}', f'stage "pql": {says}']
    assert len(findings(text.replace("cap: 20", "cap: 19.9"), "visits-qualify")) == 1


def test_the_newsletter_must_be_the_strongest_single_behaviour():
    text = f"""
{NEWSLETTER},
  a: {{when: {{family: cart}}, axis: intent, points: 30, half_life: 7d}},
  b: {{when: {{family: cart, at_least: 5, within: 1d}}, axis: intent, points: 90}},
  c: {{when: {{family: cart}}, axis: fit, points: 99}}}}
stages: {{suspect: {{}}}}
"""
    assert findings(text, "newsletter-not-strongest") == [
        'signal "a": points: 30 is not below the 30 of "n"; a sign-up is the strongest single sign'
    ]
    assert findings(text.replace("intent, points: 30", "intent, points: 29"), "newsletter-not-strongest") == []


def test_a_model_without_the_newsletter_is_asked_for_it():
    text = "signals: {a: {when: {family: cart}, axis: intent, points: 8, half_life: 7d}}\nstages: {suspect: {}}\n"
    assert findings(text, "newsletter-not-strongest") == [
        "no signal counts the newsletter sign-up, the strongest single sign; when: {newsletter: signed_up}"
    ]


def test_what_no_stage_asks_for_is_unused():
    text = """
pages: {blog: "*/blog/*", shop: "*/shop/*"}
groups: {g: {axis: intent, cap: 3}}
signals: {a: {when: {family: website_visit, url: shop}, axis: fit, points: 1}}
facts: {need: {when: {family: cart}}}
stages: {suspect: {}}
"""
    assert findings(text, "unused") == [
        'pages "blog": no url or not_url names it; take it out',
        'group "g": no signal is in it; take it out',
        'signal "a": axis: no stage asks for fit, so its signals change nothing',
        'fact "need": no stage asks for it; name it in enter, or take it out',
    ]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("", ["review_by is missing: when do sales and marketing look at this again? (review_by: 2027-05-01)"]),
        (
            "review_by: 2026-05-31",
            ["review_by is over since 2026-05-31: look at what the leads became, then set the next date"],
        ),
        ("review_by: 2026-06-01", []),
    ],
)
def test_a_review_is_due_after_its_day(written, says):
    assert findings(f"{MINIMAL}{written}\n", "review") == says


def test_what_is_not_measured_is_found():
    says = "measured_by is missing: how will you know that this works? (share of mql that become customers, by week)"
    assert findings(MINIMAL, "unmeasured") == [says]
    assert findings(f"{MINIMAL}measured_by: share of mql that buy\n", "unmeasured") == []


def test_a_stage_that_the_glossary_does_not_explain_is_found():
    text = f"{MINIMAL}glossary: {{suspect: Somebody who was here}}\n"
    assert findings(text, "no-glossary") == [
        'stage "mql": the glossary does not say what it means; add glossary: {mql: ...}'
    ]


def test_a_way_of_a_fact_that_can_never_be_met_is_found_at_its_place():
    text = MINIMAL + "facts:\n  f:\n    ways:\n      a: {family: website_visit, url: '*/a', not_url: '*/a'}\n"
    [said] = findings(text, "never-fires")
    assert "it can never be met: not_url takes away every page of url" in said


def test_a_draft_is_said_to_be_one_until_three_have_agreed_and_is_no_finding():
    says = "status is draft: let sales, marketing and management agree, then write status: approved and approved_by"
    assert [found.text for found in not_agreed(reading(MINIMAL))] == [says]
    agreed = "status: approved\napproved_by: {sales: Ann, marketing: Bob, management: Cem}\n"
    assert not_agreed(reading(MINIMAL + agreed)) == ()
    assert findings(MINIMAL, "draft") == []


def test_findings_have_their_lines_and_the_order_of_the_file():
    found = lint(reading(MINIMAL), TODAY)
    assert [(f.line, f.rule) for f in found] == [
        (1, "review"),
        (1, "unmeasured"),
        (6, "no-glossary"),
        (7, "endless-stage"),
        (7, "no-glossary"),
        (7, "untested-stage"),
    ]


def test_every_lint_says_what_it_is_about():
    assert all(rule.__doc__ for rule in (*LINTS, review))


def test_the_default_model_has_no_finding():
    assert lint(read("retail"), date(2026, 11, 23)) == ()


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ("channel: Paid Search, targeted: false", ["does not come by Paid Search"]),
        ("channel: [Paid Search, Email], source: firebase", []),
        ("channel: SMS, medium: email", ["does not come by SMS"]),
        ("channel: Internal, targeted: true", ["does not come by Internal"]),
        ("channel: Organic Search, url: '*/spring', agent: [bot, human]", []),
        ("channel: Direct", []),
        ("agent: [preview, scanner]", []),
        ("address: '*@shop.example'", []),
        ("address: shop.example", ["no e-mail address is like shop.example"]),
    ],
)
def test_a_channel_that_the_rest_of_a_condition_rules_out_is_found(rest, says):
    text = f"""
{NEWSLETTER},
  s: {{when: {{family: landing_page, {rest}}}, axis: intent, points: 1, half_life: 1d}}}}
stages: {{suspect: {{}}}}
"""
    found = findings(text, "never-fires")
    assert len(found) == len(says)
    assert all(part in text for part, text in zip(says, found, strict=True))


@pytest.mark.parametrize("channel", CHANNELS)
def test_somebody_may_come_by_every_channel(channel):
    text = f"""
{NEWSLETTER},
  s: {{when: {{family: landing_page, channel: {channel}}}, axis: intent, points: 1, half_life: 1d}}}}
stages: {{suspect: {{}}}}
"""
    assert findings(text, "never-fires") == []


def test_robots_are_counted_twice_where_one_rule_asks_for_them_and_another_for_nobody():
    text = """
signals:
  all: {when: {family: website_visit}, axis: intent, points: 1, half_life: 1d}
  robots: {when: {family: website_visit, agent: bot}, axis: intent, points: -1, half_life: 1d}
  humans: {when: {family: website_visit, agent: human}, axis: fit, points: 1}
  others: {when: {family: website_visit, agent: [bot, preview, scanner]}, axis: fit, points: -1}
stages: {suspect: {}}
"""
    assert [found.split(":")[0] for found in findings(text, "counts-twice")] == ['signal "robots"']
