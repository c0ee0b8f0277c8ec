"""What docs/mapping.md teaches is what the code does."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from intentflow.mapping import schema, written
from intentflow.mapping.load import shipped, understood
from intentflow.mapping.mapped import MappedReader
from intentflow.wire.files import rows

DOCS = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text()
BLOCKS = re.findall(r"```(csv|json|yaml)\n(.*?)```", DOCS, re.DOTALL)
EXAMPLES = {
    "orders": BLOCKS[0:3],
    "clicks": BLOCKS[3:6],
    "contacts": [BLOCKS[6], BLOCKS[8], BLOCKS[9]],
    "deals": BLOCKS[10:13],
}
WRITTEN = [
    *(schema.MappingWritten, schema.RecordWritten, schema.PageWritten, schema.CampaignWritten, schema.MoneyWritten),
    *(schema.LineWritten, written.TimeWritten, written.RepeatWritten, written.EachWritten, written.LookupWritten),
]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_makes_what_the_docs_show(name: str, tmp_path: Path):
    (kind, table), (_, mapping), (_, made) = EXAMPLES[name]
    (tmp_path / f"{name}.{kind}").write_text(table)
    (tmp_path / "companies.csv").write_text(BLOCKS[7][1])
    reader = MappedReader(understood(f"{name}.yaml", mapping.encode()))
    found = [json.loads(row.value) for row in rows(tmp_path / f"{name}.{kind}", reader)]
    assert found == [json.loads(line) for line in made.splitlines()]


@pytest.mark.parametrize("kind", WRITTEN, ids=lambda kind: kind.__name__)
def test_every_key_is_explained(kind: type[BaseModel]):
    code = " ".join(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", DOCS, flags=re.DOTALL)))
    keys = [field.alias or key for key, field in kind.model_fields.items()]
    assert [key for key in keys if not re.search(rf"\b{key}\b", code)] == []


def test_the_shipped_mappings_are_those_that_are_there():
    table = DOCS[DOCS.index("## Shipped") : DOCS.index("## The file")]
    assert re.findall(r"^\| `([a-z-]+)`", table, re.MULTILINE) == shipped()
