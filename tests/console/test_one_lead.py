from datetime import UTC, datetime, timedelta

from intentflow.console.one_lead import by_axis, by_stage, gap_words
from intentflow.readmodel.lead_views import StepView, WaysView, WayView
from intentflow.readmodel.views import GapView, ReceiptView

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def receipt(signal: str, axis: str, points: float) -> ReceiptView:
    return ReceiptView(signal=signal, axis=axis, points=points, words=None)


def test_receipts_are_drawn_by_axis_to_one_measure():
    told = [receipt("a", "intent", 4), receipt("b", "engagement", -8), receipt("c", "engagement", 2)]
    groups = by_axis(told)
    assert [(group.axis, [one.signal for one in group.receipts]) for group in groups] == [
        ("engagement", ["b", "c"]),
        ("intent", ["a"]),
    ]
    assert {group.largest for group in groups} == {8}
    assert by_axis([]) == []
    assert by_axis([receipt("none", "fit", 0)])[0].largest == 1


def test_what_is_missing_is_said_for_each_stage_in_a_line():
    later = NOW + timedelta(days=3, hours=1)
    gaps = [
        GapView(stage="pql", fact="product_in_hand"),
        GapView(stage="sql", axis="intent", points=17.94),
        GapView(stage="sql", unless="turned_down", not_before=later),
        GapView(stage="sql", unless="given_back"),
        GapView(stage="customer", not_before=later),
    ]
    moment = "not before Wed 2 Dec 2026, 13:00 UTC"
    assert gap_words(gaps) == [
        ("pql", "the fact product in hand"),
        ("sql", f"17.9 points of intent, the end of turned down ({moment}), the end of given back"),
        ("customer", moment),
    ]


def test_ways_up_are_told_by_the_stage_that_they_lead_to():
    one, two, three = (
        WayView(stage=stage, steps=(StepView(does="buys", times=1),), days=1) for stage in ("sql", "pql", "sql")
    )
    assert by_stage(WaysView(ways=(one, two, three), complete=True)) == [("sql", [one, three]), ("pql", [two])]
