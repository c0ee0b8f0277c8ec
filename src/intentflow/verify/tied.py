"""A lead that is tied to others, judged: who it is an alias of, what it told them and what it heard.

Everything follows from its own records and from what it heard, which are records of its own partition too. What it told lies on others'
partitions (`mail.py`), and the states that it heard are those of the reference's own walks of their senders (`histories.py`).
"""

from collections.abc import Callable, Iterator, Sequence

from intentflow.domain.change import rfc3339
from intentflow.domain.event import Link
from intentflow.domain.lead import Lead
from intentflow.oracle import Search, safe_strides
from intentflow.oracle.reference import names_both
from intentflow.oracle.worth import pieces_of
from intentflow.verify.account import Account, went_back
from intentflow.verify.erased import furthest
from intentflow.verify.findings import Difference, What
from intentflow.verify.lead import FOREIGN, Judge
from intentflow.verify.letters import Letters
from intentflow.verify.log import Written
from intentflow.verify.mail import Mail
from intentflow.verify.notices import notices_differ
from intentflow.verify.orders import Control, walk_as_told, walk_by_log, walked
from intentflow.verify.path import Way
from intentflow.verify.published import Changes, changes_of, find_on, out_of_order, unlike
from intentflow.verify.same import require_one_model
from intentflow.verify.walk import Pasts, Read, Walk, Witness, read
from intentflow.wire.changes import decode_change
from intentflow.wire.rows import decode_row


class TiedJudge(Judge):
    """Judges the leads of one snapshot, those among them that are tied to others too. `walks`: of which of these the path is walked."""

    mail: Mail
    pasts: Pasts
    walks: Callable[[bytes], bool]

    def lead(self, key: bytes) -> tuple[list[Difference], Account]:
        """What is wrong with the lead with this key, and what became of its records."""
        reads = read(self.snapshot, key, self.snapshot.records.get(key, ()))
        if any(isinstance(one.says, Link) or one.told.source == self.snapshot.identities for one in reads):
            return self._tied(key, reads)
        found, account = super().lead(key)
        if key not in self.erasures:
            found += self._telling(key, account)
        return found, account

    def learn(self, key: bytes) -> None:
        """Walk a lead for the states that it sent; `pasts` has them then."""
        applied = self._applied(key)
        reads = read(self.snapshot, key, self.snapshot.records.get(key, ()))
        inside = [one for one in reads if one.told.offset <= applied[one.told.source]]
        walk, known, _ = self._walked(key, inside, paths=False)
        if known:
            self.pasts.update(walk.states)

    def _applied(self, key: bytes) -> list[int]:
        """By source, the last offset that the lead's row says was applied, or any row before it, if it was erased since."""
        row = self.snapshot.log.rows.get(key)
        applied = [] if row is None else list(decode_row(row).applied)
        applied += [-1] * (len(self.snapshot.topics) - len(applied))
        return furthest(applied, self._history(key)) if key in self.erasures else applied

    def _telling(self, key: bytes, account: Account) -> Iterator[Difference]:
        """A lead that heard nothing may tell visitors who they are."""
        if account.sources > 1 and not (self.snapshot.log.whole and self._history(key)):
            return
        if key not in self.mail.posted and not any(names_both(one.event) for one in (*account.inside, *account.lost)):
            return
        walk = self._walk(key, paths=False)
        for one in account.inside:
            walk.take(Read(one.told, one.event))
        row = self.snapshot.log.rows.get(key)
        if row is not None:
            yield from self._bonds(key, decode_row(row), walk, account)
        for one in account.lost:
            walk.take(Read(one.told, one.event))
        yield from self._letters(key, walk)

    def _walk(self, key: bytes, paths: bool) -> Walk:
        due: Search | None = safe_strides if paths else None
        exact = self.snapshot.log.whole and self.snapshot.log.follow(key)
        return Walk(self.fold.model, key, self.mail, self.pasts, Witness(self.too_late, exact), due)

    def _letters(self, key: bytes, walk: Walk) -> Iterator[Difference]:
        strict = self.strict and not self.mail.moved
        return Letters(self.fold, self.snapshot, self.mail, self.checked, strict).differ(key, walk)

    def _tied(self, key: bytes, reads: Sequence[Read]) -> tuple[list[Difference], Account]:
        snapshot = self.snapshot
        row = snapshot.log.rows.get(key)
        lead = FOREIGN if row is None else decode_row(row)
        applied = self._applied(key)
        inside = [one for one in reads if one.told.offset <= applied[one.told.source]]
        walk, known, strayed = self._walked(key, inside, paths=self.walks(key) and len(inside) <= self.longest)
        account = Account(list(walk.counted), [], [], walk.outcomes, 2, set(), not known, not known, walk.instead)
        changes = self._changes(key)
        require_one_model(self.fold.model, key, lead, changes)
        found = list(changes.wrong)
        if row is not None:
            self.checked.leads += 1
            found += self._tied_row(key, lead, walk, account, changes, strayed)
        elif changes.decoded and self.strict and key not in self.erasures:
            found.append(self._find(key, account, "change_extra", "has changes and no row"))
        found += self._behind(key, walk, [one for one in reads if one.told.offset > applied[one.told.source]])
        if known:
            found += self._letters(key, walk)
        else:
            account.either = {one.place for one in reads}
        return found, account

    def _walked(self, key: bytes, inside: Sequence[Read], paths: bool) -> tuple[Walk, bool, Written | None]:
        """The walk up to where the lead's row is, whether its order is known, and the first row that strayed from it."""
        log = self.snapshot.log
        if log.whole and log.follow(key):
            walk = self._walk(key, paths)
            control = Control(self.control, self.clocks, self.erasures.get(key, {}))
            strayed = walk_by_log(walk, inside, self._history(key), control)
            return walk, not walk.unknown, strayed
        walk, order = walk_as_told(
            lambda: self._walk(key, paths=False),
            inside,
            self.snapshot.identities,
            lambda walk: not self._unlike_row(walk),
        )
        if order is None or walk.unknown or key in self.erasures:
            return walk, False, None
        if paths and (retraced := self._retraced(key, order)).tells_as_posted:
            walk = retraced
        return walk, True, None

    def _retraced(self, key: bytes, order: Sequence[Read]) -> Walk:
        """The same order with its path; what time alone did last is done up to where the lead's clock stands."""
        walk, row = walked(self._walk(key, paths=True), order), self.snapshot.log.rows.get(key)
        if row is not None:
            walk.reference.clock(key, decode_row(row).clock)
        changes = changes_of(self.snapshot.changes.get(key, ()), key, _nothing).decoded
        published = [(change.id, change.from_stage, change.to_stage, change.at) for change in changes]
        walk.paths = published == [(move.id, move.left, move.entered, rfc3339(move.at)) for move in walk.moves]
        return walk

    def _behind(self, key: bytes, walk: Walk, behind: Sequence[Read]) -> Iterator[Difference]:
        """Records that change something and are not in the row. Behind the committed offsets they may be under way."""
        for one in sorted(behind, key=lambda one: one.told.timestamp):
            walk.take(one)
            if one.place not in walk.did or (key in self.erasures and not self.snapshot.log.whole):
                continue  # what an erased lead's row held is not known from a compacted log
            if self.strict or one.told.offset < self.snapshot.committed_of(one.told.source):
                detail = f"is {walk.outcomes[one.place]}, but the lead's row doesn't hold it"
                topic, name = self.snapshot.topics[one.told.source], key.decode(errors="replace")
                yield Difference("record_lost", topic, self.snapshot.partition, one.told.offset, name, detail)
            else:
                self.checked.in_motion += 1

    def _tied_row(
        self, key: bytes, lead: Lead, walk: Walk, account: Account, changes: Changes, strayed: Written | None
    ) -> Iterator[Difference]:
        if (back := went_back(self._history(key))) is not None and key not in self.erasures:
            yield self._find(
                key, account, "watermark", f"a row says that less is applied than before: {back.applied}", back.offset
            )
        find = find_on(self.snapshot.names.changes, self.snapshot.partition, key.decode(errors="replace"))
        merges = [f"merge:{sender.decode()}:{number}" for sender, number in self.mail.merges(key)]
        if key not in self.erasures:
            known = merges if self.strict and not self.mail.moved else None
            yield from out_of_order(changes, self.fold.model.stages[0].name, find, known)
        if account.twins:
            self.checked.scores_not_known += 1
            self.checked.paths_by_rule += 1
            return
        yield from self._bonds(key, lead, walk, account)
        yield from self._worth(key, lead, walk, account)
        committed = {n: 0 if self.strict else self.snapshot.committed_of(n) for n in range(len(self.snapshot.topics))}
        told = [] if self.strict else [one for one in lead.outbox if one.offset >= committed[one.source]]
        waiting = {change.id: change for change in (decode_change(one.payload) for one in told if one.to is None)}
        if not walk.paths:
            self.checked.paths_not_walked += self.snapshot.log.whole
            self.checked.paths_by_rule += not self.snapshot.log.whole
            yield from self._by_rule(key, lead, account, changes, waiting)
            return
        self.checked.paths_by_log += self.snapshot.log.whole
        self.checked.paths_by_search += not self.snapshot.log.whole
        last = None if self.strict else lead.sequence
        yield from unlike(changes, walk.moves, set(waiting), last, find, lambda move: self._missing(key, account, move))
        if key not in self.erasures:
            yield from notices_differ(self.snapshot, key, walk.reference, told, self.strict, self.checked)
        if key in walk.reference.leads:
            standing, stage = walk.reference.standing(key), walk.reference.stage(key)
            yield from self._standing(key, lead, account, Way(walk.moves, standing, stage, walk.reference, strayed))
        elif strayed is not None or lead.sequence != walk.reference.sequence(key):
            number = walk.reference.sequence(key)
            detail = f"the row says that there were {lead.sequence} changes, the reference {number}"
            yield self._find(key, account, "sequence", detail, None if strayed is None else strayed.offset)

    def _bonds(self, key: bytes, lead: Lead, walk: Walk, account: Account) -> Iterator[Difference]:
        """Who the row says it is an alias of, and the number of its last message."""
        if detail := self._unlike_row(walk):
            yield self._find(key, account, "alias", detail)
        if key not in walk.reference.leads and (lead.clock or lead.stage):
            yield self._find(key, account, "alias", "the row has a state, though the lead is nothing by itself")

    def _unlike_row(self, walk: Walk) -> str:
        """In words, what a lead's row says otherwise of its alias and the last number that it sent."""
        row, ties = self.snapshot.log.rows.get(walk.key), walk.reference.ties(walk.key)
        bonds = None if row is None else decode_row(row).bonds
        found, wanted = (b"", 0) if bonds is None else (bonds.alias, bonds.sent), (ties.alias, ties.sent)
        if row is None or found == wanted:
            return ""
        return f"alias of, last number sent: the row says {found}, the reference {wanted}"

    def _worth(self, key: bytes, lead: Lead, walk: Walk, account: Account) -> Iterator[Difference]:
        """Each axis, as of all other leads."""
        if key in walk.reference.leads:
            past = walk.reference.past(key)
            yield from self._worth_of(key, lead, account, pieces_of(self.fold.model, past.entries), past.newest)


def _nothing(what: What, offset: int | None, detail: str) -> Difference:
    """A difference that is found elsewhere too."""
    return Difference(what, "", 0, offset, None, detail)
