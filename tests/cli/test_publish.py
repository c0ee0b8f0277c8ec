"""What `intentflow model publish` says of the model before. That it takes effect: `tests/system/test_new_model.py`."""

import pytest

from intentflow.cli.publish import told
from intentflow.errors import ConfigError
from intentflow.model.load import SHIPPED, read
from intentflow.wire.control import ModelRecord

T0 = 1_777_636_800_000
RETAIL = read("retail")


@pytest.fixture
def slower(tmp_path):
    """Retail with another half-life of what was counted, which cannot be carried over, and another threshold, which can."""
    text = (SHIPPED / "retail.yaml").read_text()
    file = tmp_path / "slower.yaml"
    file.write_text(text.replace("half_life: 14d", "half_life: 20d").replace("engagement: 25}", "engagement: 24}"))
    return file


def before(model_hash: str = RETAIL.model.hash) -> ModelRecord:
    return ModelRecord(model_hash, T0)


def test_the_first_model_has_none_before_it():
    assert told(None, RETAIL, None) == ["no model was published before"]


def test_a_model_that_took_effect_already_is_said_to_be_that_one():
    [line] = told(before(), RETAIL, None)
    assert "2026-05-01T12:00:00.000Z, and is this one" in line


def test_what_cannot_be_carried_over_from_a_shipped_model_is_said_and_nothing_else(slower):
    heading, *lines = told(before(), read(str(slower)), None)
    assert "retail version" in heading
    assert any("halves in 20 days" in line for line in lines)
    assert not any("24" in line for line in lines)


def test_a_model_before_that_nobody_knows_is_to_be_named():
    [line] = told(before("0123abcd"), RETAIL, None)
    assert "0123abcd. Name its file with --since" in line


def test_a_file_that_is_not_the_model_before_is_refused(slower):
    with pytest.raises(ConfigError, match="but the model before had"):
        told(before("0123abcd"), RETAIL, str(slower))


def test_a_file_that_is_the_model_before_is_compared(slower):
    old = read(str(slower))
    heading, *_ = told(before(old.model.hash), RETAIL, str(slower))
    assert "does not apply to leads at once" in heading
