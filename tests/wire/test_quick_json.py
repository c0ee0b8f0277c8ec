"""Whatever bytes a record has: what goes the short way is what `wire/events.py` reads there; and no row of anybody's crashes it."""

import json
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intentflow import compiled
from intentflow.domain.counting import CLOSED, ENTRY, PERIOD, rule_of
from intentflow.domain.lead import Lead
from intentflow.domain.rules import Condition, Counted, Evidence, ScoringModel, Stage
from intentflow.domain.worth import code
from intentflow.wire.chunk import Scorer
from intentflow.wire.quick import Short
from intentflow.wire.records import Folded
from intentflow.wire.rows import decode_row, encode_row
from tests.domain.strategies import Choices, many
from tests.lane.scenes import Record
from tests.wire.payloads import json_of
from tests.wire.short_way import HOUR, both, came_of, signals

LATER = 4_200_000_000_000  # when all of it is received
HUMAN, BOT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", "Googlebot/2.1"
LOOKING = ScoringModel(
    name="looking",
    version=1,
    hash="looking",
    signals=(
        *signals(50 * HOUR, 3, HOUR, None)[1:],
        Counted(name="price", axis="fit", points=1.0, when=(Condition(family="website_visit", url=("*price*",)),)),
    ),
    stages=(Stage(name="low"), Stage(name="high", enter=(("intent", 1e9),))),
    evidence=(
        Evidence(
            name="bot",
            when=(Condition(family="website_visit", agent=("bot",)),),
            weight=0.0,
            because="it says so",
            of=("website_visit", "cart"),
        ),
    ),
)
VISIT: dict[str, Any] = {
    "family": "website_visit",
    "action": "view",
    "event_id": "e-1",
    "occurred_at": "2026-05-01T09:30:00.250Z",
    "lead_id": "a",
    "page": {"url": "/price", "title": "t", "referrer": "/from"},
    "user_agent": HUMAN,
}
CART: dict[str, Any] = {
    **{name: value for name, value in VISIT.items() if name != "page"},
    "family": "cart",
    "action": "add",
    "cart_id": "c-1",
    "campaign": {"source": "news", "term": None},
}
SIGNUP: dict[str, Any] = {
    **{name: value for name, value in VISIT.items() if name not in ("lead_id", "action")},
    "family": "newsletter_signup",
    "email": "a",
    "attributes": {"n": -1.5, "yes": True, "text": "x"},
}
SAMPLES = [VISIT, CART, SIGNUP | {"email": "a@b.example"}, VISIT | {"family": "landing_page", "action": "land"}]
KEYS = (b"l:a", b"l:a", b"l:a@b.example", b"l:a")
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    10**15,
    10**16,
    "",
    " ",
    "a",
    "A@b.example",
    "x@y",
    [],
    {},
    [1, [{}]],
    {"a": 1},
)
TOKENS = (
    '"\\u0061"',
    '"a\\n"',
    '"ä"',
    '"\x7f"',
    '"\x01"',
    "1e3",
    "1E-2",
    "01",
    "-",
    "nul",
    "NaN",
    '"',
    '{"a":[}',
    "-0",
    "1.",
)
SPACES = ("", "", "", " ", "\n\t", "\r", "\x0b", "\u00a0", "\ufeff")
NAMES = (*VISIT, *CART, "email", "visitor_id", "attributes", "lines", "value", "more", "Family", "", "url", "purpose")


RULES = {
    signal.name: rule_of(code(signal.name), signal, 0) for signal in LOOKING.signals if isinstance(signal, Counted)
}


@cache
def scorers() -> tuple[Scorer, Scorer]:
    return both(LOOKING, 1)


def went(value: bytes, key: bytes = b"l:a", timestamp: int = LATER) -> bool:
    """Whether it went the short way, which ends as the long one would."""
    quick, plain = scorers()
    record = [Record(0, key, value, timestamp)]
    (found, short), (wanted, _) = came_of(quick, record), came_of(plain, record)
    assert found == wanted
    return bool(short)


def token(choose: Choices, value: Any) -> str:
    how = choose.below(24)
    if how == 0:
        return choose.one(TOKENS)
    if how == 1:
        value = choose.one(ODD)
    if isinstance(value, dict):
        return written(choose, value)
    return json.dumps(value, ensure_ascii=choose.below(2) == 0)


def written(choose: Choices, fields: dict[str, Any]) -> str:
    """As JSON, with something odd here and there."""
    names = list(fields)
    if choose.below(3) == 0:
        names.insert(choose.below(len(names) + 1), choose.one(NAMES))
    if choose.below(4) == 0 and len(names) > 1:
        names.append(names.pop(choose.below(len(names))))
    if choose.below(8) == 0 and names:
        names.pop(choose.below(len(names)))
    space = choose.one(SPACES) if choose.below(2) == 0 else ""
    pairs = [f"{json.dumps(name)}{space}:{space}{token(choose, fields.get(name, choose.one(ODD)))}" for name in names]
    return "{" + space + f"{space},".join(pairs) + space + "}" + choose.one(("",) * 12 + (",", "}", " x"))


@settings(max_examples=1_000)
@given(st.data(), st.integers(0, len(SAMPLES) - 1))
def test_an_event_with_anything_odd_about_its_json_ends_as_it_would_without_the_short_way(data, n):
    choose = Choices(int.from_bytes(data.draw(st.binary(min_size=60, max_size=60)), "big"))
    value = bytearray(written(choose, SAMPLES[n]).encode())
    for _ in range(choose.one((0, 0, 1, 2))):
        value[choose.below(len(value))] = choose.one((choose.below(256), *b'"\\{}[],: \x00\x7f\xc3eE+-.0nZ'))
    went(bytes(value), KEYS[n])


@pytest.mark.parametrize(
    ("sample", "key"),
    list(zip(SAMPLES, KEYS, strict=True)),
    ids=lambda x: x.get("family", "") if type(x) is dict else "",
)
def test_an_event_that_is_cut_anywhere_or_has_any_byte_changed_ends_as_it_would_without(sample, key):
    value = json.dumps(sample).encode()
    assert went(value, key) or not compiled.in_force() or "attributes" in sample
    for at in range(len(value)):
        went(value[:at], key)
        for byte in b'"\\ {]:,\x00\x7f\xc39e':
            went(value[:at] + bytes((byte,)) + value[at + 1 :], key)


@pytest.mark.parametrize("name", sorted({*VISIT, *CART, "email", "visitor_id", "attributes", "lines", "value"}))
def test_a_field_that_says_anything_ends_as_it_would_without(name):
    for value in ODD:
        for sample, key in zip(SAMPLES, KEYS, strict=True):
            went(json_of(sample | {name: value}), key)


LENGTHS = (1, 2, 3, 31, 32, 127, 128, 129, 253, 254, 255, 511, 512, 513, 1023, 1024, 1025, 4095, 4096, 4097)


@pytest.mark.parametrize("length", LENGTHS)
def test_a_text_of_any_length_ends_as_it_would_without(length):
    text = "x" * length
    went(json_of(VISIT | {"lead_id": text}), b"l:" + text.encode())
    went(json_of(VISIT | {"lead_id": None, "visitor_id": text}), b"v:" + text.encode())
    went(json_of(SIGNUP | {"email": text[:-2] + "@y"}), b"l:" + text[:-2].encode() + b"@y")
    for field in ("event_id", "cart_id", "action", "user_agent", "occurred_at", "family", "more"):
        went(json_of(CART | {field: text}))
    for field in ("url", "title", "referrer"):
        went(json_of(VISIT | {"page": {"url": "/", field: text}}))
    went(json_of(VISIT | {"campaign": {"name": text}, "attributes": {text: text}, text: text}))
    went(json_of(VISIT | {"attributes": {str(n): n for n in range(length % 100)}, "more": [[]] * length}))
    went(json_of(VISIT | {"more": None}).replace(b"null", b"[" * length + b"]" * length))
    for number in (b"1" * length, b"0." + b"1" * length, b"-" + b"9" * length):
        went(json_of(VISIT | {"attributes": {"n": None}}).replace(b"null", number))


DATES = (
    "2026-05-01",
    "2024-02-29",
    "2023-02-29",
    "2100-02-29",
    "2000-02-29",
    "2026-04-31",
    "2026-13-01",
    "2026-00-10",
    "2026-01-00",
)
YEARS = ("0000", "0001", "1970", "1999", "2000", "2001", "2098", "2099", "2100", "9999", "-001", "+026")
CLOCKS = (
    "09:30:00",
    "23:59:59",
    "24:00:00",
    "23:59:60",
    "00:00:00",
    "9:30:00",
    "09:30",
    "09:60:00",
    "-1:30:00",
    "09-30-00",
)
FRACTIONS = ("", ".", *(f".{'123456789'[:n]}" for n in range(1, 10)), ".9999", ".0009999", ".999999", ",5", ".1a")
OFFSETS = ("Z", "z", "+00:00", "-00:00", "+0000", "+00", "+01:00", "-23:59", "+24:00", "", " Z", "ZZ", "+00:00Z")


@pytest.mark.parametrize("offset", OFFSETS)
def test_a_time_in_any_form_is_the_same_millisecond(offset):
    times = [f"{date}T{clock}{part}" for date in DATES for clock in CLOCKS for part in FRACTIONS[:4]]
    times += [f"{year}-12-31T23:59:59{part}" for year in YEARS for part in FRACTIONS]
    times += [f"2026-05-01{mark}09:30:00" for mark in "tT _"]
    taken = [time for time in times if went(json_of(VISIT | {"occurred_at": f"{time}{offset}"}))]
    assert bool(taken) == (offset in ("Z", "+00:00")) or not compiled.in_force()


@pytest.mark.parametrize("ahead", [299_999, 300_000, 300_001, 1 << 40])
def test_an_event_from_the_future_is_marked_as_it_would_be_without(ahead):
    went(json_of(VISIT), timestamp=1_777_627_800_250 - ahead)
    for received in (-1, 0, (1 << 63) - 1, -(1 << 63)):
        went(json_of(VISIT), timestamp=received)


@cache
def real_rows() -> tuple[bytes, ...]:
    """Of leads that have all that a row may have."""
    told = [
        Record(
            n,
            b"l:a",
            json_of(sample | {"event_id": f"e{n}", "occurred_at": f"2026-05-01T{n:02}:30:00Z", "lead_id": "a"}),
            LATER,
        )
        for n, sample in enumerate([VISIT, CART, VISIT, CART | {"cart_id": "other"}, VISIT, VISIT, CART, VISIT])
    ]
    return tuple(row for n in range(1, len(told)) for row in came_of(scorers()[1], told[:n])[0].rows.values())


def offered(row: bytes, value: bytes) -> bytes | None:
    """The lead's row after this event, if it went the short way."""
    quick, out = scorers()[0].quick, Folded([], [], [])
    if quick is not None:
        quick.take({b"l:a": [Record(1 << 20, b"l:a", value, LATER)]}, {b"l:a": row}, Short(7, {}), (0, 0, 1), out)
    return out.rows[0][1] if out.rows else None


@settings(max_examples=1_000)
@given(st.data())
def test_a_row_that_nobody_wrote_crashes_nothing(data):
    [choose, more] = many(data.draw, 2)
    row = bytearray(choose.one(real_rows()))
    for _ in range(choose.one((1, 1, 2, 5))):
        row[more.below(len(row)) if more.below(2) else 16 + more.below(40)] = choose.one(
            (choose.below(256), 0, 127, 128, 255)
        )
    if choose.below(4) == 0:
        row = row[: choose.below(len(row) + 1)]
    for sample in (VISIT, CART):
        offered(
            bytes(row), json_of(sample | {"occurred_at": choose.one(("2026-05-02T10:00:00Z", "2026-05-09T10:00:00Z"))})
        )


@given(st.binary(max_size=300))
def test_any_bytes_as_a_row_crash_nothing(row):
    assert offered(row, json_of(VISIT)) is None


ANYTHING: tuple[Any, ...] = (
    *(0, 1, -1, -33, 2**63 - 1, 2**64 - 1, None, "", {}, {1: 2}, [], [1.0, 2.0, 3.0], [float("nan")] * 3),
    *(b"", b"x" * 5, b"x" * 16, b"x" * 20, b"\xff" * 160, b"\x7f" * 480, b"\x80" * 800, b"x" * 8200),
)


@pytest.mark.parametrize("field", [name for name in Lead.__struct_fields__ if name not in ("applied", "outbox")])
def test_a_lead_whose_field_holds_anything_crashes_nothing(field):
    tag = scorers()[0].fold.tag
    for row in real_rows():
        lead = decode_row(row)
        assert lead.model == tag
        fields = [getattr(lead, name) for name in Lead.__struct_fields__]
        for value in ANYTHING:
            fields[Lead.__struct_fields__.index(field)] = value
            for sample in (VISIT, CART):
                offered(
                    row[:13] + msgspec.msgpack.encode(fields), json_of(sample | {"occurred_at": "2026-05-09T10:00:00Z"})
                )


EXTREME = (-(1 << 63), -1, 0, 1, 1 << 62, (1 << 63) - 1)


@pytest.mark.parametrize("when", EXTREME)
def test_counts_of_no_time_that_was_ever_crash_nothing(when):
    """The event ends a period of its signal, so that what lies beside the count is closed."""
    *_, row = real_rows()
    lead = decode_row(row)
    name, *_ = RULES["cart"]
    of_period, of_closed = PERIOD.pack(name, when, 3), CLOSED.pack(name, 1.5, when)
    kept = PERIOD.pack(name, lead.newest - 20 * HOUR, 3)
    for older, closed in (
        (of_period, b""),
        (kept, of_closed),
        (kept[:5], of_closed[:5]),
        (kept * 513, of_closed * 409),
    ):
        lead.older, lead.closed = older, closed
        offered(encode_row(1, lead), json_of(CART | {"occurred_at": "2026-05-20T10:00:00Z"}))
    lead.older = lead.closed = b""
    lead.signals, lead.counts = name, bytearray(ENTRY.pack(1.0, when, 2))
    for sample in (CART, VISIT):  # also of another signal, when the lead is to be judged
        lead.room = [1e9 if sample is CART else 0.0] * 3
        offered(encode_row(1, lead), json_of(sample | {"occurred_at": "2026-05-20T10:00:00Z"}))


def test_a_limit_of_ids_that_is_larger_than_the_short_way_has_room_for_is_the_fold_s():
    large = msgspec.structs.replace(LOOKING, remembered=1400)
    assert both(large, 1)[0].quick is None
    assert both(msgspec.structs.replace(LOOKING, signals=(), remembered=1), 16)[0].quick is None
