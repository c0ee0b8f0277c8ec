"""A whole small run with canaries in it: what people say and what lets one in is in no log and no metric, and nobody adds a series."""

import asyncio
import re
from collections.abc import Iterator

import pytest
import redis

from tests.system.secure_kafka import SecureKafka
from tests.system.whole import ADDRESS, HOOK, REDIS, SASL, SIGNING, Whole, eventually, whole

pytestmark = [pytest.mark.broker, pytest.mark.slow]
PERSONAL = ["canary", "Kanari", ADDRESS]  # in every text below
SERIES = re.compile(r"^(intentflow_\w+(?:\{.*\})?) ", re.MULTILINE)


@pytest.fixture(scope="module")
def running(secure_kafka: SecureKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with whole(secure_kafka, tmp_path_factory.mktemp("whole")) as one:
        yield one


def people(one: Whole, number: int) -> None:
    """Somebody becomes qualified and tells everything; others send what is refused. Each `number` says it in other words."""
    who, mail = f"canary-{number}", f"canary-{number}@example.com"
    page = {"url": f"https://shop.example/pricing?reset=canary-{number}", "title": f"canary {number}"}
    said = {"anonymousId": who, "context": {"page": page, "userAgent": f"canary/{number}"}}
    about = {"X_Forwarded_For": ADDRESS, "Referer": page["url"], "User_Agent": f"canary/{number}", "X_Request_Id": who}
    traits = {"email": mail, "firstName": f"Kanari {number}", "company": f"canary {number}"}
    for path, body in (
        ("/v1/page", said),
        ("/v1/identify", {**said, "userId": mail, "traits": traits}),
        ("/v1/track", {**said, "userId": mail, "event": "Newsletter Subscribed", "properties": {"email": mail}}),
        ("/v1/track", {**said, "userId": mail, "event": f"canary {number}"}),
        ("/v1/page", {**said, "userId": "canary" * 500}),
        ("/v1/page", f'{{"canary-{number}": '.encode()),
        ("/v1/page", f"\xff\x1b[31mcanary-{number}\r\nERROR canary".encode("latin-1")),
        (f"/canary-{number}?email={mail}", said),
    ):
        one.collect(path, body, **about)
    one.collect("/v1/page", said, **{**about, "Authorization": f"Bearer ifk_canary{number}"})
    one.call(one.settings.collector_port, f"CANARY{number}", f"/canary-{number}", **about)
    one.call(one.settings.collector_metrics_port, "GET", f"/canary-{number}?token=canary")
    asyncio.run(one.put(
        (f"l:{mail}".encode(), f'{{"family": "canary-{number}"}}'.encode()), (b"l:canary", b"\xff\xfecanary\n"),
        (None, f'{{"family": "website_visit", "lead_id": "{who}"}}'.encode()), (b"l:canary", b"[" * 100_000 + b"canary"),
    ))  # fmt: skip
    for path in (
        f"/leads/{mail}",
        f"/leads?q={mail}",
        f"/canary/{mail}",
        f"/?token=canary{number}",
        f"/api/leads?stage=canary{number}",
    ):
        one.look(path, **about)
    one.look("/", Authorization=f"Bearer canary{number}")
    one.look("/", Host=f"canary{number}.example")
    one.look("/rejections/replay", "POST", **about)


def settled(one: Whole, number: int, attempts: int) -> None:
    """That somebody is shown as qualified, and was tried to be delivered."""
    lead = f"/api/leads/canary-{number}@example.com"
    eventually(lambda: '"mql"' in one.look(lead)[1], f"{lead} to be qualified: {one.look(lead)}")
    eventually(lambda: _attempts(one) >= attempts, "an attempt to deliver")


def _attempts(one: Whole) -> float:
    said = re.findall(r"^intentflow_deliver_attempts_total\{.*\} (\S+)", one.metrics()["deliver"], re.MULTILINE)
    return sum(map(float, said))


def test_nothing_that_people_say_and_no_secret_is_in_a_log_or_a_metric(running: Whole):
    people(running, 1)
    settled(running, 1, attempts=1)
    assert "Kanari 1" in running.look("/api/leads/canary-1@example.com")[1]  # it went all the way
    told = {**running.logs(), **{f"metrics of {part}": text for part, text in running.metrics().items()}}
    assert {"worker", "collector", "console", "projector", "deliver"} <= set(told)
    secrets = [running.key, running.token, REDIS, SASL, SIGNING.removeprefix("whsec_"), HOOK]
    # the app, its topics and its group are called so
    found = {
        (part, one)
        for part, text in told.items()
        for one in [*PERSONAL, *secrets]
        if one in text.replace("canaries", "")
    }
    assert found == set()


def test_no_log_has_a_line_that_somebody_else_wrote(running: Whole):
    """Line ends and escapes in what comes in end in no log: each line begins as our own do, or goes on from one that does."""
    assert [part for part, text in running.logs().items() if "\x1b[31m" in text or "\nERROR" in text] == []


def test_whatever_is_sent_adds_no_series(running: Whole):
    people(running, 2)
    settled(running, 2, attempts=2)
    before = series(running)
    assert any('reason="unknown_key"' in one or 'end="refused"' in one for one in before)
    for number in range(3, 23):
        people(running, number)
    settled(running, 22, attempts=3)
    assert series(running) - before == set()


def test_trouble_with_redis_is_told_without_its_password(running: Whole):
    with redis.Redis.from_url(running.valkey) as client:
        client.config_set("requirepass", "another-canary-pw")
        client.client_kill_filter(_type="normal", skipme=True)
    eventually(lambda: running.look("/api/leads")[0] == 503, "the console to miss its Redis")
    eventually(lambda: "feeding" not in running.logs()["projector"].splitlines()[-1], "the projector to say so")
    said = [*running.logs().values(), running.look("/api/leads")[1], running.look("/")[1]]
    assert [text for text in said if REDIS in text or "another-canary-pw" in text] == []


def test_the_trace_of_a_request_goes_on_in_the_change_that_it_caused(running: Whole):
    trace, who = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "traced@example.com"
    said = {"userId": who, "event": "Newsletter Subscribed", "properties": {"email": who}}
    running.collect("/v1/track", said, traceparent=trace)

    def traces() -> list[bytes | None]:
        return [
            dict(one.headers).get("traceparent")
            for one in running.read(running.names.changes)
            if one.key == f"l:{who}".encode()
        ]

    eventually(lambda: trace.encode() in traces(), "a change with the trace of its cause")


def series(one: Whole) -> set[str]:
    """The names and labels of all that is told."""
    return {found for text in one.metrics().values() for found in SERIES.findall(text)}
