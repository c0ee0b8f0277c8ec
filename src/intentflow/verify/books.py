"""The books of one partition: in = counted + duplicate + rejected, as the ledger rows say it and as the source topics hold it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from intentflow.verify.account import Place
from intentflow.verify.findings import Checked, Difference, What
from intentflow.verify.snapshot import Refused, Snapshot, Told
from intentflow.wire.records import Ledger
from intentflow.wire.rejections import Rejection

OUTCOMES = ("counted", "duplicate", "rejected", "forwarded", "passed")
NOT_REFUSED = ("counted", "duplicate", "forwarded", "passed")
NO_MESSAGE = ("empty", "not_a_message", "misrouted")
NOTHING: Mapping[Place, Told] = {}


class Tally:
    """What became of a partition's records, according to the reference."""

    def __init__(self) -> None:
        self.sums: Counter[tuple[int, str]] = Counter()
        self.either: Counter[int] = Counter()  # by source: records that counted or were duplicates, nobody knows
        self.loose: Counter[int] = Counter()  # of these, those of tied leads: they may have been sent on or refused too
        self.refused: dict[Place, tuple[str, Told]] = {}  # with the reason
        self.no_messages: Counter[int] = Counter()  # by source: refused as no message, or as one for somebody else
        self.unwitnessed: set[Place] = set()  # records of which nobody can tell whether they were refused

    def sum_up(self, share: "Tally") -> None:
        """Add what a share of the leads comes to; what was refused of it is looked at by then."""
        self.sums.update(share.sums)
        self.either.update(share.either)
        self.loose.update(share.loose)
        self.no_messages.update(source for (source, _), (why, _) in share.refused.items() if why in NO_MESSAGE)

    def add(
        self, records: Iterable[Told], outcomes: Mapping[Place, str], instead: Mapping[Place, Told] = NOTHING
    ) -> None:
        """Count these records, each of which has an outcome. `instead`: what is refused of a message is the record that it carries."""
        for told in records:
            outcome = outcomes[told.source, told.offset]
            if outcome in NOT_REFUSED:
                self.sums[told.source, outcome] += 1
            else:
                self.sums[told.source, "rejected"] += 1
                place = told.source, told.offset
                self.refused[place] = outcome, instead.get(place, told)

    def add_control(self, snapshot: Snapshot) -> None:
        """Count control records: clock records and erasures count, anything else is rejected."""
        for told in snapshot.control_here():
            said = snapshot.said(told)
            outcome = said.reason if isinstance(said, Rejection) else "counted"
            self.add((told,), {(told.source, told.offset): outcome})


def books_differ(snapshot: Snapshot, tally: Tally) -> Iterator[Difference]:
    """Where the ledgers say something else than the sources hold, and what is committed beyond them."""
    for source, topic in enumerate(snapshot.topics):
        ledger = snapshot.ledgers.get(source, Ledger())
        said = tuple(getattr(ledger, outcome) for outcome in OUTCOMES)
        holds = tuple(tally.sums[source, outcome] for outcome in OUTCOMES)
        either = tally.either[source]
        apart = max(abs(one - other) for one, other in zip(said, holds, strict=True))
        if sum(said) != sum(holds) or apart > either or (said[2] != holds[2] and not tally.loose[source]):
            books = f"the books say {_told(said)} up to position {ledger.position}"
            detail = f"{books}; the topic holds {_told(holds)}"
            yield Difference("books", topic, snapshot.partition, ledger.position, None, detail)
        committed = snapshot.committed.get(topic, 0)
        if committed > ledger.position:
            detail = f"committed up to {committed}, the books go to {ledger.position}: what is between would be lost"
            yield Difference("committed", topic, snapshot.partition, committed, None, detail)


def _told(counts: tuple[int, ...]) -> str:
    some = [
        f"{count} {outcome}"
        for count, outcome in zip(counts, OUTCOMES, strict=True)
        if count or outcome in OUTCOMES[:3]
    ]
    return f"{sum(counts)} = {' + '.join(some)}"


class Balance:
    """Over all partitions: every event that was sent on to another lead has ended somewhere, once none is on its way."""

    def __init__(self) -> None:
        self.forwarded = self.ended = 0

    def add(self, snapshot: Snapshot, tally: Tally) -> None:
        """Add what the books of a partition say. What is no message on the identities topic was not sent on."""
        for source, ledger in snapshot.ledgers.items():
            if source == snapshot.identities:  # what is sent on from there came in there
                self.ended += ledger.counted + ledger.duplicate + ledger.rejected
                self.ended -= tally.no_messages[source]
            else:
                self.forwarded += ledger.forwarded

    def differs(self, topic: str) -> Iterator[Difference]:
        """Where in = counted + duplicate + rejected does not hold over all."""
        if self.forwarded != self.ended:
            detail = f"over all partitions {self.forwarded} events were sent on to other leads, {self.ended} have ended in one"
            yield Difference("books", topic, 0, None, None, detail)


class Rejections:
    """The rejections of one partition, each once. `wrong` are those that contradict themselves."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.repeats = 0
        self.wrong: list[Difference] = []
        self.found: dict[Place, Refused] = {}
        self.numbers = {topic: number for number, topic in enumerate(snapshot.topics)}
        for refused in snapshot.rejections:
            self._take(refused)

    @property
    def too_late(self) -> frozenset[Place]:
        """What was refused because it came too late."""
        return frozenset(place for place, refused in self.found.items() if refused.reason == "too_late")

    def _take(self, refused: Refused) -> None:
        source = self.numbers.get(refused.topic)
        if source is None:
            return  # of a file that was replayed, or of the collector
        first = self.found.setdefault((source, refused.source_offset), refused)
        wanted = f"{refused.topic}/{self.snapshot.partition}/{refused.source_offset}"
        if refused.id != wanted:
            self.wrong.append(self._differs("rejection_unlike", refused, f"its id is {refused.id}, its place {wanted}"))
        elif first is not refused:
            self.repeats += 1
            if first._replace(offset=0) != refused._replace(offset=0):
                detail = f"{refused.id} is there twice with different bytes, first at offset {first.offset}"
                self.wrong.append(self._differs("rejection_unlike", refused, detail))

    def _differs(self, what: What, refused: Refused, detail: str) -> Difference:
        lead = None if not refused.key else refused.key.decode(errors="replace")
        return Difference(what, self.snapshot.names.rejections, self.snapshot.partition, refused.offset, lead, detail)

    def differ(self, tally: Tally, strict: bool, checked: Checked) -> Iterator[Difference]:
        """What is refused and not there, is there and was not refused, or is not what was refused.

        What is behind the committed offsets may be under way, unless `strict`.
        """
        yield from self.wrong
        checked.rejections += len(self.found)
        checked.repeats += self.repeats
        left = {place: refused for place, refused in self.found.items() if place not in tally.unwitnessed}
        for place, (reason, told) in tally.refused.items():
            refused = left.pop(place, None)
            if place in tally.unwitnessed:
                continue
            if refused is not None:
                yield from self._unlike(refused, told, reason)
            elif strict or place[1] < self.snapshot.committed_of(place[0]):
                yield self._missing(told, reason)
            else:
                checked.in_motion += 1
        for (source, offset), refused in left.items():
            if strict or offset < self.snapshot.log.counted_at.get(source, (0, 0))[0]:
                detail = f"{refused.id} is there as {refused.reason}, but the reference does not refuse it"
                yield self._differs("rejection_extra", refused, detail)
            else:
                checked.in_motion += 1

    def _unlike(self, refused: Refused, told: Told, reason: str) -> Iterator[Difference]:
        if refused.reason != reason:
            yield self._differs(
                "rejection_unlike", refused, f"{refused.id}: says {refused.reason}, the reference {reason}"
            )
        if not refused.cut and (refused.key, refused.value) != (told.key, told.value):
            yield self._differs("rejection_unlike", refused, f"{refused.id}: not the refused record's own bytes")

    def _missing(self, told: Told, reason: str) -> Difference:
        topic, lead = self.snapshot.topics[told.source], (told.key or b"").decode(errors="replace")
        return Difference(
            "rejection_missing",
            topic,
            self.snapshot.partition,
            told.offset,
            lead,
            f"refused as {reason}, and not on the rejections",
        )
