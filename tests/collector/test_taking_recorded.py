"""Requests of real SDKs, byte for byte over HTTP: all that was recorded of PostHog's, and every example of Segment's spec.

What each event is to us, the tests of `wire/posthog.py` and `wire/segment.py` say in tables; here it is on the topics.
"""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.collector.keys import digest_of
from tests.collector.calls import Running, is_ready, until
from tests.wire.posthog_outcomes import OUTCOMES as OF_POSTHOG
from tests.wire.real_data import real
from tests.wire.segment_outcomes import OUTCOMES as OF_SEGMENT
from tests.wire.test_segment import message, spec
from tests.wire.trackers import outcome

pytestmark = pytest.mark.broker

TOKENS = (  # of the recorded projects
    "phc_qgUFp5wz2BjC4RsFjMGpQ3PGDrsi6Q0CG0CP4NAac0I",
    "phc_NVZOyYb8hX2GDs80mQd072OT0WUrAbdQom4XeCV5Nfh",
    "abcdef123456",
)


@pytest.fixture(scope="module")
def recorded(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A collector that knows the recorded keys."""
    one = Running(kafka.bootstrap, tmp_path_factory.mktemp("recorded"), "recorded")
    with (one.folder / "collector-keys.yaml").open("a") as keys:
        for number, token in enumerate(TOKENS):
            keys.write(f"- {{name: recorded-{number}, scope: server, sha256: {digest_of(token).hex()}}}\n")
    with one.process:
        until(lambda: is_ready(one), f"a collector to be ready: {one.log}")
        yield one


def posthog_requests() -> list[dict[str, Any]]:
    lines = real("posthog_capture/requests_dump.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines if not line.startswith("#")]


def expected(outcomes: str) -> Counter[str]:
    """How many records of each kind a table tells of, and how many rejections; links aside, since more are added than are said."""
    ends = [end for line in outcomes.strip().splitlines() for end in line.rpartition("; ")[2].split(", ")]
    kinds = Counter("refused" if end.startswith("refused") else end for end in ends)
    return Counter({kind: number for kind, number in kinds.items() if kind not in ("link", "passed over")})


async def found(collector: Running) -> Counter[str]:
    """The same of what is on the topics."""
    events = [event for event in await collector.events("") if event["family"] != "link"]
    kinds = Counter(outcome(event) for event in events)
    refused = await collector.written(collector.names.rejections, "")
    return kinds + Counter(refused=len(refused))


async def test_every_recorded_request_of_posthog_is_taken_as_the_table_says(recorded: Running):
    before, statuses = await found(recorded), []
    for request in posthog_requests():
        named = {"Content_Type": request["content_type"], "Content_Encoding": request["content_encoding"]}
        headers = {name: text for name, text in named.items() if text}
        body = base64.b64decode(request["body"])
        statuses.append(recorded.call("POST", request["path"], body, **headers).status)
    assert statuses == [200] * 15 + [400], "the last one holds nothing but events of names that nobody knows"
    assert await found(recorded) - before == expected(OF_POSTHOG)


async def test_every_example_of_segments_spec_is_taken_as_the_table_says(recorded: Running):
    before, statuses = await found(recorded), Counter[int]()
    for example in spec():
        path = f"/v1/{example['method'] or 'track'}"
        statuses[recorded.post(path, message(example)).status] += 1
    refused = expected(OF_SEGMENT)["refused"]
    assert statuses == {200: len(OF_SEGMENT.strip().splitlines()) - refused, 400: refused}
    assert await found(recorded) - before == expected(OF_SEGMENT)


async def test_every_rejection_says_why_and_has_the_bytes(recorded: Running):
    for record in await recorded.written(recorded.names.rejections, ""):
        headers = dict(record.headers)
        assert headers["detail"]
        assert isinstance(json.loads(record.value), dict)
