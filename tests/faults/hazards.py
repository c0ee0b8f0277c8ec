"""The hazards of a stream processor, each as a scenario that any subject can go through.

They were found in the source of stock Faust 0.15.3, or measured on it. H7 (`exactly_once`) and H12 (duplicates by the producer) are
answered in words, in `docs/hazards-stock-faust.md`.
"""

import asyncio
import random
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress

from intentflow.adapters.topic_specs import LARGEST_ROW_BYTES
from tests.faults.brokers import Cluster
from tests.faults.probes import drained_or_ended, kept, last_words, limit_changelog, listening, table_at, write_log
from tests.faults.subjects import Outcome, Subject, visits
from tests.system.records import Sending

LOOK = 2.5  # seconds that a subject is given to do the wrong thing


def h1_commit_before_the_changelog_is_durable(subject: Subject, cluster: Cluster, watch: float = 20.0) -> Outcome:
    """The broker takes a second for each write; the worker is killed under load. `watch`: seconds that commits are looked at."""
    subject.give(visits("slow", 8000, leads=400, people="p" * 100))  # long ids fill the producer's batches sooner
    cluster.trouble.hold = 1.0  # of writes alone: commits pass
    worker = subject.start()
    early, deadline = 0, time.monotonic() + watch
    while not early and subject.lag() and time.monotonic() < deadline:
        committed = subject.committed()
        early = max(0, committed - subject.counted())
    worker.kill()
    cluster.cut()  # what was under way never arrives
    cluster.trouble.clear()
    subject.start()
    drained = subject.drained()
    return subject.outcome(
        f"{early} events were committed before their changelog records were durable{_unless(drained)}"
    )


def h2_a_changelog_record_is_refused(subject: Subject, cluster: Cluster) -> Outcome:
    """The broker refuses changelog records, each time; then it takes them again and the worker is started anew."""
    worker = subject.start()
    subject.give(visits("before", 40))
    assert subject.drained()
    before = subject.committed()
    limit_changelog(subject, 60)
    subject.give(visits("refused", 200))
    with suppress(subprocess.TimeoutExpired):
        worker.process.wait(3 * LOOK)
    early = subject.committed() - before
    ended = worker.process.poll()
    limit_changelog(subject, LARGEST_ROW_BYTES)
    worker.kill()
    subject.start()
    drained = subject.drained()
    alive = "went on" if ended is None else f"ended with exit code {ended}"
    said = f"{early} of 200 events committed though their changelog records were refused; the worker {alive}"
    return subject.outcome(said + _unless(drained))


def h3_state_that_outgrows_a_record(subject: Subject, cluster: Cluster) -> Outcome:
    """One lead sends forty events of 50 kB; the worker is started again whenever it ends. Stock Faust keeps a lead's events."""
    subject.give(visits("other", 20))
    subject.give(visits("wide", 40, leads=1, wide=50))
    subject.give(visits("after", 100))
    codes: list[int | None] = []
    while len(codes) < 3:
        worker = subject.worker(STOCK_KEEPS="events")
        done = drained_or_ended(subject, worker, 25)
        codes.append(worker.process.poll())
        if done:
            break
        worker.kill()
    stuck = subject.lag()
    if not stuck:
        return subject.outcome()
    ends = ", ".join("hangs" if code is None else f"ends with {code}" for code in codes)
    return Outcome(
        subject.sent.total(),
        subject.sent.total() - subject.counted(),
        0,
        f"{stuck} events are never committed: it {ends}",
    )


def h4_an_exception_in_an_agent(subject: Subject, cluster: Cluster) -> Outcome:
    """One event meets a bug; the bug is mended and the worker is started again."""
    worker = subject.start("tests.faults.raising_scoring", RAISES="1")
    subject.give([*visits("before", 20), *visits("explode", 1), *visits("after", 20)])
    time.sleep(LOOK)
    early = not subject.lag()
    worker.kill()
    subject.start()
    drained = subject.drained()
    said = "committed, the unlucky event included, before the bug was mended" if early else "not committed until then"
    return subject.outcome(said + _unless(drained))


def h5_records_that_cannot_be_decoded(subject: Subject, cluster: Cluster) -> Outcome:
    """Bytes that are no JSON, and a key that is no UTF-8, among good events. `seen` tells on which topic they can be looked up."""
    subject.start()
    subject.give(visits("before", 20))
    poison: list[Sending] = [(b"l:poison", b"{\xff not json"), (b"l:\xff", b"{}")]
    subject.give(poison, count=False)
    subject.give(visits("after", 20))
    drained = subject.drained()
    return subject.outcome(f"{kept(subject, poison)} of 2 kept with their bytes{_unless(drained)}")


def h6_a_kill_between_state_and_commit(subject: Subject, cluster: Cluster) -> Outcome:
    """Everything is in the state, nothing is committed; the worker is killed."""
    worker = subject.start(INTENTFLOW_COMMIT_INTERVAL="60")
    subject.give(visits("all", 1500, leads=150))
    deadline = time.monotonic() + 40
    while subject.counted() < 1500 and time.monotonic() < deadline:
        time.sleep(0.2)
    worker.kill()
    subject.start()
    drained = subject.drained()
    return subject.outcome("" + _unless(drained))


def h8_commits_that_stall(subject: Subject, cluster: Cluster, rounds: int = 5) -> Outcome:
    """Killed again and again under load; afterwards everything must be committed."""
    return _killed(subject, cluster, hold=0.0, rounds=rounds)


def h9_a_changelog_record_that_cannot_be_read(subject: Subject, cluster: Cluster) -> Outcome:
    """Somebody else has written a record to the changelog; the worker is started, and gets one more event of each lead."""
    worker = subject.start()
    subject.give(visits("first", 100, people="p"))
    assert subject.drained()
    worker.kill()
    asyncio.run(write_log(subject, b"l:p-lead-0", b"\x00?"))
    worker = subject.worker()
    deadline = time.monotonic() + 20
    while worker.process.poll() is None and not worker.openings() and time.monotonic() < deadline:
        time.sleep(0.1)
    if worker.process.poll() is not None:
        return Outcome(100, 0, 0, f"it ends with exit code {worker.process.poll()}: {last_words(worker)}")
    subject.give(visits("second", 20, people="p"))
    drained = subject.drained(20)
    alive = "it lives" if worker.process.poll() is None else "it has ended"
    stands = "" if drained else f", and {subject.lag()} events are never committed"
    return subject.outcome(f"{alive}{stands}; in its log: {last_words(worker)}")


def h10_a_value_that_is_changed_in_place(subject: Subject, cluster: Cluster) -> Outcome:
    """Whoever holds a value of the table changes it where it lies; the worker is killed and started again."""
    worker = subject.start(STOCK_KEEPS="in-place")
    subject.give(visits("all", 200))
    drained = subject.drained()
    worker.kill()
    return subject.outcome("" + _unless(drained))


def h11_doors_that_stand_open(subject: Subject, cluster: Cluster) -> Outcome:
    """What a worker listens on without having been asked to, and whether it gives a lead's state to anybody who asks there."""
    worker = subject.start()
    subject.give(visits("all", 20))
    drained = subject.drained()
    open_doors = listening(worker.process.pid)
    told = [f"{door}, which tells {table_at(door)}" for door in open_doors]
    return subject.outcome(", ".join(told) + _unless(drained))


def h13_a_gap_after_a_restart(subject: Subject, cluster: Cluster, rounds: int = 5) -> Outcome:
    """Killed again and again under load, while each write takes 0.4 s. Stock Faust keeps the last offset beside its count."""
    return _killed(subject, cluster, hold=0.4, rounds=rounds, STOCK_KEEPS="watermark")


def _killed(subject: Subject, cluster: Cluster, hold: float, rounds: int, **env: str) -> Outcome:
    chance = random.Random(7)
    for n in range(rounds):
        subject.give(visits(f"round-{n}", 700, leads=200, people="p"))
        cluster.trouble.hold = hold
        worker = subject.start(**env)
        subject.give(visits(f"more-{n}", 300, leads=200, people="p"))
        time.sleep(chance.uniform(0.2, 1.5))
        worker.kill()
        cluster.trouble.clear()
    subject.start(**env)
    subject.give(visits("last", 100, people="p"))
    drained = subject.drained()
    lag = subject.lag()
    return subject.outcome(f"{lag} events never committed" if lag else "" + _unless(drained))


def _unless(drained: bool) -> str:
    return "" if drained else "; not all was committed in the end"


Scenario = Callable[[Subject, Cluster], Outcome]
HAZARDS: dict[str, Scenario] = {
    "H1": h1_commit_before_the_changelog_is_durable,
    "H2": h2_a_changelog_record_is_refused,
    "H3": h3_state_that_outgrows_a_record,
    "H4": h4_an_exception_in_an_agent,
    "H5": h5_records_that_cannot_be_decoded,
    "H6": h6_a_kill_between_state_and_commit,
    "H8": h8_commits_that_stall,
    "H9": h9_a_changelog_record_that_cannot_be_read,
    "H10": h10_a_value_that_is_changed_in_place,
    "H11": h11_doors_that_stand_open,
    "H13": h13_a_gap_after_a_restart,
}
