import pytest

from intentflow.console.ladder import LEVELS, steps
from intentflow.model.load import load, shipped


@pytest.mark.parametrize("name", shipped())
def test_every_stage_has_a_step_and_the_ladder_grows_darker(name):
    model = load(name)
    made = steps(model)
    assert set(made) == {stage.name for stage in model.stages}
    levels = [step.level for step in made.values() if not step.aside]
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (0, LEVELS - 1)


def test_stages_that_keep_leads_out_of_others_stand_aside_and_come_last():
    made = steps(load("retail"))
    assert [step.name for step in made.values() if step.aside] == ["disqualified", "recycled"]
    assert list(made)[-2:] == ["disqualified", "recycled"]
    assert made["recycled"].css == "aside"


def test_a_stage_of_an_earlier_model_stands_aside():
    made = steps(load("retail"))
    assert made["lukewarm"].css == "aside"
    assert "lukewarm" not in made
