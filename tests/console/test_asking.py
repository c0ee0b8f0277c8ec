from urllib.parse import parse_qs, urlsplit

import pytest

from intentflow.console.asking import LONGEST, Asked, asked_in
from intentflow.readmodel.queries import LeadFilter

STAGES = {"mql": 0, "sql": 1}
DAY = 86_400_000


def test_what_the_form_says_is_what_is_looked_for():
    asked = asked_in(
        {"q": " Ann ", "stage": "mql", "kind": "lead", "axis": "intent", "least": "3.5", "active": "1d", "sort": "fit"},
        STAGES,
    )
    assert asked.sort == "fit"
    assert asked.wanted(now=10 * DAY) == LeadFilter(
        text="Ann", stage="mql", kind="lead", at_least={"intent": 3.5}, active_from=9 * DAY
    )


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": "", "stage": "", "axis": "engagement", "least": "", "active": "", "sort": "stage"},
        {"stage": "nosuch", "kind": "robot", "axis": "../x", "active": "9y", "sort": "name; drop", "least": "lots"},
        {"least": "nan"},
        {"least": "inf"},
    ],
)
def test_what_makes_no_sense_is_not_asked(query):
    asked = asked_in(query, STAGES)
    assert asked == Asked()
    assert asked.is_blank
    assert asked.wanted(now=0) == LeadFilter()


def test_a_search_is_cut_at_the_longest_id_there_can_be():
    assert len(asked_in({"q": "x" * 5000}, STAGES).q) == LONGEST


def test_an_address_says_no_more_than_what_is_asked_and_reads_back_as_the_same():
    asked = asked_in({"q": 'a&b="c"', "stage": "sql", "least": "0.5", "axis": "fit", "cursor": "xyz"}, STAGES)
    address = asked.address(sort="active")
    assert asked_in({n: v for n, [v] in parse_qs(urlsplit(address).query).items()}, STAGES) == Asked(
        q='a&b="c"', stage="sql", least="0.5", axis="fit", sort="active"
    )
    assert Asked().address() == "/leads"
    assert Asked(axis="intent").address() == "/leads"


def test_another_sort_begins_on_the_first_page():
    assert "cursor" not in Asked(cursor="xyz").address(sort="fit")
    assert Asked().address(cursor="abc") == "/leads?cursor=abc"
