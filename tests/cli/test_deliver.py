"""`intentflow deliver` and its commands, as an operator uses them."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from os import environ
from pathlib import Path

import pytest
from typer.testing import Result

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.deliver.load import endpoints, load
from tests.cli.conftest import ended
from tests.deliver.hubspot_stand_in import HubSpot
from tests.deliver.made import ENVIRON, OLD_SECRET, WRITTEN, change
from tests.deliver.receiver import Receiver
from tests.deliver.rig import Rig

Deliver = Callable[..., Result]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a list of endpoints is."""
    return tmp_path / "deliver.yaml"


def written(file: Path, url: str, hubspot: str = "https://api.hubapi.com") -> None:
    """A list of endpoints on loopback."""
    there = f"\n    allow_networks: 127.0.0.0/8\n    url: {hubspot}\n"
    text = WRITTEN.replace("https://crm.example/hooks", f"{url}\n    retry: [0s, 1s]\n    allow_networks: 127.0.0.0/8")
    file.write_text(text.replace("kind: hubspot", f"kind: hubspot{there}"))


def deliver(*arguments: object, code: int = 0, **env: str) -> Result:
    """How `intentflow deliver ...` ends."""
    return ended(["deliver", *map(str, arguments)], {**ENVIRON, "COLUMNS": "200", **env}, code)


def test_a_sound_list_of_endpoints_has_no_findings(file):
    file.write_text(WRITTEN)
    assert deliver("check", file).output == f"{file}: 2 endpoints, no findings\n"


def test_a_finding_is_told_with_its_line_and_ends_with_1(file):
    file.write_text(WRITTEN.replace("https://crm", "http://crm"))
    assert deliver("check", file, code=1).output.startswith(f'{file}:4: endpoint "crm": url must begin with https://')
    found = json.loads(deliver("check", file, "--json", code=1).output)
    assert [finding["line"] for finding in found["findings"]] == [4]
    assert found["endpoints"] == {"crm": "webhook", "hubspot": "hubspot"}


def test_a_secret_that_is_not_there_ends_with_2(file):
    file.write_text(WRITTEN)
    assert "the environment has no CRM_SECRET" in str(deliver("check", file, code=2, CRM_SECRET="").exception)


async def test_a_ping_tells_whether_an_endpoint_is_there_and_lets_us_in(file):
    async with Receiver() as receiver, HubSpot() as hubspot:
        written(file, receiver.url, hubspot.url)
        said = await asyncio.to_thread(deliver, "ping", "crm", "--endpoints", file)
        assert said.output.startswith("crm: ok: HTTP 200")
        assert [(got.event["type"], got.event["subject"]) for got in receiver.got] == [("intentflow.ping", "ping")]
        said = await asyncio.to_thread(deliver, "ping", "hubspot", "--endpoints", file)
        assert said.output.startswith("hubspot: ok: HTTP 207")
        assert hubspot.contacts == {}
        said = await asyncio.to_thread(
            deliver, "ping", "hubspot", "--endpoints", file, code=1, HUBSPOT_TOKEN=OLD_SECRET
        )
        assert said.output.startswith("hubspot: denied: HTTP 401")
    said = await asyncio.to_thread(deliver, "ping", "crm", "--endpoints", file, code=1)
    assert said.output.startswith("crm: unreachable: Connection refused")


def test_a_ping_to_where_nobody_may_go_says_what_would_allow_it(file):
    file.write_text(WRITTEN.replace("https://crm.example", "http://169.254.169.254"))
    assert (
        "forbidden: 169.254.169.254 is not a public address; allow_networks would"
        in deliver("ping", "crm", "--endpoints", file, code=1).output
    )


def test_an_endpoint_that_there_is_not_is_told_with_those_that_there_are(file):
    file.write_text(WRITTEN)
    assert "it has crm, hubspot" in str(deliver("ping", "crn", "--endpoints", file, code=1).exception)


@pytest.mark.broker
async def test_what_was_given_up_is_seen_and_sent_again_and_what_waits_is_seen_and_dropped(file, kafka: EmbeddedKafka):
    rig = Rig(kafka.bootstrap)
    await rig.make()
    env = rig.environment() | {"COLUMNS": "200"}

    async def run(*arguments: object, code: int = 0) -> str:
        """One of the commands that only look and ask."""
        return (await asyncio.to_thread(deliver, *arguments, code=code, **env)).output

    async def once() -> None:
        """What there is, is delivered, as far as it can be now."""
        async with rig.delivering(*endpoints(load(str(file)), ENVIRON)) as process:
            while not await process.idle():  # noqa: ASYNC110 - as the command does
                await asyncio.sleep(0.05)

    is_well = [False]
    async with Receiver(lambda _: 200 if is_well[0] else 413) as receiver, HubSpot() as hubspot:
        written(file, receiver.url, hubspot.url)
        await rig.publish([change("l:a@x.example", 1), change("l:4711", 1)])
        said = await asyncio.to_thread(_once, file, env)
        assert (said.returncode, said.stdout) == (
            1,
            "crm: 0 delivered, 2 wait, 0 given up\nhubspot: 1 delivered, 0 wait, 0 given up\n",
        )
        seen = json.loads(await run("status", "--endpoints", file, "--json", code=1))
        assert [(one["endpoint"], one["changes"], one["last"]) for one in seen["endpoints"]] == [
            ("crm", 2, "refused: HTTP 413"),
            ("hubspot", 0, ""),
        ]
        await asyncio.sleep(1.2)  # the second attempt's time
        await once()
        letters = json.loads(await run("dead-letters", "--json", code=1))
        assert {(one["lead"], one["reason"]) for one in letters} == {
            ("l:a@x.example", "exhausted"),
            ("l:4711", "exhausted"),
        }
        assert "crm  l:4711  l:4711#1  exhausted after 2 attempts  refused: HTTP 413" in await run(
            "dead-letters", code=1
        )
        is_well[0] = True
        await run("retry", "crm", "--id", "nothing", code=1)
        assert "1 dead letters are sent again" in await run("retry", "crm", "--id", "l:4711#1")
        await once()
        assert [got.lead for got in receiver.taken] == ["l:4711"]
        is_well[0] = False
        await run("retry", "crm")
        await once()
        assert "given up as soon as" in await run("drop", "crm", "--yes")
        await once()
        (letter,) = json.loads(await run("dead-letters", "crm", "--json", code=1))
        assert (letter["lead"], letter["reason"]) == ("l:a@x.example", "dropped")


def _once(file: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`intentflow deliver --once`, in a process of its own: it wants the signals."""
    command = [sys.executable, "-m", "intentflow", "deliver", "--once", "--endpoints", str(file), "--metrics-port", "0"]
    return subprocess.run(command, env=environ | ENVIRON | env, capture_output=True, text=True, check=False)
