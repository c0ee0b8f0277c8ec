import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intentflow.model.document import MAX_BYTES, MAX_DEPTH, parse
from intentflow.model.findings import ModelError


def refusal(content: bytes) -> str:
    with pytest.raises(ModelError) as caught:
        parse("m.yaml", content)
    return str(caught.value)


def test_every_place_knows_its_line():
    document = parse("m.yaml", b"a:\n  b: [1,\n    2]\n\nc: {d: 3}\n")
    assert document.tree == {"a": {"b": [1, 2]}, "c": {"d": 3}}
    assert [document.line(path) for path in [("a",), ("a", "b"), ("a", "b", 1), ("c", "d")]] == [1, 2, 3, 5]


def test_a_place_that_is_not_there_has_the_line_of_what_is_around_it():
    assert parse("m.yaml", b"x: 1\na:\n  b: 1\n").line(("a", "c", 5)) == 2


def test_the_hash_is_that_of_the_bytes():
    content = b"\xef\xbb\xbfa: 1 # with a mark of UTF-8\n"
    assert parse("m.yaml", content).hash == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("true", True),
        ("010", 10),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("'1'", "1"),
        ("~", None),
        ("", None),
        ("2026-13-45", "2026-13-45"),
        ("14d", "14d"),
    ],
)
def test_a_scalar_is_what_yaml_1_2_says(written, value):
    found = parse("m.yaml", f"a: {written}\n".encode()).tree["a"]
    assert (type(found), found) == (type(value), value)


def test_a_key_that_is_there_twice_is_named_with_both_lines():
    assert refusal(b"a: 1\nb: {c: 1, c: 2}\na: 2\n") == (
        'm.yaml:2: the key "c" is here twice, first in line 2; keep one of them\n'
        'm.yaml:3: the key "a" is here twice, first in line 1; keep one of them'
    )


def test_a_syntax_error_has_its_line():
    assert refusal(b"a: 1\nb: [1, 2\nc: 3\n").startswith("m.yaml:3: this is not YAML: ")


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"---\n...\n"])
def test_an_empty_file_is_told_what_to_begin_with(content):
    assert "begin with the key model" in refusal(content) or "is empty" in refusal(content)


@pytest.mark.parametrize(
    "content",
    [b"- a\n", b"text", b"---\na: 1\n---\nb: 2\n", b"? [a]\n: 1\n", b"1: 2\n", b"!!python/object:os.system {}\n: x"],
)
def test_what_is_not_one_mapping_of_text_is_refused(content):
    assert refusal(content).startswith("m.yaml:")


def test_binary_noise_is_no_text():
    assert refusal(b"a: 1\n\xff\xfe\x00") == "m.yaml:2: this is not text in UTF-8; save the file as UTF-8"


def test_a_file_may_have_exactly_the_most_bytes():
    content = b"a: 1\n#".ljust(MAX_BYTES, b"x")
    assert parse("m.yaml", content).tree == {"a": 1}
    assert "larger than" in refusal(content + b"x")


def test_a_bomb_of_anchors_ends_at_the_bound():
    lines = [
        "a0: &a0 [x, x, x, x, x, x, x, x, x]",
        *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)),
    ]
    assert "too many values" in refusal("\n".join(lines).encode())


@pytest.mark.parametrize(
    "content", [b"a: &a [*a]\n", b"a: &a {b: *a}\n", b"a: " + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)]
)
def test_a_circle_of_aliases_ends_at_the_depth(content):
    assert "nested too deeply" in refusal(content)


def test_nesting_beyond_the_parser_is_refused_too():
    assert "nested too deeply" in refusal(b"a: " + b"[" * 50_000)


def test_an_alias_is_what_its_anchor_is():
    assert parse("m.yaml", b"a: &x [1]\nb: *x\na2: &x 3\nc: *x\n").tree == {"a": [1], "b": [1], "a2": 3, "c": 3}


YAMLISH = st.text(alphabet=st.sampled_from(list("ab01:-[]{},&*!|>'\"#%@`?~.\n\t \\<=\u00e9\u2028\x07")), max_size=80)


@given(st.one_of(st.binary(max_size=200), YAMLISH.map(str.encode)))
def test_any_bytes_are_a_document_or_a_model_error(content):
    with suppress(ModelError):
        parse("m.yaml", content)
