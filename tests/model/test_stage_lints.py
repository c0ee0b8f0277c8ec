"""For each lint of stages: the YAML that it is about, and what it says."""

import pytest

from intentflow.model.stage_lints import NOT_YET
from tests.model.models import findings

SIGNALS = "signals: {a: {when: {family: cart}, axis: intent, points: 8, half_life: 7d}}\n"


@pytest.mark.parametrize("name", [name for name in NOT_YET if name != "suspect"])
def test_who_is_not_ready_to_be_sold_to_is_not_sent_to_sales(name):
    text = (
        f"{SIGNALS}stages: {{suspect: {{}}, {name}: {{enter: {{intent: 5}}, leave: {{intent: 4}}, treatment: sales}}}}"
    )
    (found,) = findings(text, "sold-to-too-early")
    assert found.startswith(f'stage "{name}": treatment is sales, but who is there is not ready to be sold to; ')


def test_an_sql_is_sent_to_sales_and_an_mql_to_nurture():
    mql, sql = "{enter: {intent: 5}, treatment: nurture}", "{enter: {intent: 7}, treatment: sales}"
    text = f"{SIGNALS}stages: {{suspect: {{}}, mql: {mql}, sql: {sql}}}"
    assert findings(text, "sold-to-too-early") == []


def test_sales_is_not_sent_to_one_lead_for_ever():
    text = f"{SIGNALS}stages: {{suspect: {{}}, sql: {{enter: {{intent: 5}}, leave: {{intent: 4}}, treatment: sales}}}}"
    assert findings(text, "hand-offs-without-end") == [
        'stage "sql": sales is sent to the same lead as often as it comes and goes; say how often at most (hand_offs: 2 per 90d)'
    ]
    assert findings(text.replace("treatment", "hand_offs: 2 per 90d, treatment"), "hand-offs-without-end") == []


BARRED = """
signals: {a: {when: {family: cart}, axis: intent, points: 8, half_life: 7d}}
facts:
  need: {when: {family: cart, action: add}, lasts: 7d}
  used: {when: {family: cart}, lasts: LASTS}
stages: {suspect: {}, sql: {enter: {fact: need}, unless: used}}
"""


@pytest.mark.parametrize("lasts", ["7d", "8d", "forever"])
def test_a_fact_that_comes_with_the_one_that_is_asked_for_bars_its_stage_for_ever(lasts):
    assert findings(BARRED.replace("LASTS", lasts), "barred-for-ever") == [
        'stage "sql": unless: nobody can reach this stage: who has the fact "need" has "used" too, for as long'
    ]


def test_a_fact_that_ends_before_the_other_bars_for_a_while_only():
    assert findings(BARRED.replace("LASTS", "6d"), "barred-for-ever") == []


def test_a_fact_of_other_events_bars_nobody_for_ever():
    other = BARRED.replace("{family: cart}, lasts", "{family: outcome}, lasts")
    assert findings(other.replace("LASTS", "forever"), "barred-for-ever") == []
