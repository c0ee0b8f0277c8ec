"""Which refused records are meant, and what is told of them."""

import pytest

from intentflow.operate.refused import Listing, Wanted, document, in_lines
from intentflow.wire.rejections import Refused


def refused(offset: int = 1, **other) -> Refused:
    told = {
        "id": f"events/0/{offset}", "reason": "not_json", "detail": "why", "topic": "events", "partition": 0, "offset": offset,
        "timestamp": 1000 + offset, "key": b"l:a", "value": b"{}",
    }  # fmt: skip
    return Refused(**{**told, **other})


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        (Wanted(), True),
        (Wanted(reasons=frozenset({"not_json", "too_late"})), True),
        (Wanted(reasons=frozenset({"too_late"})), False),
        (Wanted(topics=frozenset({"carts"})), False),
        (Wanted(ids=frozenset({"events/0/1"})), True),
        (Wanted(key=b"l:b"), False),
        (Wanted(since=1001), True),
        (Wanted(since=1002), False),
        (Wanted(until=1001), False),
        (Wanted(since=1001, until=1002, key=b"l:a"), True),
        (Wanted(since=1001, until=1002, key=b"l:b"), False),
    ],
)
def test_a_record_is_meant_if_all_that_is_given_holds(wanted, meant):
    assert wanted(refused()) is meant


def test_a_list_counts_all_and_holds_only_the_newest():
    found = Listing(3)
    for offset in range(500):
        found.add(refused(offset, reason="too_late" if offset % 5 == 0 else "not_json"))
    assert (found.total, found.reasons, found.topics) == (500, {"not_json": 400, "too_late": 100}, {"events": 500})
    assert [one.offset for one in found.latest] == [499, 498, 497]
    assert len(found._newest) < 120


def test_bytes_that_are_no_text_are_told_in_hexadecimal_digits_under_another_name():
    told = document(refused(key=b"\xff", value=None))
    assert (told["key_hex"], "key" in told, told["value"]) == ("ff", False, None)


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (b'{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}'),
        (b"plain text", "plain text"),
        (b"\x1b[31mred", r"b'\x1b[31mred'"),
        (b"\xff", r"b'\xff'"),
        ('"\x9b31mred"'.encode(), r"""b'"\xc2\x9b31mred"'"""),
        ('"d\xe9j\xe0\xa0vu"'.encode(), '"d\xe9j\xe0\xa0vu"'),
        (None, "(none)"),
    ],
)
def test_a_value_is_shown_so_that_no_terminal_is_harmed(value, lines):
    assert in_lines(value) == lines
