from base64 import b64encode
from datetime import UTC, datetime, timedelta

import jinja2
import pytest

from intentflow.console.rendering import address, ago, coded, environment, hexdump, percent, points, relative, signed

NOW = datetime(2026, 11, 29, 16, 43, 5, tzinfo=UTC)
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (59.9, "just now"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (3_600, "1 h ago"),
        (86_400 * 29, "29 d ago"),
        (86_400 * 30, "1 mo ago"),
        (86_400 * 800, "2 y ago"),
        (-1, "in a moment"),
        (-86_400 * 12.5, "in 12 d"),
    ],
)
def test_a_distance_in_time_is_told_in_its_largest_unit(seconds, said):
    assert relative(seconds) == said


def test_a_time_has_its_exact_moment_as_its_title_in_utc():
    elsewhere = (NOW - timedelta(minutes=3)).astimezone()
    assert str(ago(elsewhere, NOW)) == (
        '<time datetime="2026-11-29T16:40:05.000+00:00" title="Sun 29 Nov 2026, 16:40:05 UTC">3 min ago</time>'
    )


def test_points_have_one_decimal_a_true_minus_sign_and_no_negative_nothing():
    assert [points(n) for n in (29.66, 1234.5, -1.25, 0.04, -0.04)] == ["29.7", "1,234.5", f"{MINUS}1.2", "0", "0"]
    assert [signed(n) for n in (3, 0.5, -3, 0)] == ["+3.0", "+0.5", f"{MINUS}3.0", "0"]


def test_a_share_that_is_small_is_not_told_as_none():
    assert [percent(n) for n in (0, 0.004, 0.123, 1)] == ["0 %", "< 1 %", "12 %", "100 %"]


@pytest.mark.parametrize("key", ["l:a/../b", "v:?q#x", 'l:"><script>', "l:ümlaut@x.cz", "l:a%2Fb"])
def test_a_leads_address_is_one_step_of_a_path_whatever_its_key(key):
    path = address(key)
    assert path.removeprefix("/leads/").isascii()
    assert not set(path.removeprefix("/leads/")) & set('/?#"<> ')


def test_bytes_are_told_by_place_hexadecimal_and_ascii():
    lines = hexdump(b64encode(b"\xff<script>alert(1)").decode()).splitlines()
    assert lines == [
        "000000  ff 3c 73 63 72 69 70 74 3e 61 6c 65 72 74 28 31  .<script>alert(1",
        "000010  29                                               )",
    ]


def test_a_template_escapes_what_is_put_into_it_and_refuses_a_name_that_is_not_there():
    made = environment().from_string("{{ given }}")
    assert made.render(given="<b onload='x'>") == "&lt;b onload=&#39;x&#39;&gt;"
    with pytest.raises(jinja2.UndefinedError):
        made.render()


def test_commands_in_backquotes_are_set_apart_and_all_the_rest_is_escaped():
    assert coded("start `intentflow <worker>` & wait") == "start <code>intentflow &lt;worker&gt;</code> &amp; wait"
    assert coded("an odd ` is <left>") == "an odd ` is &lt;left&gt;"
