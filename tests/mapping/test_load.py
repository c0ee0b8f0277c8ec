"""A mapping's name or file in, a mapping or everything that is wrong with it out."""

import re
from importlib.resources import files

import pytest

from intentflow.mapping.load import MappingError, load, shipped
from tests.mapping.made import findings, written


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_mapping_can_be_used_and_has_its_files_name(name):
    assert load(name).written.mapping == name
    assert load(name).written.about


def test_a_file_is_found_by_its_path(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(written())
    assert load(str(path)).document.file == str(path)


def test_a_name_that_is_not_there_is_told_with_the_nearest():
    with pytest.raises(MappingError, match=r"no such mapping \(did you mean bitly-usagov\?\); it is a shipped one"):
        load("bitly-usagv")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("format: csv", "format: xml"), "2: format must be csv or jsonl, not"),
        (("format: csv", "format: csv\nseperator: tab"), '3: unknown key "seperator" (did you mean separator?)'),
        (("format: csv", "format: csv\nseparator: ab"), "3: separator must be one character, or comma, semicolon"),
        (("format: csv", "format: csv\nencoding: ebcdic"), "3: encoding must be one of utf-8, windows-1250"),
        (
            ("format: csv", "format: csv\nzone: Europe/Berln"),
            '3: zone must be a zone like UTC or Europe/Berlin, not "Europe/Berln" (did you mean Europe/Berlin?)',
        ),
        (("format: csv", "format: jsonl\nseparator: tab"), "separator is for csv only; take it out"),
        (('"{who}"', "{who}"), '7: record "seen": visitor_id: needs quotes around its braces: "{who}"'),
        (('"{who}"', '"{who"'), '7: record "seen": visitor_id: has a lone "{"'),
        (
            ('"{who}"', "[a]"),
            '7: record "seen": visitor_id must be text with columns in braces, like "{id}", not a list',
        ),
        (('"{who}"', "{colum: who}"), '7: record "seen": visitor_id: unknown key "colum" (did you mean column?)'),
        (('"{who}"', "{column: who, as: int}"), '7: record "seen": visitor_id: as must be one of text, number'),
        (('"{who}"', "{column: who, otherwise: x}"), '7: record "seen": visitor_id: has otherwise, but no map'),
        (('"{who}"', "{column: who, text: x}"), '7: record "seen": visitor_id: has text and column; give one of'),
        (('"{at}"', '{column: at, format: "%d"}'), '8: record "seen": occurred_at: format must have the year'),
        (("occurred_at:", "time:"), "the time of a record is occurred_at"),
        (("visitor_id:", "visitorid:"), '7: record "seen": unknown key "visitorid" (did you mean visitor_id?)'),
        (("visitor_id:", "url: /x\n    visitor_id:"), "url goes inside page: page: {url: /pricing}"),
        (("family:", "kind: person\n    family:"), 'kind must be one of event, link, profile, outcome, not "person"'),
    ],
)
def test_a_mistake_is_told_with_line_rule_and_remedy(change, said):
    found = findings(written().replace(*change))
    assert [line for line in found if line.startswith("shop.yaml:") and said in line], found


def test_a_file_that_is_no_mapping_is_told_so():
    assert findings("- a\n") == ["shop.yaml:1: a mapping is keys and values; begin with the key mapping"]
    assert findings("") == [
        "shop.yaml:1: the file is empty; begin with the key mapping, or copy a shipped mapping (intentflow replay --help)"
    ]


def test_shipped_mappings_say_how_they_are_called():
    for entry in (files("intentflow.mapping") / "shipped").iterdir():
        name = entry.name.removesuffix(".yaml")
        assert re.search(
            rf"^#   intentflow replay \S+ --format (csv|jsonl) --mapping {name}$", entry.read_text(), re.MULTILINE
        )
