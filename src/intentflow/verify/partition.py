"""One partition number judged: every lead, then the books."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from intentflow.domain.fold import Fold
from intentflow.verify.account import Place
from intentflow.verify.books import Balance, Rejections, Tally, books_differ
from intentflow.verify.findings import Checked, Difference
from intentflow.verify.mail import Mail
from intentflow.verify.snapshot import Snapshot
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


def judge(
    snapshot: Snapshot, fold: Fold, options: Options, checked: Checked, post: Post | None = None
) -> Iterator[Judged]:
    """Judge lead by lead, then the books, adding to `checked`."""
    post = post or Post.of(Mail(snapshot.names.identities, snapshot.partitions))
    strict = options.settled or snapshot.settled
    if options.settled and not snapshot.settled:
        yield Judged(list(_not_settled(snapshot)), 0)
    rejections = Rejections(snapshot)
    leads = judge_of(snapshot, fold, options, checked, strict, rejections.too_late, post)
    tally = Tally()
    tally.add_control(snapshot)
    checked.partitions += 1
    checked.settled += snapshot.settled
    checked.records += len(snapshot.control)
    for key in snapshot.keys:
        records = snapshot.records.get(key, [])
        differences, account = leads.lead(key)
        tally.add(records, account.outcomes, account.instead)
        tally.either.update(source for source, _ in account.either)
        tally.loose.update(source for source, _ in account.either if account.loose)
        checked.records += len(records)
        if differences and partition_of(key, snapshot.partitions) != snapshot.partition:
            differences = [_misplaced(snapshot, key)]
        yield Judged(differences, len(records))
    if snapshot.only is None:
        post.balance.add(snapshot, tally)
        yield Judged(list(_of_all(snapshot, rejections, tally, strict, checked)), len(snapshot.control))


def _of_all(
    snapshot: Snapshot, rejections: Rejections, tally: Tally, strict: bool, checked: Checked
) -> Iterator[Difference]:
    """What is no single lead's: the books, the rejections, and what the log ends with."""
    yield from books_differ(snapshot, tally)
    yield from rejections.differ(tally, strict, checked)
    if strict:
        for key in sorted(snapshot.log.shadowed):
            detail = (
                "the last record of this key is void: written by an owner that was fenced off, and not written again"
            )
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
