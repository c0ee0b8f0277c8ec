"""Texts with columns in them."""

import re

import pytest

from intentflow.mapping.templates import Place, columns_in, template


def test_a_text_is_its_letters_and_its_columns():
    assert template("hs-{id}/{last name?}") == ("hs-", Place("id", False), "/", Place("last name", True))
    assert columns_in(template("{a}{b}{a}")) == ("a", "b", "a")


def test_a_doubled_brace_is_a_brace():
    assert template("{{x}}") == ("{", "x", "}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{id", 'has a lone "{"; a column is written {name}, and a brace itself {{'),
        ("id}", 'has a lone "}"; a column is written {name}, and a brace itself }}'),
        ("{}", "has braces with no column in them; a column is written {name}"),
        ("{$row}", "knows no $row; there are $line, $n, $each"),
        ("{$lines}", "knows no $lines (did you mean $line?)"),
    ],
)
def test_braces_that_say_nothing_are_told(text, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        template(text)
