"""One partition number judged: every lead, then the books."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from intentflow.domain.fold import Fold
from intentflow.verify.account import Account, Place
from intentflow.verify.books import Balance, Rejections, Tally, books_differ
from intentflow.verify.findings import Checked, Difference
from intentflow.verify.mail import Mail
from intentflow.verify.snapshot import Snapshot, Told
from intentflow.verify.tied import TiedJudge
from intentflow.verify.walk import Pasts
from intentflow.wire.murmur2 import partition_of

LONGEST = 2000  # events of a lead whose path is walked: the reference's work grows with their square


class Judged(NamedTuple):
    """What was found about some records."""

    differences: list[Difference]
    records: int


class Options(NamedTuple):
    """How to judge."""

    settled: bool = False  # whatever is under way is a difference
    until: int | None = None
    longest: int = LONGEST
    walks: Callable[[bytes], bool] = lambda _: True  # of which tied leads the path is walked, if the log tells it


class Post(NamedTuple):
    """What leads told each other, and what those were that sent their states."""

    mail: Mail
    pasts: Pasts
    balance: Balance

    @classmethod
    def of(cls, mail: Mail) -> "Post":
        """These messages; whose states they hold is to be learnt."""
        return cls(mail, {}, Balance())


def judge_of(
    snapshot: Snapshot,
    fold: Fold,
    options: Options,
    checked: Checked,
    strict: bool,
    too_late: frozenset[Place],
    post: Post,
) -> TiedJudge:
    """Who judges the leads of a snapshot."""
    return TiedJudge(
        fold, snapshot, strict, options.longest, options.until, checked, snapshot.clocks(), snapshot.erasures(),
        too_late, post.mail, post.pasts, options.walks,
    )  # fmt: skip


class PartitionJudge:
    """Judges one partition: the leads, all at once or share by share, then the books. What was looked at is added to `checked`."""

    def __init__(self, fold: Fold, options: Options, checked: Checked, post: Post) -> None:
        self.fold, self.options, self.checked, self.post = fold, options, checked, post
        self.tally = Tally()

    def leads(self, snapshot: Snapshot) -> Iterator[Judged]:
        """The leads that are in a snapshot, and what was refused of them."""
        strict, checked, share = self.options.settled or snapshot.settled, self.checked, Tally()
        rejections = Rejections(snapshot)
        judges = judge_of(snapshot, self.fold, self.options, checked, strict, rejections.too_late, self.post)
        share.add_control(snapshot)
        checked.records += len(snapshot.control_here())
        unwitnessed = snapshot.unwitnessed()
        for key in snapshot.keys:
            records = snapshot.records.get(key, [])
            differences, account = judges.lead(key)
            if key in unwitnessed:
                differences, account = [], _anything(account, records)
                share.unwitnessed |= account.either
                checked.erased += 1
            share.add(records, account.outcomes, account.instead)
            share.either.update(source for source, _ in account.either)
            share.loose.update(source for source, _ in account.either if account.loose)
            checked.records += len(records)
            if differences and partition_of(key, snapshot.partitions) != snapshot.partition:
                differences = [_misplaced(snapshot, key)]
            yield Judged(differences, len(records))
        if snapshot.only is None:
            yield Judged(list(rejections.differ(share, strict, checked)), len(snapshot.control_here()))
        if strict:
            yield Judged(list(_void(snapshot, (key for key in snapshot.log.shadowed if key[0]))), 0)
        self.tally.sum_up(share)

    def close(self, snapshot: Snapshot) -> Iterator[Judged]:
        """What is no single lead's: whether it is settled, the books, and what the log ends with. `snapshot` is the last share's."""
        self.checked.partitions += 1
        self.checked.settled += snapshot.settled
        if self.options.settled and not snapshot.settled:
            yield Judged(list(_not_settled(snapshot)), 0)
        if snapshot.only is None:
            self.post.balance.add(snapshot, self.tally)
            yield Judged(list(books_differ(snapshot, self.tally)), 0)
            if self.options.settled or snapshot.settled:
                yield Judged(list(_void(snapshot, (key for key in snapshot.log.shadowed if not key[0]))), 0)


def _anything(account: Account, records: Iterable[Told]) -> Account:
    """The same, where nobody can tell what became of any record: what was refused of them cannot be read any more."""
    return replace(account, either={(told.source, told.offset) for told in records}, loose=True)


def _void(snapshot: Snapshot, keys: Iterable[bytes]) -> Iterator[Difference]:
    detail = "the last record of this key is void: written by an owner that was fenced off, and not written again"
    for key in sorted(keys):
        yield Difference(
            "void", snapshot.names.changelog, snapshot.partition, None, key.decode(errors="replace"), detail
        )


def _misplaced(snapshot: Snapshot, key: bytes) -> Difference:
    right = partition_of(key, snapshot.partitions)
    if key in snapshot.log.rows:
        topic, offset = snapshot.names.changelog, snapshot.log.last_at[key]
    else:
        topic, offset = snapshot.names.changes, snapshot.changes[key][0].offset
    return Difference(
        "misplaced", topic, snapshot.partition, offset, key.decode(errors="replace"), f"murmur2 gives partition {right}"
    )


def _not_settled(snapshot: Snapshot) -> Iterator[Difference]:
    """--settled promised that nothing is under way."""
    for line in snapshot.unsettled:
        yield Difference("not_settled", snapshot.names.changelog, snapshot.partition, None, None, line)
    if snapshot.moved:
        detail = "something was written while this was read"
        yield Difference("not_settled", snapshot.names.changelog, snapshot.partition, None, None, detail)
