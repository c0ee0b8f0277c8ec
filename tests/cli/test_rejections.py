"""`intentflow rejections list`, `show` and `replay`, on a real broker."""

import asyncio
import json
import time
import uuid

import pytest

from intentflow.adapters.offsets import records
from intentflow.adapters.producing import BatchProducer
from intentflow.adapters.topic_specs import app_topics
from intentflow.adapters.topics import ensure
from intentflow.wire.rejections import Reason, Rejection, rejection_headers
from intentflow.wire.topic_names import TopicNames
from tests.cli.conftest import STRANGER, ended

pytestmark = pytest.mark.broker
NOW = int(time.time() * 1000)
DAY = 86_400_000


@pytest.fixture(scope="module")
def names(kafka):
    """Topics with five rejections, one of them twice."""
    mine = f"p{uuid.uuid4().hex[:8]}"
    names = TopicNames(mine, mine)

    async def fill() -> None:
        await ensure(kafka.bootstrap, app_topics(names, partitions=2))
        async with BatchProducer(kafka.bootstrap) as producer:
            sent: tuple[tuple[int, Reason, bytes, int], ...] = (
                (7, "not_json", b"\xff{", 0),
                (7, "not_json", b"\xff{", 0),
                (8, "unknown_family", b'{"family": "new_family"}', 0),
                (9, "unknown_family", b'{"family": "new_family"}', 3 * DAY),
            )
            for offset, reason, value, age in sent:
                headers = rejection_headers(Rejection(reason, "why"), names.events, 1, offset, NOW - age)
                await producer.add(names.rejections, 1, b"l:anna", value, NOW, headers)
            headers = rejection_headers(Rejection("unreadable", "why"), "collector", 0, 1, NOW)
            await producer.add(names.rejections, 0, None, b"body", NOW, headers)

    asyncio.run(fill())
    return names


@pytest.fixture
def rejections(kafka, names, tmp_path):
    """Runs the command."""
    env = {"INTENTFLOW_APP_ID": names.app_id, "INTENTFLOW_PREFIX": names.prefix, "INTENTFLOW_PARTITIONS": "2"}
    env |= {"INTENTFLOW_BOOTSTRAP": kafka.bootstrap, "COLUMNS": "220"}

    def run(*arguments, code=0):
        return ended(["rejections", *arguments, "--data", str(tmp_path)], env, code).stdout

    return run


def test_a_list_is_filtered_counted_and_tells_each_once(rejections, names):
    told = json.loads(rejections("list", "--json"))
    assert (told["total"], told["reasons"]) == (4, {"unknown_family": 2, "not_json": 1, "unreadable": 1})
    ids = [one["id"] for one in told["rejections"]]
    assert set(ids) == {f"{names.events}/1/7", f"{names.events}/1/8", f"{names.events}/1/9", "collector/0/1"}
    assert ids[-1] == f"{names.events}/1/9", "the oldest"
    recent = json.loads(rejections("list", "--json", "--reason", "unknown_family", "--since", "2d"))
    assert [one["id"] for one in recent["rejections"]] == [f"{names.events}/1/8"]
    text = rejections("list", "--limit", "1", "--key", "l:anna")
    assert "3 refused, the newest 1 of them above: 2 unknown_family, 1 not_json" in text
    whole = rejections("list")
    assert all(one in whole for one in ids), "`show` asks for them"


def test_nothing_is_told_apart_from_nothing_like_that(rejections, kafka, tmp_path):
    assert "Nothing that was refused is like that" in rejections("list", "--reason", "bad_time")
    env = {"INTENTFLOW_APP_ID": "empty", "INTENTFLOW_PREFIX": "empty", "INTENTFLOW_PARTITIONS": "1"}
    asyncio.run(ensure(kafka.bootstrap, app_topics(TopicNames("empty", "empty"), partitions=1)))
    told = ended(["rejections", "list"], {**env, "INTENTFLOW_BOOTSTRAP": kafka.bootstrap}, 0)
    assert told.stdout == "Nothing was refused.\n"


def test_no_key_is_a_command_to_a_terminal(run, shop):
    """T16 of docs/security.md."""
    listed = run("rejections", "list")
    (one,) = (
        each
        for each in json.loads(run("rejections", "list", "--json").stdout)["rejections"]
        if each["key"] == STRANGER.decode()
    )
    shown = run("rejections", "show", one["id"])
    for said in (listed.stdout, shown.stdout):
        assert r"b'v:stranger\x1b[2J'" in said
        assert "\x1b" not in said


def test_one_is_shown_whole_and_its_bytes_come_out_as_they_are(rejections, names, kafka):
    assert "b'\\xff{'" in rejections("show", f"{names.events}/1/7")
    assert json.loads(rejections("show", f"{names.events}/1/7", "--json"))["value_hex"] == "ff7b"
    assert rejections("show", f"{names.events}/1/8", "--raw") == '{"family": "new_family"}'
    rejections("show", "nobody/1/8", code=1)


def test_what_is_sent_again_is_told_before_and_after_and_what_cannot_be_is_told_with_the_reason(
    rejections, names, kafka
):
    rejections("replay", code=2)
    dry = json.loads(rejections("replay", "--all", "--dry-run", "--json", code=1))
    assert (dry["sent"], dry["topics"]) == (3, {names.events: 3})
    assert dry["not_sent"] == [
        {"id": "collector/0/1", "why": "collector is not a topic that this app takes events from"}
    ]

    async def there() -> list[bytes]:
        return [r.value async for r in records(kafka.bootstrap, [names.events], 2)]

    assert asyncio.run(there()) == []
    assert f"1 sent: 1 to {names.events}" in rejections("replay", "--reason", "not_json")
    assert f"1 sent: 1 to {names.events}" in rejections("replay", "--id", f"{names.events}/1/9")
    assert asyncio.run(there()) == [b"\xff{", b'{"family": "new_family"}']
