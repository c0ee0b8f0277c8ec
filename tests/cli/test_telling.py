"""Changes as lines for people."""

from typing import get_args

from intentflow.cli.telling import TOLD
from intentflow.domain.change import Cause


def test_every_cause_of_a_change_has_its_words():
    kinds = get_args(Cause.__annotations__["kind"])
    assert set(TOLD) == set(kinds)
