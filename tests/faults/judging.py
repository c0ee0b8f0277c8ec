"""Two judges of the topics in the end: a plain fold of the sources, byte for byte; and `intentflow verify`, with the slow reference."""

from collections import Counter
from typing import Any

from intentflow.adapters.offsets import records
from intentflow.domain.lead import NOTICE, Lead
from intentflow.lane.changelog import Changelog, ledger_sums
from intentflow.lane.marks import FENCE
from intentflow.model.load import load
from intentflow.settings import Settings
from intentflow.verify.run import Verifier, Wish
from intentflow.wire.changes import decode_change, decode_notice
from intentflow.wire.chunk import Scorer
from intentflow.wire.control import ClockRecord, decode_control
from intentflow.wire.messages import Enclosed
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.rows import decode_row, due_of, encode_row
from intentflow.wire.topic_names import TopicNames
from tests.faults.judging_ties import messages, tied_leads
from tests.faults.tally import Tally, Verdict
from tests.faults.ties import is_tied

MESSAGES = 2  # the number of the source that holds what leads tell each other


class Reference:
    """What an undisturbed run would have done: record by record; the control topic's clock comes after all events, as the rig sends it."""

    def __init__(self, settings: Settings) -> None:
        self.leads: dict[bytes, Lead] = {}
        self.changes: dict[str, bytes] = {}
        self.notices: dict[str, bytes] = {}
        self.refused: dict[str, bytes | None] = {}
        self.counted = self.duplicate = self.rejected = self.records = 0
        self.clocked = False
        self._settings = settings
        self.messages = 0
        self.scorer = Scorer(load(settings.model), 3)
        self._rows: dict[bytes, bytes] = {}

    async def read(self, bootstrap: str) -> None:
        """Fold what the sources hold."""
        names, partitions = TopicNames(self._settings.prefix, self._settings.app_id), self._settings.partitions
        async for record in records(bootstrap, [names.events], partitions):
            self._take(names.events, record)
        async for record in records(bootstrap, [names.control], partitions):
            self._pass_time(record)
        self.leads = {key: decode_row(row) for key, row in self._rows.items()}

    def _take(self, topic: str, record: Any) -> None:
        self.records += 1
        self._fold(topic, record, 0, record.partition)

    def _fold(self, topic: str, record: Any, source: int, partition: int) -> None:
        """What leads tell each other is heard at once."""
        told = source == MESSAGES
        folded = self.scorer.fold_events(
            self._rows, [record], source, partition, self._settings.partitions, messages=told
        )
        self.counted, self.duplicate = self.counted + folded.counted, self.duplicate + folded.duplicate
        self.rejected += folded.refused
        for refused, _ in folded.rejected:
            self.refused[f"{topic}/{partition}/{refused.offset}"] = refused.value
        for message in self._keep(folded.leads):
            assert message.key is not None
            self._fold(topic, message, MESSAGES, partition_of(message.key, self._settings.partitions))

    def _pass_time(self, record: Any) -> None:
        said = decode_control(record.key, record.value, record.partition, self._settings.partitions)
        assert isinstance(said, ClockRecord)
        time = said.clock
        self.clocked = True
        mine = self._on(record.partition)
        due = [key for key in mine if 0 < due_of(self._rows[key]) <= time]
        self._keep(self.scorer.fold_clock(self._rows, due, time, 1, record.offset).leads)

    def _on(self, partition: int) -> list[bytes]:
        return [key for key in self._rows if partition_of(key, self._settings.partitions) == partition]

    def _keep(self, leads: Any) -> list[Enclosed]:
        """Returns the messages that were told."""
        messages: list[Enclosed] = []
        for key, lead, told in leads:
            self._rows[key] = encode_row(0, lead)
            news = [change.payload for change in told if change.to is None and not is_tied(key)]
            self.changes |= {decode_change(payload).id: payload for payload in news}
            told_of_carts = [one.payload for one in told if one.to == NOTICE and not is_tied(key)]
            self.notices |= {decode_notice(payload).id: payload for payload in told_of_carts}
            for one in told:
                if one.to:
                    messages.append(Enclosed(self.messages, 0, one.to, one.payload, ()))
                    self.messages += 1
        return messages


async def judge(bootstrap: str, settings: Settings, tally: Tally) -> None:
    """Fill in the tally's verdict, and what the changelog tells of the run."""
    names, partitions = TopicNames(settings.prefix, settings.app_id), settings.partitions
    expected, verdict = Reference(settings), tally.verdict
    await expected.read(bootstrap)
    verdict.events, verdict.leads = expected.records, len(expected.leads)
    verdict.changes, verdict.rejections = len(expected.changes), len(expected.refused)
    await _changes(bootstrap, names, partitions, expected, verdict)
    await _notices(bootstrap, names, partitions, expected, verdict)
    await _rejections(bootstrap, names, partitions, expected, verdict)
    logs = await _changelog(bootstrap, names, partitions, tally)
    _leads(expected, logs, verdict)
    tied_leads(expected.scorer.fold, expected.leads, logs, verdict)
    await messages(bootstrap, names, partitions, verdict)
    sums = ledger_sums(logs.values())
    ledger, heard = sums[names.events], sums[names.identities]
    ended = (ledger.counted + heard.counted, ledger.duplicate + heard.duplicate, ledger.rejected + heard.rejected)
    said = (*ended, ledger.position)
    if ledger.forwarded != heard.counted + heard.duplicate + heard.rejected:
        verdict.wrong_books += 1
    books = (expected.counted, expected.duplicate, expected.rejected, expected.records)
    verdict.wrong_books += int(said != books or sum(books[:3]) != expected.records)


async def _changes(bootstrap: str, names: TopicNames, partitions: int, expected: Reference, verdict: Verdict) -> None:
    """Readers drop repeated ids, and so do we; of a lead, the first of each number must come in order."""
    seen: dict[str, bytes] = {}
    last: Counter[str] = Counter()
    tied: set[str] = set()  # changes of those whose path depends on who hears what first
    async for record in records(bootstrap, [names.changes], partitions):
        change = decode_change(record.value)
        tied |= {change.id} if is_tied(record.key) else set()
        if change.id in seen:
            verdict.changes_published_again += 1
            verdict.forked_changes += seen[change.id] != record.value
            continue
        seen[change.id] = record.value
        verdict.changes_out_of_order += change.sequence != last[change.lead] + 1
        last[change.lead] = change.sequence
    verdict.lost_changes = len(expected.changes.keys() - seen.keys())
    verdict.invented_changes = len(seen.keys() - expected.changes.keys() - tied)
    verdict.forked_changes += sum(
        seen[name] != expected.changes[name] for name in seen.keys() & expected.changes.keys()
    )


async def _notices(bootstrap: str, names: TopicNames, partitions: int, expected: Reference, verdict: Verdict) -> None:
    """Of carts, as of changes: none is lost, invented or told in two ways."""
    seen: dict[str, bytes] = {}
    async for record in records(bootstrap, [names.cart_notices], partitions):
        name = decode_notice(record.value).id
        verdict.forked_notices += seen.setdefault(name, record.value) != record.value
        if is_tied(record.key):
            del seen[name]
    verdict.notices = len(seen)
    verdict.lost_notices = sum(seen.get(name) != payload for name, payload in expected.notices.items())
    verdict.invented_notices = len(seen.keys() - expected.notices.keys())


async def _rejections(
    bootstrap: str, names: TopicNames, partitions: int, expected: Reference, verdict: Verdict
) -> None:
    seen: dict[str, bytes | None] = {}
    async for record in records(bootstrap, [names.rejections], partitions):
        seen[dict(record.headers)["rejection_id"].decode()] = record.value
    verdict.lost_rejections = sum(seen.get(name, b"lost") != value for name, value in expected.refused.items())
    verdict.invented_rejections = len(seen.keys() - expected.refused.keys())


async def _changelog(bootstrap: str, names: TopicNames, partitions: int, tally: Tally) -> dict[int, Changelog]:
    """The changelog as its rules say it is to be read; and what is missing in it was compacted."""
    logs, epochs = {number: Changelog() for number in range(partitions)}, Counter[tuple[int, bytes]]()
    first, last, count = dict[int, int](), dict[int, int](), 0
    async for record in records(bootstrap, [names.changelog], partitions):
        logs[record.partition].feed([record])
        first.setdefault(record.partition, record.offset)
        last[record.partition] = record.offset
        count += 1
        if record.key.startswith(FENCE):
            epochs[record.partition, record.key] += 1
    tally.fences, tally.contested = epochs.total(), sum(times > 1 for times in epochs.values())
    tally.compacted = sum(last.values()) + len(last) - count  # it begins at 0, whatever was cleaned away
    tally.verdict.void_left = sum(log.voided for log in logs.values())
    return logs


def _leads(expected: Reference, logs: dict[int, Changelog], verdict: Verdict) -> None:
    found = {key: decode_row(row) for log in logs.values() for key, row in log.rows.items()}
    for lead in (*found.values(), *expected.leads.values()):
        lead.outbox = []  # what it may still have had to say
        if expected.clocked:
            lead.due = 0  # a due time that only moved is not written
    verdict.missing_leads = len(expected.leads.keys() - found.keys())
    verdict.invented_leads = len(found.keys() - expected.leads.keys())
    both = {key for key in found.keys() & expected.leads.keys() if not is_tied(key)}
    verdict.wrong_leads = sum(found[key] != expected.leads[key] for key in both)


async def verify(bootstrap: str, settings: Settings, verdict: Verdict) -> None:
    """What the other program says of scores, changes, rejections and books; the paths are the first judge's business."""
    names = TopicNames(settings.prefix, settings.app_id)
    verifier = Verifier(bootstrap, names, load(settings.model), lambda *_: None)
    report = await verifier.run(Wish(path="none", settled=True, show=5))
    verdict.differences = report.differences
    verdict.found = [f"{one.what} {one.place} {one.lead}: {one.detail}" for one in report.shown]
