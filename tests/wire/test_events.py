"""What is an event, and what is refused: each reason at its exact edge."""

from decimal import Decimal

import pytest

from intentflow.domain.event import MAX_RECORD_BYTES, Cart, Money, Profile, WebsiteVisit, key_of, time_of
from intentflow.wire.events import MAX_DEPTH, decode, encode
from intentflow.wire.rejections import Rejection
from tests.wire.payloads import cart, profile, visit


def reason(value: bytes | None) -> str:
    """Why it is refused, or `taken`."""
    event = decode(value)
    return event.reason if isinstance(event, Rejection) else "taken"


def detail(value: bytes) -> str:
    event = decode(value)
    assert isinstance(event, Rejection)
    return event.detail


def test_a_visit_needs_only_a_family_an_id_a_time_and_somebody():
    event = decode(visit(page=...))
    assert isinstance(event, WebsiteVisit)
    assert (event.action, key_of(event), time_of(event)) == ("view", b"v:v-1", 1_777_627_800_250)


def test_a_field_that_nobody_knows_is_passed_over():
    assert reason(visit(tenant={"a": [1, {"b": None}]})) == "taken"


def test_an_encoded_event_is_read_back_the_same():
    for value in (visit(), cart(), visit(email="a@b.c", attributes={"n": 1, "x": 1.5, "t": True, "s": "ü"})):
        event = decode(value)
        assert not isinstance(event, Rejection)
        assert decode(encode(event)) == event
        assert b"null" not in encode(event)


@pytest.mark.parametrize("value", [None, b""])
def test_a_record_without_a_value_is_empty(value: bytes | None):
    assert reason(value) == "empty"


@pytest.mark.parametrize(
    "value", [b" ", b"{", b"nul", b"\xff\xfe", b'{"family":"website_visit"', b"NaN", visit()[:-1], b"a,b"]
)
def test_what_is_not_json_is_not_json(value: bytes):
    assert reason(value) == "not_json"


def test_a_text_that_is_no_utf8_is_not_json():
    assert reason(visit().replace(b"v-1", b"v-\xff")) == "not_json"
    assert reason(visit().replace(b"v-1", b"v-\xed\xa0\x80")) == "not_json"


def test_half_a_surrogate_pair_is_not_json():
    assert reason(visit().replace(b"v-1", rb"v-\ud800")) == "not_json"


def test_a_record_with_more_than_64_kib_of_headers_is_too_large():
    good = visit()
    assert not isinstance(decode(good, [("trace", b"x" * ((1 << 16) - 5))]), Rejection)
    refused = decode(good, [("trace", b"x" * ((1 << 16) - 4))])
    assert isinstance(refused, Rejection)
    assert refused.reason == "too_large"


def test_a_record_of_exactly_one_mebibyte_is_taken_and_one_byte_more_is_too_large():
    room = MAX_RECORD_BYTES - len(visit(more=""))
    assert reason(visit(more="x" * room)) == "taken"
    assert reason(visit(more="x" * (room + 1))) == "too_large"
    assert reason(b"x" * (MAX_RECORD_BYTES + 1)) == "too_large"


@pytest.mark.parametrize(("opens", "closes"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_is_bounded_exactly_and_not_by_the_callers_stack(opens: bytes, closes: bytes):
    def nested(depth: int) -> bytes:
        return visit(more=0).replace(b'"more": 0', b'"more": ' + opens * depth + b"0" + closes * depth)

    assert reason(nested(MAX_DEPTH - 1)) == "taken"  # the event itself is one level
    assert reason(nested(MAX_DEPTH)) == "too_deep"
    assert reason(nested(100_000)) == "too_deep"


def test_brackets_in_a_text_are_no_nesting():
    assert reason(visit(more='[{\\"' * 2000)) == "taken"
    assert reason(visit(more=[[0]] * 2000)) == "taken"


def test_a_long_record_that_breaks_off_deep_inside_is_too_deep():
    assert reason(b'{"a":' * 100_000) == "too_deep"


@pytest.mark.parametrize("family", [..., None, 1, "", "visit", "Cart", "x" * 5000])
def test_a_family_that_is_none_of_the_four_is_unknown(family: object):
    assert reason(visit(family=family)) == "unknown_family"
    assert "website_visit, newsletter_signup, cart, landing_page" in detail(visit(family=family))


@pytest.mark.parametrize(
    "value", [b"[]", b"1", b'"a"', b"null", b"true", visit(page=5), visit(action="fly"), visit(event_id=...)]
)
def test_json_of_another_shape_is_of_the_wrong_type(value: bytes):
    assert reason(value) == "wrong_type"


@pytest.mark.parametrize("field", ["event_id", "lead_id", "visitor_id"])
def test_an_id_may_have_128_bytes_in_utf8_and_no_more(field: str):
    for fits, too_long in (("a" * 128, "a" * 129), ("ü" * 64, "ü" * 64 + "a"), ("😀" * 32, "😀" * 33)):
        assert (reason(visit(**{field: fits})), reason(visit(**{field: too_long}))) == ("taken", "bad_id")


@pytest.mark.parametrize("field", ["event_id", "lead_id", "visitor_id", "cart_id"])
@pytest.mark.parametrize("text", ["", " ", " " * 128, "\t", "\u00a0", "a\x00b", "a\nb", "a\x7fb", "a\x85b", "a\x1f"])
def test_an_id_is_neither_white_space_alone_nor_with_control_characters(field: str, text: str):
    assert reason(cart(**{field: text})) == "bad_id"
    raw = cart(**{field: "???"}).replace(b"???", text.encode()) if text.isprintable() else cart(**{field: text})
    assert reason(raw) == "bad_id"


def test_delete_as_a_plain_byte_is_a_control_character_too():
    assert reason(visit().replace(b"v-1", b"v\x7f1")) == "bad_id"


def test_an_article_number_and_an_attributes_name_are_ids():
    assert reason(cart(lines=[{"sku": "a"}, {"sku": " "}])) == "bad_id"
    assert "lines[1].sku" in detail(cart(lines=[{"sku": "a"}, {"sku": "ü" * 65}]))
    assert reason(visit(attributes={"ü" * 65: 1})) == "bad_id"
    assert reason(visit(attributes={"": 1})) == "bad_id"


@pytest.mark.parametrize("email", ["a", "ab", "abc", "a@", "@b", "a@b@c", "a\n@b", "a@b\n", "ü" * 252 + "@b"])
def test_an_address_that_is_none_is_a_bad_id(email: str):
    assert reason(visit(email=email)) == "bad_id"


def test_a_space_before_an_id_is_taken_and_is_no_part_of_the_key():
    event = decode(visit(visitor_id=" v-1 "))
    assert not isinstance(event, Rejection)
    assert key_of(event) == b"v:v-1"


@pytest.mark.parametrize(
    "time",
    [
        *(
            "1999-12-31T23:59:59.999Z",
            "2100-01-01T00:00:00.001Z",
            "2000-01-01T00:00:00+00:01",
            "0001-01-01T00:00:00+14:00",
        ),
        *(
            "9999-12-31T23:59:59-14:00",
            "2026-05-01",
            "2026-05-01T09:30:00",
            "2026-02-30T00:00:00Z",
            "now",
            "",
            1_777_627_800,
        ),
        *("2016-12-31T23:59:60Z", None),
    ],
)
def test_a_time_without_offset_or_outside_of_the_century_is_bad(time: object):
    assert reason(visit(occurred_at=time)) == "bad_time"


@pytest.mark.parametrize(
    "time", ["2000-01-01T00:00:00Z", "1999-12-31T23:00:00-01:00", "2100-01-01T00:00:00Z", "2026-05-01t09:30:00z"]
)
def test_a_time_at_the_edge_of_the_century_is_taken(time: str):
    assert reason(visit(occurred_at=time)) == "taken"


def test_a_missing_time_is_named():
    assert detail(visit(occurred_at=...)) == "Object missing required field `occurred_at`: add occurred_at"


def test_somebody_must_be_named():
    assert reason(visit(visitor_id=...)) == reason(visit(visitor_id=None)) == "no_identity"
    assert reason(visit(visitor_id=..., email="a@b.c")) == reason(visit(visitor_id=..., lead_id="1")) == "taken"


MONEY = [(0, True), ("0", True), (-0.0, True), (10**12, True), ("1000000000000", True), ("0.005", True), ("1e12", True)]
NO_MONEY = [
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    -1,
    "-0.01",
    10**12 + 1,
    "1000000000000.01",
    "1e400",
    "x",
    "",
    "1e9999999999999999999",
]


@pytest.mark.parametrize("amount", [amount for amount, _ in MONEY])
def test_an_amount_may_be_anything_from_nothing_to_a_million_millions(amount: object):
    assert reason(cart(value={"amount": amount, "currency": "EUR"})) == "taken"
    assert reason(cart(lines=[{"sku": "ü", "price": {"amount": amount, "currency": "EUR"}}])) == "taken"


@pytest.mark.parametrize("amount", NO_MONEY)
def test_an_amount_that_is_none_is_bad_money_wherever_it_stands(amount: object):
    price = {"amount": amount, "currency": "EUR"}
    assert reason(cart(value=price)) == "bad_money"
    assert reason(cart(lines=[{"sku": "a"}, {"sku": "b", "price": price}])) == "bad_money"
    assert reason(cart(value=price, event_id="ü")) == "bad_money"


def test_an_amount_is_exact_to_the_last_digit():
    event = decode(cart(value={"amount": "0.1000000000000000055", "currency": "EUR"}))
    assert isinstance(event, Cart)
    assert event.value == Money(Decimal("0.1000000000000000055"), "EUR")


def test_a_currency_has_three_capitals():
    assert reason(cart(value={"amount": 1, "currency": "eur"})) == "bad_money"


def test_a_detail_says_where_and_never_holds_the_whole_record():
    assert detail(visit(page={"url": 5})) == "page.url: Expected `str`, got `int`"
    for value in (
        visit(action="x" * 9000),
        visit(family="ü" * 9000),
        b'{"' + b"k" * 9000,
        visit(page={"url": "u" * 9000}),
    ):
        assert len(detail(value)) <= 200
        assert "x" * 100 not in detail(value)


def test_a_profile_tells_texts_numbers_bools_and_null():
    event = decode(profile(profile={"role": "owner", "size": 3, "rate": 0.5, "consent": True, "fax": None}))
    assert isinstance(event, Profile)
    assert event.profile == {"role": "owner", "size": 3, "rate": 0.5, "consent": True, "fax": None}
    assert (event.action, event.provenance, event.given_freely) == ("update", "form", False)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"profile": {}}, "wrong_type"),
        ({"profile": ...}, "wrong_type"),
        ({"profile": {"a": ["x"]}}, "wrong_type"),
        ({"profile": {"a": "x" * 257}}, "wrong_type"),
        ({"profile": {"a": "ü" * 129}}, "wrong_type"),
        ({"profile": {"a": "ü" * 128}}, "taken"),
        ({"profile": {"a": "x" * 256}}, "taken"),
        ({"profile": {" ": "x"}}, "bad_id"),
        ({"profile": {"a\tb": "x"}}, "bad_id"),
        ({"profile": {"": "x"}}, "bad_id"),
        ({"profile": {"ü" * 65: "x"}}, "bad_id"),
        ({"profile": {f"a{i}": i for i in range(64)}}, "taken"),
        ({"profile": {f"a{i}": i for i in range(65)}}, "wrong_type"),
        ({"profile": {"a": 2**60}}, "wrong_type"),
        ({"provenance": ...}, "wrong_type"),
        ({"provenance": "guessed"}, "wrong_type"),
        ({"given_freely": "yes"}, "wrong_type"),
    ],
)
def test_a_profile_that_is_not_as_the_contract_says_is_refused(changes, expected):
    assert reason(profile(**changes)) == expected
