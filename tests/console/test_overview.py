import json
from datetime import UTC, datetime, timedelta

from intentflow.console.ladder import steps
from intentflow.console.overview import SECONDS, rows, series
from intentflow.model.load import load
from intentflow.readmodel.views import DayCount, Funnel, FunnelStage, RatePoint, Rates

NOW = datetime(2026, 11, 29, 12, 0, 0, 250_000, tzinfo=UTC)
STEPS = steps(load("retail"))


def stage(name: str, leads: int, *entered: int) -> FunnelStage:
    days = tuple(DayCount(day=f"2026-11-{27 + i}", count=count) for i, count in enumerate(entered))
    return FunnelStage(stage=name, meaning="", leads=leads, entered=days)


def test_the_funnel_is_drawn_from_low_to_high_and_what_stands_aside_last():
    told = (stage("recycled", 2), stage("mql", 10, 1, 4, 2), stage("suspect", 40), stage("disqualified", 8))
    drawn = rows(Funnel(stages=told, total=60, as_of=NOW), STEPS)
    assert [row.step.name for row in drawn] == ["suspect", "mql", "disqualified", "recycled"]
    assert [row.of_largest for row in drawn] == [1, 0.25, 0.2, 0.05]
    assert [row.first_aside for row in drawn] == [False, False, True, False]
    assert drawn[1].entered == (0.25, 1, 0.5)
    assert (drawn[1].today, drawn[1].told) == (2, "Fri 27 Nov: 1, Sat 28 Nov: 4, Sun 29 Nov: 2")


def test_a_funnel_without_leads_divides_by_nothing():
    (drawn,) = rows(Funnel(stages=(stage("mql", 0, 0, 0),), total=0, as_of=NOW), STEPS)
    assert (drawn.share, drawn.of_largest, drawn.entered) == (0, 0, (0, 0))


def test_seconds_without_events_are_in_the_chart_and_the_second_that_is_not_over_is_not():
    points = (
        RatePoint(at=NOW - timedelta(seconds=2.25), counted=5, duplicate=1, rejected=1),
        RatePoint(at=NOW, counted=9, duplicate=0, rejected=0),
    )
    rates = Rates(
        events_per_second=1,
        series=points,
        counted=5,
        duplicate=1,
        rejected=1,
        refused_by_collector=0,
        lag=None,
        as_of=NOW,
    )
    seconds, counts = json.loads(series(rates))
    assert len(seconds) == len(counts) == SECONDS
    assert seconds[-1] == int(NOW.timestamp()) - 1
    assert counts[-3:] == [0, 7, 0]


async def test_the_overview_says_how_many_the_collector_refused(town, feeder, viewer):
    for place in (0, 1):
        town.is_refused_at_the_door(b"[", place)
    await feeder.feed()
    async with viewer.get("/") as response:
        assert "collector refused</a></dt><dd>2</dd>" in await response.text()
