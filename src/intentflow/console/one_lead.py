"""One lead as its page takes it: in sentences, and as the chart's numbers."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from intentflow.console.rendering import plain, points, relative
from intentflow.domain.rules import AXES
from intentflow.readmodel.lead_views import CurvePoint, LeadDetail, WaysView, WayView
from intentflow.readmodel.views import GapView, ReceiptView

LATEST = 20  # moments that are shown at once
AHEAD = 2  # stages ahead whose thresholds are in the chart; all are in the table


class OnAxis(NamedTuple):
    """The receipts of one axis."""

    axis: str
    receipts: tuple[ReceiptView, ...]
    largest: float


def by_axis(receipts: Iterable[ReceiptView]) -> list[OnAxis]:
    """The receipts by axis, each in the order given; axes without any are left out."""
    told = list(receipts)
    largest = max((abs(one.points) for one in told), default=0.0) or 1.0
    found = ((axis, tuple(one for one in told if one.axis == axis)) for axis in AXES)
    return [OnAxis(axis, those, largest) for axis, those in found if those]


def gap_words(gaps: Sequence[GapView]) -> list[tuple[str, str]]:
    """For each stage that is missing something, what that is."""
    return [(stage, ", ".join(_gap(gap) for gap in those)) for stage, those in groupby(gaps, lambda gap: gap.stage)]


def _gap(gap: GapView) -> str:
    if gap.points is not None:
        return f"{points(gap.points)} points of {gap.axis}"
    if gap.fact is not None:
        return f"the fact {gap.fact.replace('_', ' ')}"
    until = "" if gap.not_before is None else f"not before {_exact(gap.not_before)}"
    if gap.unless is None:
        return until
    return f"the end of {gap.unless.replace('_', ' ')}" + (f" ({until})" if until else "")


def outlook(lead: LeadDetail) -> str:
    """What time alone will do to it."""
    if lead.stage_now != lead.stage:
        return f"By now it should be {lead.stage_now}: the worker is about to say so."
    if lead.falls_at is None:
        return "If nothing happens, it stays where it is."
    return f"If nothing happens, it goes to {lead.falls_to} {_moment(lead.falls_at, lead.as_of)}."


def _moment(at: datetime, now: datetime) -> str:
    return f"{relative((now - at).total_seconds())} ({_exact(at)})"


def _exact(at: datetime) -> str:
    return at.strftime("%a %-d %b %Y, %H:%M UTC")


def curve(lead: LeadDetail) -> str:
    """The curve as the chart takes it: seconds since 1970, and the points of each axis."""
    told, ahead = lead.curve, list(dict.fromkeys(gap.stage for gap in lead.missing if gap.axis))[:AHEAD]
    lines = [
        {"axis": one.axis, "points": one.points, "said": f"{one.stage} {'at' if one.kind == 'enter' else 'ends below'} {plain(one.points)}"}
        for one in told.thresholds
        if (one.stage in ahead if one.kind == "enter" else one.stage == lead.stage)
    ]  # fmt: skip
    return json.dumps(
        {
            "past": _columns(told.past),
            "future": _columns(told.future),
            "thresholds": lines,
            "known": told.known_from.timestamp(),
            "now": told.now.timestamp(),
        },
        separators=(",", ":"),
    )


def _columns(curve: Sequence[CurvePoint]) -> list[list[float]]:
    return [[one.at.timestamp() for one in curve], *([round(getattr(one, axis), 3) for one in curve] for axis in AXES)]


def by_stage(ways: WaysView) -> list[tuple[str, list[WayView]]]:
    """The ways up by the stage that they lead to."""
    stages = dict.fromkeys(way.stage for way in ways.ways)
    return [(stage, [way for way in ways.ways if way.stage == stage]) for stage in stages]
