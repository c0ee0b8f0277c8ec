"""What must hold when all is drained, worked out anew from the sources and the rows of the changelog."""

from collections import Counter
from collections.abc import Callable, Set
from typing import TYPE_CHECKING

from intentflow.domain.lead import Lead
from intentflow.wire.changes import decode_change
from intentflow.wire.control import ClockRecord, Erasure, ModelRecord, decode_control
from intentflow.wire.records import Ledger
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import decode_row, due_of, encode_row, encode_stub, is_stub
from tests.lane.scenes import Record
from tests.simulation import verdict_ties
from tests.simulation.traffic import CONTROL, FED, IDENTITIES, MODEL, PARTITION, PARTITIONS, TOPICS, scorer
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
    paths = _replayed(world)
    _published(world, {key: path.changes for key, path in paths.items()})
    verdict_ties.told(world, [message for path in paths.values() for message in path.messages])
    _accounted_for(world, shared)
    _counted_once(world, sum(path.counted for path in paths.values()))
    _the_model_is_noted(world)
    _nobody_is_due(world)
    _forgotten(world)
    verdict_ties.heard_once(world)
    verdict_ties.sent_on_once(world)
    verdict_ties.aliases_hold_nothing(world)


class _Path:
    """A lead's way as its valid rows tell it, walked again record by record."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.row = b""
        self.applied = [-1] * len(TOPICS)
        self.erased = False
        self.over = list(self.applied)  # what was applied to it in the life before this one
        self.changes: list[bytes] = []
        self.messages: list[tuple[bytes, bytes]] = []
        self.counted = 0  # events of producers that count in it

    def step(self, world: World, record: Record) -> None:
        """To the next valid row: the records that it says were applied, folded one by one, must lead to it."""
        if record.value is None:
            self.row, self.over, self.applied = b"", self.applied, [-1] * len(TOPICS)
            return
        now = decode_row(record.value)
        moved = [n for n, (old, new) in enumerate(zip(self.applied, now.applied, strict=True)) if new != old]
        if is_stub(record.value):  # says of the other sources only what was read of them
            self.erased, moved = True, [NUMBER[CONTROL]] if NUMBER[CONTROL] in moved else []
        if len(moved) > 1:
            raise BrokenError(f"the row of {self.key!r} at {record.offset} moved more than one source: {now.applied}")
        for number in moved:
            topic = TOPICS[number].name
            log = world.sources[topic]
            low, high = max(self.applied[number], self.over[number]) + 1, now.applied[number]
            for source in log.between(low if topic != CONTROL else high, high + 1):
                known = topic in FED and (topic, source.offset) in world.witness.rejected
                if known and (self.erased or self._is_alias()):
                    continue  # before it was erased, or an alias: who was, doesn't know why
                if topic == CONTROL or source.key == self.key:
                    self._fold(source, number, now)
        if not moved:
            self._reach_again(world, now)
        self.applied = now.applied
        if not self.row or is_stub(self.row) != is_stub(record.value):
            raise BrokenError(
                f"the row of {self.key!r} at {record.offset} is a stub and should not be, or the other way"
            )
        if not self.row or _said(decode_row(self.row)) != _said(now):
            raise BrokenError(
                f"the row of {self.key!r} at {record.offset} is not what its records make of it: {now} instead of "
                f"{decode_row(self.row) if self.row else None}"
            )

    def _is_alias(self) -> bool:
        bonds = decode_row(self.row).bonds if self.row else None
        return bonds is not None and bool(bonds.alias)

    def _reach_again(self, world: World, now: Lead) -> None:
        """A clock record that was read again may reach a lead that was due later than before."""
        causes = {c.offset for c in now.outbox if TOPICS[c.source].name == CONTROL and c.payload not in self.changes}
        for source in world.sources[CONTROL].records:
            if source.offset in causes:
                self._fold(source, NUMBER[CONTROL], now)

    def _fold(self, record: Record, number: int, now: Lead) -> None:
        rows = {self.key: self.row} if self.row else {}
        encode: Callable[[int, Lead], bytes] = encode_row
        if TOPICS[number].name == CONTROL:
            said = said_by(record)
            assert not isinstance(said, Rejection)
            assert not isinstance(said, ModelRecord), "the workers' model judged everybody already"
            if isinstance(said, Erasure):
                encode = encode_stub
                read = {n: last + 1 for n, last in enumerate(now.applied)}
                folded = scorer().fold_erasure(rows, said.key, said.at, number, record.offset, read)
            else:
                folded = scorer().fold_clock(rows, [self.key], said.clock, number, record.offset)
        else:
            hears = TOPICS[number].name == IDENTITIES
            folded = scorer().fold_events(rows, [record], number, PARTITION, PARTITIONS, messages=hears)
            self.counted += 0 if hears else folded.counted
        for _, lead, told in folded.leads:
            lead.outbox = []
            self.row = encode(0, lead)
            self.changes += [change.payload for change in told if change.to is None]
            self.messages += [(one.to, verdict_ties.unbooked(one.payload)) for one in told if one.to]


def said_by(record: Record) -> ClockRecord | ModelRecord | Erasure | Rejection:
    """What a control record says."""
    return decode_control(record.key, record.value, PARTITION, PARTITIONS)


def _said(lead: Lead) -> Lead:
    lead.outbox = []
    if lead.bonds is not None:
        lead.bonds.since = []  # what was in the ledgers then, which nobody can tell from the records
    return lead


def _replayed(world: World) -> dict[bytes, _Path]:
    paths: dict[bytes, _Path] = {}
    for record in world.witness.valid:
        assert record.key is not None
        paths.setdefault(record.key, _Path(record.key)).step(world, record)
    return paths


def _published(world: World, expected: dict[bytes, list[bytes]]) -> None:
    """Every change at least once and in order; one id, one payload; numbered from 1 without a gap."""
    found: dict[bytes, list[bytes]] = {}
    by_id: dict[str, bytes] = {}
    for key, payload in world.witness.changes:
        told = found.setdefault(key, [])
        if payload not in told:
            told.append(payload)
            change = decode_change(payload)
            if key in world.witness.gone:
                continue  # it may have begun anew, and its numbers with it
            if by_id.setdefault(change.id, payload) != payload:
                raise BrokenError(f"one id, two payloads: {payload!r} and {by_id[change.id]!r}")
            if change.sequence != len(told):
                raise BrokenError(f"change {change.sequence} of {key!r} came as number {len(told)}")
    # who begins anew after a tombstone may tell the same again, byte for byte
    expected = {key: list(dict.fromkeys(changes)) for key, changes in expected.items() if changes}
    if found != expected:
        wrong = sorted(key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key))
        raise BrokenError(f"published changes of {wrong} are {found}, should be {expected}")
    world.seen["changes"] += len(by_id)


def _accounted_for(world: World, shared: bool) -> None:
    """In = counted + duplicate + rejected, the rejections are those refused, and each lead has what was counted."""
    witness = world.witness
    asked = [said_by(record) for record in world.sources[CONTROL].records]
    erased = {said.key for said in asked if isinstance(said, Erasure)}
    for topic in (*FED, CONTROL, IDENTITIES):
        log, ledger = world.sources[topic], witness.ledgers.get(topic, Ledger())
        counts = ledger.counted, ledger.duplicate, ledger.rejected
        if ledger.position != log.end or sum(counts) + ledger.forwarded + ledger.passed != len(log.records):
            raise BrokenError(f"of {len(log.records)} records of {topic} up to {log.end}, the ledger says {ledger}")
        rejected = {offset for name, offset in witness.rejected if name == topic}
        if topic == IDENTITIES:  # what was booked elsewhere already may be rejected here once more
            world.seen["messages booked before"] += len(rejected) - ledger.rejected
            continue
        if len(rejected) != ledger.rejected:
            raise BrokenError(f"{topic}: {ledger.rejected} counted as rejected, {sorted(rejected)} are")
        if topic == CONTROL:
            refused = {r.offset for r in log.records if isinstance(said_by(r), Rejection)}
            expected = len(log.records) - len(refused), 0, len(refused)
        elif not shared:
            refused, expected = _plain(world, topic, erased)
        else:
            continue
        if erased and topic != CONTROL:  # what counts of an erased lead depends on when that was folded
            others = {record.offset for record in log.records if record.key not in erased}
            rejected, counts = rejected & others, expected
        if rejected != refused or counts != expected:
            raise BrokenError(
                f"{topic}: {sorted(rejected)} rejected and {counts} counted, should be {sorted(refused)}, {expected}"
            )


def _counted_once(world: World, counted: int) -> None:
    """As many events count in the leads as in the books. Whom an erasure took something from, or who is an alias, has none to show."""
    said = sum(world.witness.ledgers.get(topic, Ledger()).counted for topic in FED)
    forgotten = any(isinstance(said_by(record), Erasure) for record in world.sources[CONTROL].records)
    if counted != said and not forgotten and not world.witness.messages:
        raise BrokenError(f"{counted} events count in the leads; the ledgers say {said}")


def _plain(world: World, topic: str, without: Set[bytes]) -> tuple[set[int], tuple[int, int, int]]:
    """What a plain fold makes of one topic, but for some leads: the offsets refused, and the counts.

    Each lead's last counted offset is the log's too.
    """
    number = NUMBER[topic]
    records = [record for record in world.sources[topic].records if record.key not in without]
    folded = scorer().fold_events({}, records, number, PARTITION, PARTITIONS)
    for key, lead, _ in folded.leads:
        found = world.witness.leads.get(key)
        if found is None or found.applied[number] != lead.applied[number]:
            raise BrokenError(
                f"{key!r} has {found and found.applied}; its last counted event of {topic} is {lead.applied[number]}"
            )
    return {record.offset for record, _ in folded.rejected}, (folded.counted, folded.duplicate, folded.refused)


def _forgotten(world: World) -> None:
    """Of who was erased and has not begun anew nothing is left but a tombstone: all that was applied is committed by now."""
    view = world.witness.view
    last = {record.key: record.value for record in world.changelog.records if record.key and record.key[0]}
    left = [key for key, row in view.rows.items() if is_stub(row)]
    left += [key for key, value in last.items() if value is not None and key not in view.rows]
    if left:
        raise BrokenError(f"something is left in the log of {left}")


def _the_model_is_noted(world: World) -> None:
    """If the workers' model took effect, the changelog says so and since when, whoever wrote to it late."""
    said = [said_by(record) for record in world.sources[CONTROL].records]
    took_effect = [each.at for each in said if isinstance(each, ModelRecord) and each.model == MODEL.hash]
    noted = world.witness.view.model()
    if noted != ((MODEL.hash, took_effect[0]) if took_effect else ("", 0)):
        raise BrokenError(f"the changelog says of the model that took effect last, and when: {noted}")


def _nobody_is_due(world: World) -> None:
    """The last clock record reached everybody: judging all leads at its time changes nothing."""
    said = [said_by(record) for record in world.sources[CONTROL].records]
    time = max((each.clock for each in said if isinstance(each, ClockRecord)), default=0)
    rows = world.witness.view.rows
    due = [key for key, row in rows.items() if due_of(row)]
    folded = scorer().fold_clock(rows, due, time, NUMBER[CONTROL], 0)
    if folded.leads:
        raise BrokenError(f"still due at {time}: {[key for key, _, _ in folded.leads]}")
