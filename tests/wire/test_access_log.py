"""Lines of access logs: who, what, which and where, and what is refused."""

import io
import json
from collections import Counter

import pytest

from intentflow.domain.event import AnyEvent, Link
from intentflow.wire.access_log import read_access_log
from intentflow.wire.events import decode
from intentflow.wire.file_rows import Row
from intentflow.wire.files import rows
from intentflow.wire.rejections import Rejection
from tests.wire.real_data import real

AGENT = '"-" "Mozilla/5.0"'


def line(
    request: str = "GET / HTTP/1.1", status: int = 200, rest: str = AGENT, address: str = "203.0.113.7", time: str = ""
) -> bytes:
    time = time or "17/May/2015:10:05:03 +0200"
    return f'{address} - frank [{time}] "{request}" {status} 1234 {rest}'.strip().encode()


def row(raw: bytes) -> Row:
    (one,) = read_access_log(io.BytesIO(raw))
    return one


def event(raw: bytes) -> AnyEvent:
    taken = decode(row(raw).value)
    assert not isinstance(taken, Rejection | Link), taken
    return taken


def refused(raw: bytes) -> tuple[str, str]:
    why = row(raw).time
    assert isinstance(why, Rejection)
    return why.reason, why.detail


def test_a_request_is_a_view_at_its_time_with_its_path_as_it_came():
    seen = event(line("GET /a%20b/%C3%BC?q=1&r= HTTP/1.1", rest='"https://example.org/x" "Mozilla/5.0 (X11)"'))
    assert seen.page is not None
    assert (seen.page.url, seen.page.referrer, seen.user_agent) == (
        "/a%20b/%C3%BC?q=1&r=",
        "https://example.org/x",
        "Mozilla/5.0 (X11)",
    )
    assert (seen.action, seen.occurred_at.isoformat(), seen.attributes) == (
        "view",
        "2015-05-17T10:05:03+02:00",
        {"status": 200},
    )


def test_a_visitor_is_an_address_and_an_agent_and_neither_address_nor_user_is_kept():
    one, same, other_agent, other_address = (
        row(line()),
        row(line("GET /b HTTP/1.1")),
        row(line(rest='"-" "curl"')),
        row(line(address="203.0.113.8")),
    )
    assert one.key == same.key
    assert len({one.key, other_agent.key, other_address.key}) == 3
    assert b"203.0.113" not in one.value
    assert b"frank" not in one.value


def test_a_second_import_of_a_line_is_the_same_event():
    assert row(line()).value == row(line()).value
    assert event(line()).event_id != event(line("GET /b HTTP/1.1")).event_id


def test_the_common_format_has_neither_referrer_nor_agent():
    seen = event(line(rest=""))
    assert seen.page is not None
    assert (seen.page.referrer, seen.user_agent) == (None, None)


def test_a_dash_is_no_referrer_and_no_agent():
    assert event(line(rest='"-" "-"')).user_agent is None


@pytest.mark.parametrize("address", ["2001:db8::1", "::1", "host.example.org", "unknown"])
def test_an_address_may_be_any_name(address: str):
    assert row(line(address=address)).key.startswith(b"v:")


def test_a_quote_in_an_agent_is_escaped_and_ends_nothing():
    assert event(line(rest=r'"-" "Weird \"agent\" \\ 1.0"')).user_agent == r'Weird "agent" \ 1.0'


def test_bytes_that_are_no_utf8_are_shown_as_apache_writes_them():
    seen = event(line().replace(b"GET /", b"GET /\xe4").replace(b'"-"', rb'"http://\xe5/"'))
    assert seen.page is not None
    assert (seen.page.url, seen.page.referrer) == (r"/\xe4", r"http://\xe5/")


def test_more_fields_after_the_combined_format_are_passed_over():
    assert event(line(rest=AGENT + ' "203.0.113.9" 0.012')).user_agent == "Mozilla/5.0"


def test_a_request_of_a_campaign_is_a_landing():
    url = "/lp?utm_source=google&utm_medium=cpc&utm_campaign=Spring%20sale&utm_term=a+b&utm_content=c&utm_id=7&utm_source=later"
    seen = event(line(f"GET {url} HTTP/1.1"))
    campaign = json.loads(row(line(f"GET {url} HTTP/1.1")).value)["campaign"]
    assert seen.action == "land"
    assert campaign == {
        "id": "7",
        "name": "Spring sale",
        "source": "google",
        "medium": "cpc",
        "term": "a b",
        "content": "c",
    }


def test_a_campaign_without_a_value_is_none():
    assert event(line("GET /?utm_source=&utm_x=1 HTTP/1.1")).action == "view"


@pytest.mark.parametrize(
    ("request_line", "status", "action"),
    [
        ("GET /a/List.PDF?x=1 HTTP/1.1", 200, "download"),
        ("GET /a.tar.gz HTTP/1.1", 206, "download"),
        ("GET /a.pdf HTTP/1.1", 404, "view"),
        ("HEAD /a.pdf HTTP/1.1", 200, "view"),
        ("GET /a.html HTTP/1.1", 200, "view"),
        ("GET /pdf HTTP/1.1", 200, "view"),
    ],
)
def test_a_file_that_was_brought_is_a_download(request_line: str, status: int, action: str):
    assert event(line(request_line, status)).action == action


def test_errors_and_other_methods_can_be_told_apart():
    assert event(line("POST /form HTTP/1.1", 500)).attributes == {"status": 500, "method": "POST"}


def test_a_request_of_the_first_http_has_no_version():
    assert event(line("GET /old")).page == event(line("GET /old HTTP/1.0")).page


def test_a_space_in_a_path_is_kept():
    seen = event(line("GET /a b HTTP/1.1"))
    assert seen.page is not None
    assert seen.page.url == "/a b"


@pytest.mark.parametrize("request_line", ["-", "", r"\x16\x03\x01\x02", "GET", "get / HTTP/1.1", "quit"])
def test_noise_instead_of_a_request_is_a_malformed_row(request_line: str):
    assert refused(line(request_line))[0] == "malformed_row"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PROPFIND", "CONNECT", "TRACE"])
def test_a_method_that_looks_at_nothing_belongs_to_no_family(method: str):
    assert refused(line(f"{method} /x HTTP/1.1")) == (
        "unknown_family",
        f"a {method} request is nobody looking at the site",
    )


@pytest.mark.parametrize(
    "raw",
    [b"x", b'{"family": "cart"}', line().replace(b" 200", b""), b"example.org:80 " + line(), line().replace(b"[", b"")],
)
def test_a_line_of_another_shape_is_a_malformed_row(raw: bytes):
    assert refused(raw) == ("malformed_row", "not a line of the common or combined log format")


def test_a_line_that_is_cut_off_within_a_quote_says_so():
    assert refused(line()[:-1]) == ("malformed_row", "a quote is opened and not closed: the line is cut off")


@pytest.mark.parametrize(
    "time", ["31/Feb/2015:10:05:03 +0000", "17/Mai/2015:10:05:03 +0000", "17/May/1999:10:05:03 +0000"]
)
def test_a_day_that_never_was_is_a_bad_time(time: str):
    assert refused(line(time=time))[0] == "bad_time"
    assert row(line(time=time)).value == line(time=time)


def test_texts_longer_than_the_contract_allows_are_cut():
    seen = event(line(f"GET /{'u' * 5000}?utm_source={'s' * 600} HTTP/1.1", rest=f'"{"r" * 5000}" "{"a" * 2000}"'))
    assert seen.page is not None
    assert seen.campaign is not None
    assert (len(seen.page.url), len(seen.page.referrer or ""), len(seen.user_agent or "")) == (4096, 4096, 1024)
    assert len(seen.campaign.source or "") == 512


def test_a_line_made_to_be_slow_is_refused_at_once():
    for raw in (b'a - - [17/May/2015:10:05:03 +0000] "' + b'\\"' * 500_000, b'- - - ["' * 100_000, b"a " * 500_000):
        assert refused(raw)[0] == "malformed_row"


def test_of_the_real_log_all_but_the_line_that_is_cut_off_are_events():
    log = real("apache_access_log/apache_logs")
    expected = json.loads((log.parent / "EXPECTED.json").read_text())
    read = list(rows(log, "access-log"))
    good = [row for row in read if isinstance(row.time, int)]
    assert (len(read), len(good)) == (expected["lines"], expected["well_formed"])
    assert [row.line for row in read if not isinstance(row.time, int)] == expected["malformed_line_numbers"]
    assert len({row.key for row in good}) == expected["ip+ua visitors"]
    assert {row.time // 86_400_000 for row in good if isinstance(row.time, int)} == {
        16572,
        16573,
        16574,
        16575,
    }  # 17 to 20 May 2015
    events = [json.loads(row.value) for row in good]
    assert Counter(str(event["attributes"]["status"]) for event in events) == expected["status"]
    assert Counter(event["family"] for event in events)["landing_page"] == expected["hits_with_utm"]
