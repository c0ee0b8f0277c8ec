"""A partition of an app made by hand: what a worker would have written, as lists that a test may spoil before they are judged."""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import timedelta
from itertools import zip_longest
from typing import NamedTuple

from msgspec.structs import replace

from intentflow.domain.change import EPOCH as EPOCH_TIME
from intentflow.domain.event import AnyEvent, Cart
from intentflow.domain.fold import Fold
from intentflow.domain.lead import NOTICE
from intentflow.domain.rules import ScoringModel
from intentflow.lane.changelog import headers_of_tombstone
from intentflow.lane.marks import SOURCES, Fence, Topic, encode_fence, encode_ledger, encode_sources, ledger_key
from intentflow.simulate import traffic
from intentflow.verify.books import Rejections
from intentflow.verify.findings import Checked, Difference
from intentflow.verify.histories import learn
from intentflow.verify.log import LeadLog, everybody
from intentflow.verify.mail import Mail
from intentflow.verify.partition import LONGEST, Judged, Options, PartitionJudge, Post, judge_of
from intentflow.verify.run import share_of
from intentflow.verify.snapshot import Published, Refused, Snapshot, Told
from intentflow.wire.changes import NOTICE_TYPE, headers_of
from intentflow.wire.chunk import Scorer
from intentflow.wire.control import encode_clock, encode_erasure
from intentflow.wire.events import encode
from intentflow.wire.records import Ledger
from intentflow.wire.rows import decode_row, due_of, encode_row, encode_stub
from intentflow.wire.topic_names import TopicNames

NAMES = TopicNames("made", "made")
UNTIL = 1_780_000_000_000
EPOCH = 1


class Line(NamedTuple):
    """A record as the Kafka client gives it."""

    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


class MadeApp:
    """Partition 0 of 1. Its worker folds what it is given at once and has published and committed everything."""

    def __init__(self, model: ScoringModel, *more: str) -> None:
        self.fold = Fold(model)
        self.topics = (NAMES.events, NAMES.control, *more, NAMES.identities)
        self.scorer = Scorer(model, sources=len(self.topics))
        self.sources: dict[str, list[Line]] = {topic: [] for topic in self.topics}
        self.ledgers = [Ledger() for _ in self.topics]
        self.rows: dict[bytes, bytes] = {}
        self.log: list[Line] = []
        self.changes: list[Line] = []
        self.notices: list[Line] = []
        self.rejections: list[Refused] = []
        self.committed: dict[str, int] | None = None  # None: everything
        self.purged = False  # whether rejections of who was erased were taken away
        self.now = 0  # the time at which messages are posted
        self.write(*encode_fence(Fence(EPOCH, bytes(16))))
        self.write(SOURCES, encode_sources(EPOCH, [Topic(topic) for topic in self.topics]))

    def write(self, key: bytes, value: bytes | None) -> int:
        """Add a record to the changelog; returns its offset."""
        self.log.append(Line(len(self.log), key, value))
        return len(self.log) - 1

    def give(self, records: Iterable[tuple[int, bytes, bytes]], topic: str = NAMES.events) -> None:
        """Timestamp, key and value of each: folded as one chunk."""
        there = self.sources[topic]
        there += [Line(len(there) + n, key, value, at) for n, (at, key, value) in enumerate(records)]
        self._fold(topic, len(there))

    def hear(self, most: int = 1 << 30) -> None:
        """Fold so many of the messages that are there; without a number, until nobody has anything more to tell."""
        while (start := self.ledgers[-1].position) < (end := len(self.sources[NAMES.identities])) and most > 0:
            self._fold(NAMES.identities, min(end, start + most))
            most -= end - start

    def _fold(self, topic: str, end: int) -> None:
        source = self.topics.index(topic)
        chunk = self.sources[topic][self.ledgers[source].position : end]
        folded = self.scorer.fold_events(self.rows, chunk, source, 0, 1, messages=topic == NAMES.identities)
        self._count(source, end, folded.counted, folded.duplicate, folded.refused, folded.forwarded, folded.passed)
        for record, why in folded.rejected:
            name = f"{topic}/0/{record.offset}"
            refused = Refused(
                len(self.rejections), name, topic, record.offset, why.reason, record.key, record.value, False
            )
            self.rejections.append(refused)
        self._keep(folded.leads)

    def clock(self, time: int) -> None:
        """A clock record, folded."""
        there = self.sources[NAMES.control]
        there.append(Line(len(there), *encode_clock(time), time))
        due = [key for key, row in self.rows.items() if 0 < due_of(row) <= time]
        folded = self.scorer.fold_clock(self.rows, due, time, 1, there[-1].offset)
        self._count(1, len(there), 1)
        for key, at in folded.moved:
            self.rows[key] = self.rows[key][:5] + at.to_bytes(8, "big") + self.rows[key][13:]
        self._keep(folded.leads)

    def erase(self, key: bytes, at: int) -> None:
        """An erasure, folded: the row of a stub, and the change that it tells."""
        there = self.sources[NAMES.control]
        there.append(Line(len(there), *encode_erasure(key, at), at))
        read = {number: ledger.position for number, ledger in enumerate(self.ledgers)}
        for _, stub, told in self.scorer.fold_erasure(self.rows, key, at, 1, there[-1].offset, read).leads:
            self.rows[key] = encode_stub(EPOCH, stub)
            self.write(key, self.rows[key])
            for change in told:
                self.publish(key, change.payload)
        self._count(1, len(there), 1)

    def let_go(self, key: bytes) -> None:
        """A tombstone."""
        del self.rows[key]
        self.log.append(Line(len(self.log), key, None, 0, tuple(headers_of_tombstone(EPOCH))))

    def _count(self, source: int, position: int, *more: int) -> None:
        """`more`: counted, duplicate, rejected, forwarded, passed."""
        old = self.ledgers[source]
        was = (old.counted, old.duplicate, old.rejected, old.forwarded, old.passed)
        counted, duplicate, rejected, sent_on, passed = (a + b for a, b in zip_longest(was, more, fillvalue=0))
        self.ledgers[source] = Ledger(position, counted, duplicate, rejected, [], sent_on, passed)
        self.write(ledger_key(source), encode_ledger(EPOCH, self.ledgers[source]))

    def _keep(self, leads: Iterable[tuple[bytes, object, Sequence[object]]]) -> None:
        for key, lead, told in leads:
            self.rows[key] = encode_row(EPOCH, lead)  # type: ignore[arg-type]  # a lead, however it is laid out
            self.write(key, self.rows[key])
            for one in told:
                if one.to is None:  # type: ignore[attr-defined]
                    self.publish(key, one.payload)  # type: ignore[attr-defined]
                elif one.to == NOTICE:  # type: ignore[attr-defined]
                    self.notice(key, one.payload)  # type: ignore[attr-defined]
                else:
                    self.post(one.to, one.payload)  # type: ignore[attr-defined]

    def notice(self, key: bytes, payload: bytes) -> None:
        """Add a notice of a cart to its topic."""
        headers = tuple(headers_of(payload, NOTICE_TYPE))
        self.notices.append(Line(len(self.notices), key, payload, 0, headers))

    def publish(self, key: bytes, payload: bytes) -> None:
        """Add a change to its topic."""
        self.changes.append(Line(len(self.changes), key, payload, 0, tuple(headers_of(payload))))

    def post(self, to: bytes, payload: bytes) -> None:
        """Add a message to the identities topic."""
        there = self.sources[NAMES.identities]
        there.append(Line(len(there), to, payload, self.now))

    def copy(self) -> "MadeApp":
        """Another one, which may be spoiled."""
        other = copy(self)
        other.sources = {topic: list(lines) for topic, lines in self.sources.items()}
        other.log, other.changes, other.rejections = list(self.log), list(self.changes), list(self.rejections)
        other.notices = list(self.notices)
        other.rows, other.ledgers = dict(self.rows), list(self.ledgers)
        return other

    def compact(self) -> None:
        """Only the last record of each key is left, but for the newest few, as Kafka does it."""
        last = {line.key: line.offset for line in self.log}
        self.log = [line for line in self.log if last[line.key] == line.offset or line.offset > len(self.log) - 3]

    def snapshot(self, follow: bool = True, wants: Callable[[bytes], bool] = everybody) -> Snapshot:
        """All of it, read, or that of some leads."""
        log = LeadLog(lambda _: follow, wants)
        log.feed(self.log)
        ends = {topic: len(lines) for topic, lines in self.sources.items()}
        rejections = [one for one in self.rejections if wants(one.key or b"")]
        committed = ends if self.committed is None else self.committed
        made = Snapshot(0, 1, NAMES, log, committed, ends, {}, [], {}, rejections, wants=wants, purged=self.purged)
        for source, topic in enumerate(self.topics):
            for line in self.sources[topic][: self.ledgers[source].position]:
                told = Told(source, line.offset, line.timestamp, line.key, line.value, line.headers)
                if topic == NAMES.control:
                    made.control.append(told)
                elif wants(line.key or b""):
                    made.records.setdefault(line.key or b"", []).append(told)
        for lines, to in ((self.changes, made.changes), (self.notices, made.notices)):
            for line in (line for line in lines if wants(line.key or b"")):
                name = dict(line.headers)["ce_id"].decode()
                to.setdefault(line.key or b"", []).append(Published(line.offset, name, line.value or b"", line.headers))
        return made

    def judged(
        self, *, settled: bool = True, follow: bool = True, longest: int = LONGEST, shares: int = 1
    ) -> tuple[list[Difference], Checked]:
        """Every difference, and what was checked; so many shares of the leads after each other."""
        checked, options = Checked(), Options(settled, UNTIL, longest, walks=lambda _: follow)
        post, snapshot = Post.of(self.mail()), self.snapshot(follow)
        learner = judge_of(snapshot, self.fold, options, Checked(), settled, Rejections(snapshot).too_late, post)
        learn(post.mail, {0: learner}, post.mail.senders)
        judge, judged = PartitionJudge(self.fold, options, checked, post), list[Judged]()
        for number in range(shares):
            snapshot = self.snapshot(follow, share_of(number, shares))
            judged += judge.leads(snapshot)
        judged += judge.close(snapshot)
        checked.repeats += post.mail.repeats
        over_all = [*post.mail.wrong, *post.balance.differs(NAMES.identities)]
        return [difference for one in judged for difference in one.differences] + over_all, checked

    def mail(self) -> Mail:
        """What leads told each other, read."""
        mail = Mail(NAMES.identities, 1)
        mail.take(0, self.sources[NAMES.identities])
        mail.committed = {(topic, 0): end for topic, end in self.snapshot().committed.items()}
        return mail

    @property
    def moved(self) -> Line:
        """A change that is neither the first nor the last of its lead."""
        leads: dict[bytes | None, list[Line]] = {}
        for line in self.changes:
            leads.setdefault(line.key, []).append(line)
        return next(lines[1] for lines in leads.values() if len(lines) > 2)


def busy(model: ScoringModel, people: int = 12, chunk: int = 11) -> MadeApp:
    """A made app after some weeks of a shop, in chunks, with a clock now and then, poison and repeats."""
    app = MadeApp(model)
    records = list(traffic(5, people, UNTIL, 20))
    for at in range(0, len(records), chunk):
        part = records[at : at + chunk]
        app.give([*part, (part[0][0], part[0][1], b"poison")] if at % 5 == 0 else [*part, part[-1]])
        app.now = part[-1][0]
        if at % 7 == 0:
            app.hear(3)
        if at % 3 == 0:
            app.clock(part[-1][0])
    app.hear()
    app.clock(UNTIL)
    return app


def record(event: AnyEvent, lead: str, at: int) -> tuple[int, bytes, bytes]:
    """An event of a lead, received at a time."""
    return at, f"l:{lead}".encode(), encode(replace(event, visitor_id=None, lead_id=lead))


def miscounted(model: ScoringModel, key: bytes, row: bytes, partition: int = 0, partitions: int = 1) -> bytes:
    """The row of a lead that has counted a cart that nobody filled."""
    lead = decode_row(row)
    at = lead.clock + 1
    filled = Cart(
        event_id="nobody's",
        occurred_at=EPOCH_TIME + timedelta(milliseconds=at),
        lead_id=key[2:].decode(),
        action="add",
        cart_id="x",
    )
    scorer = Scorer(model, len(lead.applied))
    folded = scorer.fold_events({key: row}, [Line(1 << 40, key, encode(filled), at)], 0, partition, partitions)
    [(_, more, _)] = folded.leads
    more.applied, more.sequence = lead.applied, lead.sequence
    return encode_row(EPOCH, more)
