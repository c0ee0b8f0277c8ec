"""Which rows are meant."""

import pytest

from intentflow.model.condition import TestWritten
from tests.mapping.made import events, written

TABLE = "who,at,x\na,2026-05-01,5\nb,2026-05-01,TRUE\nc,2026-05-01,\nd,2026-05-01,n/a\ne,2026-05-01,10.0\n"


def kept(tests: str, key: str = "keep") -> str:
    return "".join(event["visitor_id"] for event in events(written(more=f"{key}: {tests}"), TABLE))


@pytest.mark.parametrize(
    ("tests", "rows"),
    [
        ("{x: 5}", "a"),
        ("{x: 10}", "e"),
        ("{x: true}", "b"),
        ('{x: "true"}', "b"),
        ("{x: n/a}", "d"),
        ("{x: [5, n/a]}", "ad"),
        ("{x: {at_least: 5}}", "ae"),
        ("{x: {at_least: 6, at_most: 10}}", "e"),
        ("{x: {exists: true}}", "abde"),
        ("{x: {exists: false}}", "c"),
        ("{x: {exists: true}, who: [a, c]}", "a"),
        ("[{x: 5}, {who: c}]", "ac"),
    ],
)
def test_a_row_is_kept_if_every_column_passes_its_test(tests, rows):
    assert kept(tests) == rows
    assert kept(tests, "skip") == "".join(sorted(set("abcde") - set(rows)))


def test_a_record_may_be_for_some_rows_only():
    text = (
        written("when: {x: {at_least: 5}}")
        + '  other:\n    family: landing_page\n    visitor_id: "{who}"\n    occurred_at: "{at}"\n'
    )
    assert [(e["visitor_id"], e["family"]) for e in events(text, TABLE)][:3] == [
        ("a", "website_visit"),
        ("a", "landing_page"),
        ("b", "landing_page"),
    ]


def test_every_test_of_a_scoring_model_is_one_of_columns_too():
    """One that comes anew there must be read in `filters` first, or it would hold for every row."""
    assert set(TestWritten.model_fields) == {"equals", "one_of", "at_least", "at_most", "exists"}
