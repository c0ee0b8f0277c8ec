"""`python -m bench.read_model`: the read model with 100 000 leads. Writes `bench/out/read_model.json`.

Leads are some of a made-up shop, scored by the core, and copied under other keys until there are enough. Their rows go through the
projection into an embedded Valkey as the projector writes them, without Kafka; then every kind of page is asked for, many times: of the
read model itself, and of a console over HTTP.
"""

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.leads_page import console_pages
from intentflow.adapters.embedded_valkey import EmbeddedValkey
from intentflow.adapters.redis_client import Client, connect
from intentflow.domain.fold import Fold
from intentflow.lane.fetching import Fetched
from intentflow.model.load import read
from intentflow.readmodel.clock import wall
from intentflow.readmodel.generations import FORMAT, Generations, Plan
from intentflow.readmodel.keys import Keys
from intentflow.readmodel.projection import Projection, touched_by
from intentflow.readmodel.queries import LeadFilter, ReadModel
from intentflow.readmodel.store import Store
from intentflow.readmodel.sweep import Sweep
from intentflow.simulate.stream import traffic
from intentflow.wire.chunk import Scorer
from intentflow.wire.rows import encode_row
from intentflow.wire.topic_names import TopicNames

OUT = Path(__file__).parent / "out" / "read_model.json"
PEOPLE, CHUNK, TIMES = 2000, 4000, 30
NAMES, READING = TopicNames(), read("retail")
FOLD = Fold(READING.model)
out = Console(stderr=True, width=120)
Page = Callable[[ReadModel], Awaitable[object]]
PAGES: dict[str, Page] = {
    "the first page": lambda ask: ask.leads(),
    "by engagement": lambda ask: ask.leads(sort="engagement"),
    "visitors": lambda ask: ask.leads(LeadFilter(kind="visitor")),
    "engagement of 40 and more, by fit": lambda ask: ask.leads(LeadFilter(at_least={"engagement": 40}), "fit"),
    "a name that begins with u-10": lambda ask: ask.leads(LeadFilter(text="u-10")),
    "what nobody is": lambda ask: ask.leads(LeadFilter(below={"intent": 0}, at_least={"fit": 4, "engagement": 60})),
    "the funnel": lambda ask: ask.funnel(),
    "health": lambda ask: ask.health(),
}


class Row(msgspec.Struct, frozen=True):
    """A record of a changelog."""

    offset: int
    timestamp: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Measured(msgspec.Struct):
    """What was measured."""

    leads: int
    leads_per_second: float
    cpu_us_per_lead: float  # of the projector; Valkey has its own core
    bytes_per_lead: float
    sweep_seconds: float
    pages_ms: dict[str, tuple[float, float]]  # median, the slowest
    python: str
    machine: str


def scored(people: int) -> dict[bytes, bytes]:
    """Leads of a made-up shop, as rows."""
    scorer, rows = Scorer(READING.model, sources=1), dict[bytes, bytes]()
    records = (Row(n, r.time, r.key, r.value) for n, r in enumerate(traffic(7, people, wall(), days=7)))
    while chunk := list(islice(records, CHUNK)):
        folded = scorer.fold_events(rows, chunk, source=0, partition=0, partitions=1)
        rows |= {key: encode_row(1, lead) for key, lead, _ in folded.leads}
    return rows


def copied(rows: dict[bytes, bytes], wanted: int) -> Iterator[Fetched]:
    """As many leads as are wanted, in parts of a changelog."""
    turns = -(-wanted // len(rows))
    every = ((key + b".%d" % turn, row) for turn in range(turns) for key, row in rows.items())
    records = (Row(n, wall(), key, row) for n, (key, row) in enumerate(islice(every, wanted)))
    at = 0
    while part := list(islice(records, CHUNK)):
        yield Fetched(NAMES.changelog, 0, at, at + len(part), part)
        at += len(part)


async def project(client: Client, parts: Iterator[Fetched]) -> tuple[Keys, float, float]:
    """The leads are in the read model; seconds and CPU seconds that this took."""
    store = Store(client, NAMES.app_id)
    generations = Generations(client, store.root)
    keys = await generations.begin(Plan(FORMAT, {}, {}), wall(), serves=True)
    await generations.finish(keys)
    projection, at = Projection(FOLD, NAMES, keys), None
    since, used = time.perf_counter(), time.process_time()
    for part in parts:
        project = partial(projection.of, [part], now=wall(), live=True)
        await store.take(keys, True, [part], {(part.topic, 0): at}, touched_by([part], NAMES), project)
        at = part.end
    return keys, time.perf_counter() - since, time.process_time() - used


async def timed(page: Page, ask: ReadModel) -> tuple[float, float]:
    """Median and slowest of some askings, in milliseconds."""
    took = []
    for _ in range(TIMES):
        since = time.perf_counter()
        await page(ask)
        took.append((time.perf_counter() - since) * 1000)
    return round(statistics.median(took), 2), round(max(took), 2)


async def measure(url: str, leads: int) -> Measured:
    """One run on an empty server."""
    client = connect(url)
    empty = (await client.info("memory"))["used_memory"]
    keys, seconds, cpu = await project(client, copied(scored(PEOPLE), leads))
    held = (await client.info("memory"))["used_memory"] - empty
    ask, sweep = ReadModel(client, NAMES.app_id, READING), Sweep(client, keys, FOLD, 1.0)
    pages = {name: await timed(page, ask) for name, page in PAGES.items()}
    pages |= await console_pages(url)
    shown, since = (await ask.health()).leads, time.perf_counter()
    for _ in range(-(-leads // 2000)):
        await sweep.turn(wall(), 1.0, settled=True)
    swept = time.perf_counter() - since
    await client.aclose()
    return Measured(
        leads=shown,
        leads_per_second=round(leads / seconds),
        cpu_us_per_lead=round(cpu / leads * 1e6, 1),
        bytes_per_lead=round(held / shown),
        sweep_seconds=round(swept, 1),
        pages_ms=pages,
        python=platform.python_version(),
        machine=f"{platform.machine()}, {os.cpu_count()} cores",
    )


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    leads = parser.parse_args().leads
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder)) as valkey:
        found = asyncio.run(measure(valkey.url, leads))
    table = Table("asked for", "median ms", "slowest ms", title=f"{found.leads:,} leads")
    for name, (median, slowest) in found.pages_ms.items():
        table.add_row(name, f"{median:.1f}", f"{slowest:.1f}")
    out.print(table)
    out.print(
        f"{found.leads_per_second:,} leads/s into Valkey, {found.cpu_us_per_lead} µs CPU each; {found.bytes_per_lead} bytes each; "
        f"all scores brought up to now in {found.sweep_seconds} s of work"
    )
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_bytes(msgspec.json.format(msgspec.json.encode(found)))


if __name__ == "__main__":
    main()
