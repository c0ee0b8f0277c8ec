"""The example of a connector, against a real broker: ended in the middle, and told some changes twice."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from tests.deliver.made import change
from tests.deliver.rig import Rig, until

pytestmark = pytest.mark.broker
EXAMPLE = Path(__file__).parents[2] / "examples" / "connector.py"
LEADS = [f"l:{name}@x.example" for name in "abc"]


@contextmanager
def connector(rig: Rig, out: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The example as a process of its own; what it says goes to a file."""
    command = [sys.executable, str(EXAMPLE), rig.settings.bootstrap, rig.names.changes, f"{rig.prefix}-example"]
    with out.open("ab") as said:
        child = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.terminate()
        child.wait(20)


def told(out: Path) -> dict[str, list[int]]:
    """The sequence numbers by lead, in the order in which they were told."""
    found: dict[str, list[int]] = {lead: [] for lead in LEADS}
    for line in out.read_text().splitlines():
        lead, number, *_ = line.split()
        found[lead].append(int(number))
    return found


async def test_each_change_is_told_once_in_order_though_it_is_published_twice_and_the_connector_ends_and_begins_again(
    kafka: EmbeddedKafka, tmp_path: Path
):
    rig = Rig(kafka.bootstrap)
    await rig.make()
    first = [change(lead, n) for n in (1, 2, 3) for lead in LEADS]
    out = tmp_path / "told"
    with connector(rig, out):
        await rig.publish([*first, *first[3:]])
        await until(lambda: sum(map(len, told(out).values())) >= 9, "nine are told")
        await rig.publish([change(lead, 4) for lead in LEADS])
        await until(lambda: all(4 in numbers for numbers in told(out).values()), "the fourth are told")
    assert told(out) == {lead: [1, 2, 3, 4] for lead in LEADS}
    await rig.publish([change(lead, 5) for lead in LEADS])
    with connector(rig, out):
        await until(lambda: all(5 in numbers for numbers in told(out).values()), "the fifth are told")
    assert {lead: sorted(set(numbers)) for lead, numbers in told(out).items()} == {
        lead: [1, 2, 3, 4, 5] for lead in LEADS
    }
