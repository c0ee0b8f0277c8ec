"""What a field is made from: columns, texts, maps, numbers, hashes."""

import pytest

from tests.mapping.made import events, faults, written

AT = "who,at,x,y\nv,2026-05-01,"


def attribute(value: str, cells: str) -> object:
    """What an attribute is that is written so, in a row with these cells in x and y."""
    (event,) = events(written(f"attributes: {{it: {value}}}"), f"who,at,x,y\nv,2026-05-01,{cells}\n")
    return event.get("attributes", {}).get("it")


@pytest.mark.parametrize(
    ("value", "cells", "is_made"),
    [
        ('"{x}"', "a,b", "a"),
        ('"{x}-{y}"', "a,b", "a-b"),
        ('"{x}-{y}"', "a,", None),
        ('"{x}-{y?}"', "a,", "a-"),
        ('"line {$line}"', "a,b", "line 2"),
        ("always", "a,b", "always"),
        ("5", "a,b", 5),
        ("true", "a,b", True),
        ("{column: x}", "a,b", "a"),
        ("{column: [x, y]}", ",b", "b"),
        ('{column: x, default: "no {y}"}', ",b", "no b"),
        ("{column: x, map: {a: one, b: 2}}", "a,", "one"),
        ("{column: x, map: {a: one, b: 2}}", "b,", 2),
        ("{column: x, map: {a: null}, otherwise: other}", "a,", None),
        ('{column: x, map: {a: null}, otherwise: "{x}!"}', "b,", "b!"),
        ("{column: x, map: {a: one}, otherwise: null}", "b,", None),
        ("{column: x, as: number}", "2.50,", 2.5),
        ("{column: x, as: number}", "2.00,", 2),
        ('{column: x, decimal: ",", as: number}', '"1.234,50",', 1234.5),
        ('{column: x, decimal: "."}', '"1,234.50",', "1234.50"),
        ("{column: x, as: whole}", "7,", 7),
        ("{column: x, as: truth}", "TRUE,", True),
        ("{column: x, as: truth}", "n,", False),
        ("{column: x, as: lower}", "ABC,", "abc"),
        ("{column: x, as: hash}", "a,", "27c35e6e9373877f29e562464e46497e"),
    ],
)
def test_a_value_is_made_as_it_is_written(value, cells, is_made):
    assert attribute(value, cells) == is_made


@pytest.mark.parametrize(
    ("value", "cell", "said"),
    [
        (
            "{column: x, map: {a: one}}",
            "b",
            'malformed_row: column 3 (x): "b" is not in the map: add it, or give otherwise',
        ),
        ("{column: x, as: number}", "abc", 'wrong_type: column 3 (x): "abc" cannot be read as number'),
        ("{column: x, as: number}", "inf", 'wrong_type: column 3 (x): "inf" cannot be read as number'),
        ("{column: x, as: whole}", "1.5", 'wrong_type: column 3 (x): "1.5" cannot be read as whole'),
        ("{column: x, as: truth}", "maybe", 'wrong_type: column 3 (x): "maybe" cannot be read as truth'),
    ],
)
def test_a_cell_that_does_not_fit_is_told_with_line_and_column(value, cell, said):
    assert faults(written(f"attributes: {{it: {value}}}"), f"{AT}{cell},\n") == [f"2: {said}"]


def test_what_json_holds_keeps_its_type_as_an_attribute_and_is_text_as_an_id():
    table = '{"who": 42, "at": "2026-05-01", "x": 2.5, "in": {"y": [true, "z"]}}'
    text = written('attributes: {x: "{x}", first: "{in.y.0}", all: "{in.y}"}', format="jsonl")
    (event,) = events(text, table)
    assert event["visitor_id"] == "42"
    assert event["attributes"] == {"x": 2.5, "first": True, "all": '[true,"z"]'}


def test_the_zone_of_a_time_may_stand_in_a_column():
    text = written().replace('"{at}"', '{text: "{at}", zone: "{zone}"}')
    (event, other) = events(text, "who,at,zone\nv,2026-05-01 12:00,America/New_York\nv,2026-05-01 12:00,\n")
    assert (event["occurred_at"], other["occurred_at"]) == ("2026-05-01T16:00:00.000Z", "2026-05-01T12:00:00.000Z")
    assert "bad_time: column 3 (zone): must be a zone like" in faults(text, "who,at,zone\nv,2026-05-01 12:00,Mars\n")[0]
