"""What `intentflow explain` tells of carts and the newsletter."""

import json
import subprocess
import sys
from typing import Any

import pytest

DONE: list[dict[str, Any]] = [
    {"family": "newsletter_signup", "action": "signup", "at": "10:00"},
    {"family": "newsletter_signup", "action": "confirm", "at": "10:05"},
    {"family": "cart", "action": "add", "at": "10:10", "cart_id": "k9 [x]", "value": {"amount": "39.90", "currency": "EUR"}},
    {"family": "cart", "action": "add", "at": "10:20", "cart_id": "k10", "lines": [{"sku": "a"}, {"sku": "b"}]},
    {"family": "cart", "action": "purchase", "at": "10:30", "cart_id": "k10"},
    {"family": "cart", "action": "add", "at": "10:40"},
    {"family": "cart", "action": "remove", "at": "10:50", "lines": []},
    {"family": "cart", "action": "add", "at": "11:15", "cart_id": "k11"},
]  # fmt: skip


@pytest.fixture
def events(tmp_path):
    path = tmp_path / "events.jsonl"
    lines = [
        {"event_id": str(n), "occurred_at": f"2026-05-01T{one['at']}:00Z", "email": "ann@roastery.co.uk"}
        | {key: said for key, said in one.items() if key != "at"}
        for n, one in enumerate(DONE)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def explain(*arguments: object) -> bytes:
    command = [sys.executable, "-m", "intentflow", "explain", "ann@roastery.co.uk", *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_each_cart_has_its_state_its_value_and_whether_a_notice_stands(events):
    carts = {one["cart_id"]: one for one in json.loads(explain("--file", events, "--json"))["carts"]}
    assert {name: (one["stands"], one["notice_told"]) for name, one in carts.items()} == {
        "k9 [x]": ("abandoned", True),
        "k10": ("bought", False),
        None: ("emptied", False),
        "k11": ("open", False),
    }
    assert (carts["k9 [x]"]["value"], carts["k9 [x]"]["since"]) == (
        {"amount": "39.90", "currency": "EUR"},
        "2026-05-01T11:10:00.000Z",
    )
    assert (carts["k10"]["value"], carts["k10"]["lines"]) == (None, 2)


def test_where_the_sign_up_stands_is_told(events):
    told = json.loads(explain("--file", events, "--json"))["newsletter"]
    assert told == {"stands": "confirmed", "since": "2026-05-01T10:05:00.000Z"}


def test_a_reader_is_told_the_same_in_words(events):
    said = explain("--file", events).decode()
    for words in (
        "k9 [x]",
        "abandoned, told",
        "39.90 EUR",
        "without id",
        "Newsletter: confirmed since 2026-05-01 10:05",
    ):
        assert words in said
