"""Values that stand in another table."""

import json

import pytest

from intentflow.errors import RejectedError
from intentflow.mapping.mapped import MappedReader
from intentflow.wire.files import rows
from tests.mapping.made import mapping, written

TEXT = written().replace('"{who}"', "{column: who, lookup: {file: people.csv, key: deal, value: person}}")


def read(folder, people: str):
    (folder / "deals.csv").write_text("who,at\nd1,2026-05-01\nd2,2026-05-01\n")
    (folder / "people.csv").write_text(people)
    return list(rows(folder / "deals.csv", MappedReader(mapping(TEXT))))


def test_a_value_is_looked_up_in_a_table_beside_the_one_that_is_read(tmp_path):
    found = read(tmp_path, "deal,person\nd1,ann\nd1,bob\nd2,cem\n")
    assert [json.loads(row.value)["visitor_id"] for row in found] == ["ann", "cem"]


def test_what_is_not_in_the_other_table_is_left_out(tmp_path):
    found = read(tmp_path, "deal,person\nd2,cem\n")
    assert [getattr(row.time, "reason", "taken") for row in found] == ["no_identity", "taken"]


def test_a_table_that_has_not_the_columns_or_is_not_there_is_told(tmp_path):
    with pytest.raises(RejectedError, match=r'people.csv: line 1: the table has no column "person"'):
        read(tmp_path, "deal,persona\n")
    (tmp_path / "people.csv").unlink()
    with pytest.raises(RejectedError, match=r"people.csv: no such file"):
        list(rows(tmp_path / "deals.csv", MappedReader(mapping(TEXT))))
