"""One lead judged: its row and its changes against what the reference makes of its records."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from msgspec import Struct

from intentflow.domain.change import QualificationChange, rfc3339
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.rules import MAX_CARTS
from intentflow.oracle import Move
from intentflow.oracle.worth import Pieces, pieces_of
from intentflow.verify.account import Account, Place, account_of, went_back
from intentflow.verify.erased import furthest, moves_of
from intentflow.verify.findings import Checked, Difference, What
from intentflow.verify.log import Written
from intentflow.verify.notices import notices_differ
from intentflow.verify.path import Way, by_log, by_search
from intentflow.verify.published import Changes, changes_of, find_on, out_of_order, unlike
from intentflow.verify.same import require_one_model, unequal
from intentflow.verify.snapshot import Snapshot
from intentflow.wire.changes import decode_change
from intentflow.wire.rows import decode_row, is_stub

FOREIGN = Lead([], [])  # what a lead is of which there is no row


class Judge(Struct):
    """Judges the leads of one snapshot. `strict`: nothing is under way, so everything must match."""

    fold: Fold
    snapshot: Snapshot
    strict: bool
    longest: int  # events of a lead whose path is walked; only of those that the log follows
    until: int | None  # scores are compared at this time too
    checked: Checked
    clocks: dict[int, int]  # the control topic's: offset -> time
    erasures: dict[bytes, dict[int, int]]  # likewise, by lead
    too_late: frozenset[Place]  # as the rejections say

    def lead(self, key: bytes) -> tuple[list[Difference], Account]:
        """What is wrong with the lead with this key, and what became of its records."""
        snapshot, model = self.snapshot, self.fold.model
        row = snapshot.log.rows.get(key)
        lead = FOREIGN if row is None else decode_row(row)
        applied = list(lead.applied) + [-1] * (len(snapshot.topics) - len(lead.applied))
        history = snapshot.log.history.get(key) if snapshot.log.whole else None  # None too if it isn't followed
        where = snapshot.partition, snapshot.partitions
        if erased := key in self.erasures:
            applied = furthest(applied, history or ())
        account = account_of(model, key, snapshot.records.get(key, ()), applied, history, where, self.too_late, erased)
        changes = self._changes(key)
        require_one_model(model, key, lead, changes)
        if erased:
            return list(self._erased(key, row, account, changes, history)), account
        found = list(changes.wrong)
        if row is not None:
            self.checked.leads += 1
            found += [*self._lost(key, account), *self._row(key, lead, account, changes)]
        elif any(one.told.offset < snapshot.committed_of(one.told.source) or self.strict for one in account.lost):
            found.append(self._find(key, account, "lead_missing", "has no row, though records of it count"))
        elif changes.decoded and self.strict:
            found.append(self._find(key, account, "change_extra", "has changes and no row"))
        return found, account

    def _erased(
        self, key: bytes, row: bytes | None, account: Account, changes: Changes, history: Sequence[Written] | None
    ) -> Iterator[Difference]:
        """A lead that was erased, if it is known when."""
        self.checked.leads += row is not None
        if history is None or account.twins:
            self.checked.scores_not_known += 1
            return
        yield from self._lost(key, account)
        if row is not None and is_stub(row) and account.inside:
            yield self._find(key, account, "record_lost", "is a stub, though records count that came after its erasure")
        elif row is not None and not is_stub(row):
            yield from self._scores(key, decode_row(row), account)
        events = [*account.forgotten, *account.inside]
        erasures = self.erasures[key]
        moves = moves_of(self.fold.model, key, events, history, self.control, self.clocks, erasures)
        if moves is None:
            self.checked.paths_by_rule += 1
            return
        self.checked.paths_by_log += 1
        find = find_on(self.snapshot.names.changes, self.snapshot.partition, key.decode(errors="replace"))
        waiting = set() if self.strict else {move.id for move in moves}
        yield from unlike(
            changes, moves, waiting, None if self.strict else 0, find, lambda move: self._missing(key, account, move)
        )

    def _changes(self, key: bytes) -> Changes:
        find = find_on(self.snapshot.names.changes, self.snapshot.partition, key.decode(errors="replace"))
        changes = changes_of(self.snapshot.changes.get(key, ()), key, find)
        self.checked.changes += len(changes.decoded)
        self.checked.repeats += changes.repeats
        return changes

    def _lost(self, key: bytes, account: Account) -> Iterator[Difference]:
        """Records that count and are not in the row. Behind the committed offsets they may be under way."""
        for one in account.lost:
            if self.strict or one.told.offset < self.snapshot.committed_of(one.told.source):
                topic, name = self.snapshot.topics[one.told.source], key.decode(errors="replace")
                detail = f"event {one.event.event_id} counts, but the lead's row doesn't hold it"
                yield Difference("record_lost", topic, self.snapshot.partition, one.told.offset, name, detail)
            else:
                self.checked.in_motion += 1

    def _find(self, key: bytes, account: Account, what: What, detail: str, offset: int | None = None) -> Difference:
        """A difference at the last record that touched the lead; at `offset` of the changelog if given, or if there was none."""
        snapshot, name = self.snapshot, key.decode(errors="replace")
        events = account.inside or account.lost
        if offset is not None or not events:
            at = snapshot.log.last_at.get(key) if offset is None else offset
            return Difference(what, snapshot.names.changelog, snapshot.partition, at, name, detail)
        told = events[-1].told
        return Difference(what, snapshot.topics[told.source], snapshot.partition, told.offset, name, detail)

    def _row(self, key: bytes, lead: Lead, account: Account, changes: Changes) -> Iterator[Difference]:
        if not account.inside:
            yield self._find(key, account, "lead_extra", "has a row, but no record of it counts")
            return
        yield from self._scores(key, lead, account)
        if (row := went_back(self._history(key))) is not None:
            detail = f"a row says that less is applied than the one before it: {row.applied}, {row.sequence} changes"
            yield self._find(key, account, "watermark", detail, row.offset)
        committed = {n: 0 if self.strict else self.snapshot.committed_of(n) for n in range(len(self.snapshot.topics))}
        told = [] if self.strict else [one for one in lead.outbox if one.offset >= committed[one.source]]
        waiting = {change.id: change for change in (decode_change(one.payload) for one in told if one.to is None)}
        find = find_on(self.snapshot.names.changes, self.snapshot.partition, key.decode(errors="replace"))
        yield from out_of_order(changes, self.fold.model.stages[0].name, find, () if self.strict else None)
        last = None if self.strict else lead.sequence
        way = self._way(key, lead, account, changes, waiting)
        self.checked.in_motion += sum(change.sequence > lead.sequence for change in changes.decoded) if last else 0
        if way is None:
            yield from self._by_rule(key, lead, account, changes, waiting)
        else:
            yield from self._standing(key, lead, account, way)
            yield from unlike(
                changes, way.moves, set(waiting), last, find, lambda move: self._missing(key, account, move)
            )
            yield from notices_differ(self.snapshot, key, way.reference, told, self.strict, self.checked)

    def _history(self, key: bytes) -> Sequence[Written]:
        return self.snapshot.log.history.get(key, ())

    def _scores(self, key: bytes, lead: Lead, account: Account) -> Iterator[Difference]:
        """Each axis at the lead's own latest time, and at `until` if that is asked for.

        Which carts are kept depends on order if there are too many, and so does which of two events with one id counts: where that order is
        not known, nothing is said.
        """
        carts = {one.kept.cart for one in account.inside if one.kept.family == "cart"}
        unordered = account.sources > 1 and not (self.snapshot.log.whole and self._history(key))
        if account.twins or (unordered and len(carts) > MAX_CARTS):
            self.checked.scores_not_known += 1
            return
        pieces = pieces_of(self.fold.model, [one.kept for one in account.inside])
        yield from self._worth_of(key, lead, account, pieces, account.newest)

    def _worth_of(self, key: bytes, lead: Lead, account: Account, pieces: Pieces, newest: int) -> Iterator[Difference]:
        for at in {max(lead.clock, newest), max(lead.clock, newest, self.until or 0)}:
            for detail in unequal(self.fold, lead, pieces, at):
                yield self._find(key, account, "score", f"{detail} in the row")

    def _way(
        self, key: bytes, lead: Lead, account: Account, changes: Changes, waiting: dict[str, QualificationChange]
    ) -> Way | None:
        """The reference's way, if its path is to be walked and the order of its records can be known."""
        checked, log = self.checked, self.snapshot.log
        if not log.follow(key) or len(account.inside) > self.longest:
            checked.paths_not_walked += 1
            return None
        if account.twins:
            way = None
        elif log.whole:
            way = by_log(self.fold.model, key, account, self._history(key), self.control, self.clocks)
            checked.paths_by_log += way is not None
        else:
            told = sorted([*changes.upto(lead.sequence), *waiting.values()], key=attrgetter("sequence"))
            published = list({change.id: change for change in told}.values())
            complete = [change.sequence for change in published] == list(range(1, lead.sequence + 1))
            way = self._searched(key, lead, account, published) if complete else None
            checked.paths_by_search += way is not None
        checked.paths_by_rule += way is None
        return way

    def _searched(
        self, key: bytes, lead: Lead, account: Account, published: Sequence[QualificationChange]
    ) -> Way | None:
        latest = max(self.clocks.values(), default=0)
        way, sure = by_search(self.fold.model, key, account, published, (lead.since, lead.clock), latest)
        return way if sure else None

    @property
    def control(self) -> int | None:
        """The number of the control topic."""
        topics = self.snapshot.topics
        return topics.index(self.snapshot.names.control) if self.snapshot.names.control in topics else None

    def _by_rule(
        self, key: bytes, lead: Lead, account: Account, changes: Changes, waiting: dict[str, QualificationChange]
    ) -> Iterator[Difference]:
        """That the changes are complete and lead to where the lead stands."""
        there = {change.sequence: change for change in (*waiting.values(), *changes.decoded)}
        for number in range(1, lead.sequence + 1):
            if number not in there:
                detail = f"the lead has had {lead.sequence} changes, number {number} is nowhere"
                yield self._find(key, account, "change_missing", detail)
        stage, last = self.fold.judge.stage(lead).name, there.get(lead.sequence)
        if last is not None and last.to_stage != stage:
            yield self._find(key, account, "standing", f"the row says {stage}, its last change led to {last.to_stage}")
        for number, change in there.items():
            if self.strict and number > lead.sequence:
                detail = f"change {number} ({change.id}) is published, the row says that there were {lead.sequence}"
                yield self._find(key, account, "change_extra", detail)

    def _standing(self, key: bytes, lead: Lead, account: Account, way: Way) -> Iterator[Difference]:
        """Where the lead stands, what its rows said on the way, and whether the last clock was obeyed."""
        standing = way.standing
        if (row := way.strayed) is not None:
            detail = f"a row says that there were {row.sequence} changes, the reference has another number there"
            yield self._find(key, account, "sequence", detail, row.offset)
        if lead.sequence != standing.sequence:
            detail = f"the row says that there were {lead.sequence} changes, the reference {standing.sequence}"
            yield self._find(key, account, "sequence", detail)
        found = self.fold.judge.stage(lead).name, rfc3339(lead.since), rfc3339(lead.clock)
        wanted = way.stage, rfc3339(standing.since), rfc3339(standing.clock)
        if found != wanted:
            yield self._find(
                key, account, "standing", f"stage, since, clock: the row says {found}, the reference {wanted}"
            )
        counted = self.snapshot.log.counted_at.get(-1 if self.control is None else self.control)
        if self.strict and self.clocks and counted and self.snapshot.log.last_at[key] < counted[1]:
            latest = self.clocks[max(self.clocks)]
            if (due := way.reference.due(key, latest)) is not None:
                detail = f"time alone moves it at {rfc3339(due)}; the clock record of {rfc3339(latest)} came and it did not move"
                yield self._find(key, account, "standing", detail)

    def _missing(self, key: bytes, account: Account, move: Move) -> Difference:
        """A move that nobody was told of, at the record that caused it."""
        detail = (
            f"change {move.sequence}, {move.left} to {move.entered} at {rfc3339(move.at)} ({move.id}): not published"
        )
        for one in account.inside:
            if move.cause == f"event:{one.event.event_id}":
                topic, name = self.snapshot.topics[one.told.source], key.decode(errors="replace")
                return Difference("change_missing", topic, self.snapshot.partition, one.told.offset, name, detail)
        return self._find(key, account, "change_missing", detail)
