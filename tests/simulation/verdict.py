"""What must hold when all is drained, worked out anew from the sources and the rows of the changelog."""

from collections import Counter
from typing import TYPE_CHECKING

from intentflow.domain.lead import Lead
from intentflow.wire.changes import decode_change
from intentflow.wire.chunk import Ledger
from intentflow.wire.control import decode_control
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import decode_row, due_of, encode_row
from tests.lane.scenes import Record
from tests.simulation.traffic import CONTROL, FED, PARTITION, PARTITIONS, TOPICS, scorer
from tests.simulation.witness import BrokenError
from tests.simulation.world import World

if TYPE_CHECKING:
    from tests.simulation.worker import Worker

ENDS_FOR = {
    "it has a new owner since": "zombies that found a fence",
}
NUMBER = {topic.name: number for number, topic in enumerate(TOPICS)}


def excused(worker: "Worker", seen: Counter[str]) -> None:
    """A process that ended itself had a reason: it was fenced off, or a fault was injected that it must end for."""
    assert worker.ended is not None
    stop = worker.ended
    if stop.exit_code == 70:
        for part, name in ENDS_FOR.items():
            if part in stop.reason:
                seen[name] += 1
                return
        for excuse in worker.excuses:
            if excuse in stop.reason:
                seen[f"ended for: {excuse}"] += 1
                return
    raise BrokenError(f"{worker.name} ended itself for no good reason ({stop.exit_code}): {stop.reason}")


def speak(world: World, shared: bool) -> None:
    """Raises `BrokenError` if something was lost or done twice."""
    changes = _replayed(world)
    _published(world, changes)
    _accounted_for(world, shared)
    _nobody_is_due(world)


class _Path:
    """A lead's way as its valid rows tell it, walked again record by record."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.row = b""
        self.applied = [-1] * len(TOPICS)
        self.changes: list[bytes] = []

    def step(self, world: World, record: Record) -> None:
        """To the next valid row: the records that it says were applied, folded one by one, must lead to it."""
        assert record.value is not None
        now = decode_row(record.value)
        moved = [n for n, (old, new) in enumerate(zip(self.applied, now.applied, strict=True)) if new != old]
        if len(moved) > 1:
            raise BrokenError(f"the row of {self.key!r} at {record.offset} moved more than one source: {now.applied}")
        for number in moved:
            topic = TOPICS[number].name
            log = world.sources[topic]
            low, high = self.applied[number] + 1, now.applied[number]
            for source in log.between(low if topic != CONTROL else high, high + 1):
                if topic == CONTROL or source.key == self.key:
                    self._fold(source, number)
        if not moved:  # a clock record that was read again may reach a lead that was due later than before
            causes = {
                c.offset for c in now.outbox if TOPICS[c.source].name == CONTROL and c.payload not in self.changes
            }
            for source in world.sources[CONTROL].records:
                if source.offset in causes:
                    self._fold(source, NUMBER[CONTROL])
        self.applied = now.applied
        if not self.row or _said(decode_row(self.row)) != _said(now):
            raise BrokenError(
                f"the row of {self.key!r} at {record.offset} is not what its records make of it: {now} instead of "
                f"{decode_row(self.row) if self.row else None}"
            )

    def _fold(self, record: Record, number: int) -> None:
        rows = {self.key: self.row} if self.row else {}
        if TOPICS[number].name == CONTROL:
            time = decode_control(record.key, record.value)
            assert isinstance(time, int)
            folded = scorer().fold_clock(rows, [self.key], time, number, record.offset)
        else:
            folded = scorer().fold_events(rows, [record], number, PARTITION, PARTITIONS)
        for _, lead, told in folded.leads:
            lead.outbox = []
            self.row = encode_row(0, lead)
            self.changes += [change.payload for change in told]


def _said(lead: Lead) -> Lead:
    lead.outbox = []
    return lead


def _replayed(world: World) -> dict[bytes, list[bytes]]:
    paths: dict[bytes, _Path] = {}
    for record in world.witness.valid:
        assert record.key is not None
        paths.setdefault(record.key, _Path(record.key)).step(world, record)
    return {key: path.changes for key, path in paths.items()}


def _published(world: World, expected: dict[bytes, list[bytes]]) -> None:
    """Every change at least once and in order; one id, one payload; numbered from 1 without a gap."""
    found: dict[bytes, list[bytes]] = {}
    by_id: dict[str, bytes] = {}
    for key, payload in world.witness.changes:
        told = found.setdefault(key, [])
        if payload not in told:
            told.append(payload)
            change = decode_change(payload)
            if by_id.setdefault(change.id, payload) != payload:
                raise BrokenError(f"one id, two payloads: {payload!r} and {by_id[change.id]!r}")
            if change.sequence != len(told):
                raise BrokenError(f"change {change.sequence} of {key!r} came as number {len(told)}")
    expected = {key: changes for key, changes in expected.items() if changes}
    if found != expected:
        wrong = sorted(key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key))
        raise BrokenError(f"published changes of {wrong} are {found}, should be {expected}")
    world.seen["changes"] += len(by_id)


def _accounted_for(world: World, shared: bool) -> None:
    """In = counted + duplicate + rejected, the rejections are those refused, and each lead has what was counted."""
    witness = world.witness
    for topic in (*FED, CONTROL):
        log, ledger = world.sources[topic], witness.ledgers.get(topic, Ledger())
        counts = ledger.counted, ledger.duplicate, ledger.rejected
        if ledger.position != log.end or sum(counts) != len(log.records):
            raise BrokenError(f"of {len(log.records)} records of {topic} up to {log.end}, the ledger says {ledger}")
        rejected = {offset for name, offset in witness.rejected if name == topic}
        if len(rejected) != ledger.rejected:
            raise BrokenError(f"{topic}: {ledger.rejected} counted as rejected, {sorted(rejected)} are")
        if topic == CONTROL:
            refused = {r.offset for r in log.records if isinstance(decode_control(r.key, r.value), Rejection)}
            expected = len(log.records) - len(refused), 0, len(refused)
        elif not shared:
            refused, expected = _plain(world, topic)
        else:
            continue
        if rejected != refused or counts != expected:
            raise BrokenError(
                f"{topic}: {sorted(rejected)} rejected and {counts} counted, should be {sorted(refused)}, {expected}"
            )


def _plain(world: World, topic: str) -> tuple[set[int], tuple[int, int, int]]:
    """What a plain fold makes of one topic: the offsets refused, and the counts. Each lead's last counted offset is the log's too."""
    number = NUMBER[topic]
    folded = scorer().fold_events({}, world.sources[topic].records, number, PARTITION, PARTITIONS)
    for key, lead, _ in folded.leads:
        found = world.witness.leads.get(key)
        if found is None or found.applied[number] != lead.applied[number]:
            raise BrokenError(
                f"{key!r} has {found and found.applied}; its last counted event of {topic} is {lead.applied[number]}"
            )
    return {record.offset for record, _ in folded.rejected}, (folded.counted, folded.duplicate, folded.refused)


def _nobody_is_due(world: World) -> None:
    """The last clock record reached everybody: judging all leads at its time changes nothing."""
    said = [decode_control(record.key, record.value) for record in world.sources[CONTROL].records]
    time = max((each for each in said if isinstance(each, int)), default=0)
    rows = world.witness.view.rows
    due = [key for key, row in rows.items() if due_of(row)]
    folded = scorer().fold_clock(rows, due, time, NUMBER[CONTROL], 0)
    if folded.leads:
        raise BrokenError(f"still due at {time}: {[key for key, _, _ in folded.leads]}")
