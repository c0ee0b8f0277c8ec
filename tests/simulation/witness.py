"""Sees everything that reaches the broker, and says at once when a promise is broken.

What it holds to be true is what a reader of the topics can know: it reads the changelog as every reader does
(`Changelog.feed`), and keeps what that must never take back.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from intentflow.domain.bonds import Bonds
from intentflow.domain.lead import Lead
from intentflow.lane.changelog import Changelog
from intentflow.lane.marks import FENCE, LEDGER, decode_ledger
from intentflow.wire.records import Ledger
from intentflow.wire.rows import decode_row, has_outbox, is_stub
from tests.lane.scenes import Record
from tests.simulation.traffic import CONTROL, FEW, TOPICS

Refusal = tuple[str, int]  # topic and offset of a refused record


class BrokenError(Exception):
    """A promise was broken."""


class Witness:
    """What the topics have said so far."""

    def __init__(self, seen: Counter[str]) -> None:
        self.seen = seen
        self.bounded = False  # no lead may have anything waiting when more of the partition is folded
        self.view = Changelog()  # as a reader from the beginning has it now, in whatever moment he comes
        self.shadows: dict[bytes, int] = {}  # key whose latest record is void -> since when
        self.valid: list[Record] = []  # the rows of leads that were valid when they landed, rows written again included
        self.leads: dict[bytes, Lead] = {}
        self.ledgers: dict[str, Ledger] = {}
        self.gone: set[bytes] = set()  # leads that a tombstone took away, now or before
        self.marks: dict[str, int] = {}  # committed
        self.durable: set[bytes] = set()  # changes that a valid row has held
        self.owed: dict[bytes, tuple[str, int]] = {}  # those not yet published, with the record that caused them
        self.changes: list[tuple[bytes, bytes]] = []
        self.messages: list[tuple[bytes, bytes]] = []  # to whom, and what
        self.published: set[bytes] = set()
        self.refused: set[Refusal] = set()  # that a valid ledger has held
        self.rejections: list[Refusal] = []
        self.rejected: set[Refusal] = set()

    # -- the changelog -------------------------------------------------------------------------------------------------

    def logged(self, record: Record) -> None:
        """A record landed in the changelog."""
        key, value, view = record.key, record.value, self.view
        assert key is not None
        voided, row = view.voided, view.rows.get(key)
        view.feed([record])
        if view.voided > voided:
            self.seen["void records landed" if value is not None else "void tombstones landed"] += 1
            self.shadows.setdefault(key, record.timestamp)
            return
        self.shadows.pop(key, None)
        if value is None:
            self._gone(record, key, row)
        elif key.startswith(FENCE):
            self.seen["fences landed"] += 1
            if view.outranked:
                self.seen["epochs contested"] += 1
        elif key.startswith(LEDGER):
            self._counted(TOPICS[int(key[len(LEDGER) :])].name, decode_ledger(value))
        elif key[0]:
            self._row(record, key, value)

    def _gone(self, record: Record, key: bytes, row: bytes | None) -> None:
        """A tombstone: what it took away must have been over."""
        if row is None:
            self.seen["tombstones over nothing"] += 1
            return
        lead = self.leads.pop(key)
        left = {TOPICS[n].name: offset for n, offset in enumerate(lead.applied) if offset >= 0}
        if not is_stub(row):
            raise BrokenError(f"the tombstone at {record.offset} took {key!r} away, which was not erased: {lead}")
        if any(offset >= self.marks.get(topic, 0) for topic, offset in left.items()):
            raise BrokenError(
                f"{key!r} is gone at {record.offset} with {left} applied, and only {self.marks} are committed"
            )
        self.seen["tombstones"] += 1
        self.gone.add(key)
        self.valid.append(record)

    def _stub(self, record: Record, key: bytes, lead: Lead) -> None:
        """Nothing of a lead that was erased is in its stub, and what it says was read was read."""
        left = lead.bonds and Bonds(sent=lead.bonds.sent, heard=lead.bonds.heard)
        if Lead(lead.applied, lead.outbox, sequence=lead.sequence, bonds=left) != lead:
            raise BrokenError(f"the stub of {key!r} at {record.offset} remembers something: {lead}")
        for number, last in enumerate(lead.applied):
            topic = TOPICS[number].name
            if topic != CONTROL and last >= self.ledgers.get(topic, Ledger()).position:
                raise BrokenError(f"the stub of {key!r} at {record.offset} says that {topic} was read up to {last}")

    def _row(self, record: Record, key: bytes, value: bytes) -> None:
        lead, before = decode_row(value), self.leads.get(key)
        if before is not None and any(now < then for now, then in zip(lead.applied, before.applied, strict=True)):
            raise BrokenError(
                f"lead {key!r} went back from offsets {before.applied} to {lead.applied} at {record.offset}"
            )
        self.leads[key] = lead
        self.valid.append(record)
        if is_stub(value):
            self.seen["stubs"] += 1
            self._stub(record, key, lead)
        if has_outbox(value):
            self._carries(key, lead)
            for change in lead.outbox:
                if change.payload not in self.durable:
                    self.durable.add(change.payload)
                    self.owed[change.payload] = TOPICS[change.source].name, change.offset

    def _carries(self, key: bytes, lead: Lead) -> None:
        """What a lead has yet to publish is bounded: here by what a few records of one topic tell."""
        causes = {(TOPICS[each.source].name, each.offset) for each in lead.outbox}
        topics = {topic for topic, _ in causes}
        if self.bounded and (len(topics) > 1 or (CONTROL not in topics and len(causes) > FEW)):
            raise BrokenError(f"the row of {key!r} carries what all these told: {sorted(causes)}")

    def _counted(self, topic: str, ledger: Ledger) -> None:
        before = self.ledgers.get(topic, Ledger())
        fell = [
            name
            for name in ("position", "counted", "duplicate", "rejected", "forwarded", "passed")
            if getattr(ledger, name) < getattr(before, name)
        ]
        if fell:
            raise BrokenError(f"the ledger of {topic} fell from {before} to {ledger}")
        self.ledgers[topic] = ledger
        self.refused |= {(topic, offset) for offset in ledger.refused}

    def compacted(self, records: Sequence[Record]) -> None:
        """The changelog was compacted: a reader must find what he found before."""
        fresh = Changelog()
        fresh.feed(records)
        if fresh.rows != self.view.rows or fresh.marks != self.view.marks:
            changed = sorted(
                key
                for key in fresh.rows.keys() | self.view.rows.keys() | fresh.marks.keys() | self.view.marks.keys()
                if fresh.rows.get(key) != self.view.rows.get(key) or fresh.marks.get(key) != self.view.marks.get(key)
            )
            raise BrokenError(f"compaction changed what a reader finds of {changed}")

    def unmended_since(self) -> int | None:
        """Since when a valid record has lain in the shadow of a void one: it must be written again before compaction comes."""
        if not self.shadows:
            return None
        view = self.view
        return min(
            (since for key, since in self.shadows.items() if key in view.rows or key in view.marks), default=None
        )

    # -- what goes out -------------------------------------------------------------------------------------------------

    def told(self, key: bytes, payload: bytes) -> None:
        """A change was published."""
        self._out("changes", key, payload)
        self.changes.append((key, payload))

    def message(self, to: bytes, payload: bytes) -> None:
        """A message was published."""
        self._out("messages", to, payload)
        self.messages.append((to, payload))

    def _out(self, what: str, key: bytes, payload: bytes) -> None:
        if payload not in self.durable:
            raise BrokenError(
                f"one of the {what} of {key!r} was published that no valid row of the changelog holds: {payload!r}"
            )
        if payload in self.published:
            self.seen[f"{what} published again"] += 1
        self.published.add(payload)
        self.owed.pop(payload, None)

    def rejection(self, refusal: Refusal) -> None:
        """A rejection was published."""
        if refusal not in self.refused:
            raise BrokenError(f"{refusal} was rejected, but no valid ledger says so")
        if refusal in self.rejected:
            self.seen["rejections published again"] += 1
        self.rejected.add(refusal)
        self.rejections.append(refusal)

    def committed(self, marks: Mapping[str, int]) -> None:
        """Offsets were committed."""
        self.marks.update(marks)
        for topic, position in marks.items():
            counted = self.ledgers.get(topic, Ledger()).position
            if position > counted:
                raise BrokenError(f"{topic} is committed up to {position}, but durable only up to {counted}")
            lost = [payload for payload, (source, offset) in self.owed.items() if source == topic and offset < position]
            if lost:
                raise BrokenError(f"{topic} is committed up to {position} before these were published: {lost}")
            owed = {r for r in self.refused - self.rejected if r[0] == topic and r[1] < position}
            if owed:
                raise BrokenError(f"{topic} is committed up to {position} before these were rejected: {owed}")

    def clock(self, time: int, waiting: Iterable[Record]) -> None:
        """An owner says that this time is reached, while it knows of these records and has not folded them."""
        overtaken = [record.offset for record in waiting if record.timestamp < time]
        if overtaken:
            raise BrokenError(f"the clock says {time} and overtakes the records at {overtaken}")
