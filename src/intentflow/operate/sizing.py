"""What a load needs: workers, partitions, memory, disk and the broker's throughput, reckoned from what the benchmark measured.

`measured.json` is written by `python -m bench.sizes` out of what `make bench` left, and by nobody's hand. The reckoning is linear: workers
share nothing but the broker, and a lead costs what a lead costs. Where that stops being true is said in docs/sizing.md.
"""

from importlib.resources import files
from math import ceil

import msgspec
from msgspec import Struct

BUSY = 0.5  # of a core, at the rate that is planned for: the rest is for peaks, and for catching up after an outage
RESTORE_SECONDS = 60.0  # in which a worker shall have its leads again
PARTITIONS_PER_WORKER = 4  # so that a worker that ends is shared out among the others
WHOLE_CORE = 1_000_000.0  # µs in a second


class Measured(Struct, frozen=True, forbid_unknown_fields=True):
    """What the benchmark found; `machine` and `day` say where and when."""

    day: str
    machine: str
    cpu_us_per_event: float  # of a worker, every event of another lead, full `retail`
    restore_leads_per_second: float
    process_bytes: int  # of a worker without leads, and of what looks after it
    bytes_per_lead: float  # resident
    row_bytes: float  # of a lead in the changelog
    event_bytes: float  # key and value of an event
    read_model_bytes_per_lead: float  # in Redis


class Load(Struct, frozen=True):
    """What is planned for."""

    events_per_second: float
    leads: int
    retention_days: float = 30.0
    replication: int = 3


class Plan(Struct, frozen=True):
    """What it needs. Bytes are of all replicas where they lie on disk."""

    workers: int
    by: str  # what decides how many: events, or the time to read the leads again
    partitions: int
    leads_per_worker: int
    memory_per_worker_bytes: int
    restore_seconds: float
    catch_up_seconds_per_minute: float  # after an outage: how long the backlog of a minute takes
    events_topic_bytes: int
    changelog_bytes: int
    broker_in_bytes_per_second: int  # written by producers and workers, before replication
    broker_out_bytes_per_second: int  # read by workers, and by replicas
    read_model_bytes: int


def measured() -> Measured:
    """The figures that this release was measured with."""
    return msgspec.json.decode((files("intentflow.operate") / "measured.json").read_bytes(), type=Measured)


def planned(load: Load, known: Measured) -> Plan:
    """What the load needs, rounded up."""
    for_events = ceil(load.events_per_second * known.cpu_us_per_event / (WHOLE_CORE * BUSY))
    for_leads = ceil(load.leads / (known.restore_leads_per_second * RESTORE_SECONDS))
    workers = max(1, for_events, for_leads)
    mine = ceil(load.leads / workers)
    capacity = workers * WHOLE_CORE / known.cpu_us_per_event
    written = load.events_per_second * (known.event_bytes + known.row_bytes)
    return Plan(
        workers=workers,
        by="events" if for_events >= for_leads else "leads",
        partitions=_round(workers * PARTITIONS_PER_WORKER),
        leads_per_worker=mine,
        memory_per_worker_bytes=int(known.process_bytes + mine * known.bytes_per_lead),
        restore_seconds=mine / known.restore_leads_per_second,
        catch_up_seconds_per_minute=60 * load.events_per_second / max(1.0, capacity - load.events_per_second),
        events_topic_bytes=int(
            load.events_per_second * 86_400 * load.retention_days * known.event_bytes * load.replication
        ),
        changelog_bytes=int(2 * load.leads * known.row_bytes * load.replication),  # a compacted log is at most half dirty
        broker_in_bytes_per_second=int(written),
        broker_out_bytes_per_second=int(written * (load.replication - 1) + load.events_per_second * known.event_bytes),
        read_model_bytes=int(load.leads * known.read_model_bytes_per_lead),
    )  # fmt: skip


def _round(partitions: int) -> int:
    """Up to a number that many workers can share evenly: a multiple of 12, and at least that."""
    return max(12, ceil(partitions / 12) * 12)
