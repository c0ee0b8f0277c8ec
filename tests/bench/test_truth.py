"""The truth: the area is that of the definition, and the figures of docs/truth.md are those that the command prints."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.truth import area_under_curve
from tests.house.tree import ROOT
from tests.wire.real_data import real

DOCS = (ROOT / "docs" / "truth.md").read_text()
TABLE = "uci_online_shoppers/online_shoppers_intention.csv"
FIGURES = re.compile(r"(0\.\d{3})\D+(\d+\.\d)%")


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2).filter(
        lambda pairs: len({w for _, w in pairs}) == 2
    )
)
def test_the_area_is_how_often_a_buyer_is_above_who_is_none_and_half_of_the_equals(pairs):
    buyers = [score for score, won in pairs if won]
    others = [score for score, won in pairs if not won]
    above = sum((b > o) + (b == o) / 2 for b in buyers for o in others)
    found = area_under_curve([float(score) for score, _ in pairs], [won for _, won in pairs])
    assert abs(found - above / (len(buyers) * len(others))) < 1e-9


@pytest.mark.slow
def test_the_score_tells_buyers_from_others_and_the_figures_are_those_of_the_docs():
    command = [sys.executable, "-m", "bench.truth", str(real(TABLE))]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    assert "12330 sessions, 1908 bought (15.5%)" in printed
    areas = [float(area) for area, _ in FIGURES.findall(printed)]
    assert len(areas) == 3
    score, pages, leaking = areas
    assert 0.5 < pages < score < leaking
    shown = DOCS[DOCS.index("```text") : DOCS.rindex("```")]
    assert FIGURES.findall(printed) == FIGURES.findall(shown)
