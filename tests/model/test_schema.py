import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from intentflow.model.mistakes import KEYS
from intentflow.model.trial import trial
from tests.model.models import reading

DOCS = (Path(__file__).parents[2] / "docs" / "model.md").read_text()


@pytest.mark.parametrize("written", KEYS.values(), ids=lambda kind: kind.__name__)
def test_every_key_is_in_the_docs(written: type[BaseModel]):
    code = " ".join(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", DOCS, flags=re.DOTALL)))
    assert [key for key in written.model_fields if not re.search(rf"\b{key}\b", code)] == []


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL))
def test_the_models_in_the_docs_hold(block):
    assert trial(reading(block)) == ()
