"""What an undisturbed run would have done with the same records, and whether the app has done the same."""

import asyncio
from typing import Any

from intentflow.domain.lead import Lead
from intentflow.lane.changelog import Changelog, ledger_sums
from intentflow.lane.reader import read_changelog
from intentflow.model.load import load
from intentflow.wire.changes import decode_change
from intentflow.wire.chunk import Ledger, Scorer
from intentflow.wire.rows import decode_row, encode_row
from tests.system.records import read
from tests.system.workers import App


class Expected:
    """A plain fold of the events topic: record by record, partition by partition."""

    def __init__(self, app: App) -> None:
        self.leads: dict[bytes, Lead] = {}
        self.changes: dict[str, bytes] = {}
        self.refused: dict[str, bytes | None] = {}
        self.counted = self.duplicate = self.rejected = self.records = 0
        scorer, partitions = Scorer(load(app.settings.model), 2), app.settings.partitions
        rows: dict[bytes, bytes] = {}
        for record in read(app, app.names.events):
            folded = scorer.fold_events(rows, [record], 0, record.partition, partitions)
            self.records += 1
            self.counted, self.duplicate = self.counted + folded.counted, self.duplicate + folded.duplicate
            self.rejected += folded.refused
            for refused, _ in folded.rejected:
                self.refused[f"{app.names.events}/{record.partition}/{refused.offset}"] = refused.value
            for key, lead, told in folded.leads:
                rows[key] = encode_row(0, lead)
                self.changes |= {decode_change(change.payload).id: change.payload for change in told}
        self.leads = {key: decode_row(row) for key, row in rows.items()}


def changelog_of(app: App) -> dict[int, Changelog]:
    """The changelog as its rules say it is to be read."""
    logs: dict[int, Changelog] = {}

    async def all_of_it() -> None:
        async for _ in read_changelog(app.settings.bootstrap, app.names.changelog, logs):
            pass

    asyncio.run(all_of_it())
    return logs


def leads_of(logs: dict[int, Changelog]) -> dict[bytes, Lead]:
    """Every lead, without what it may have had to say."""
    leads = {key: decode_row(row) for log in logs.values() for key, row in log.rows.items()}
    for lead in leads.values():
        lead.outbox = []
    return leads


def headers(record: Any) -> dict[str, bytes]:
    return dict(record.headers)


def nothing_lost_and_nothing_twice(app: App) -> Expected:
    """Leads, changes, rejections and the ledger are those of an undisturbed run. Readers drop repeated ids, and so do we."""
    expected, logs = Expected(app), changelog_of(app)
    found = leads_of(logs)
    assert found.keys() == expected.leads.keys()
    assert {key: (lead, found[key]) for key, lead in expected.leads.items() if found[key] != lead} == {}
    changes: dict[str, set[bytes]] = {}
    for record in read(app, app.names.changes):
        changes.setdefault(headers(record)["ce_id"].decode(), set()).add(record.value)
    assert changes == {name: {payload} for name, payload in expected.changes.items()}
    refused = {headers(record)["rejection_id"].decode(): record.value for record in read(app, app.names.rejections)}
    assert refused == expected.refused
    ledger = ledger_sums(logs.values())[app.names.events]
    said = (ledger.counted, ledger.duplicate, ledger.rejected, ledger.position)
    assert said == (expected.counted, expected.duplicate, expected.rejected, expected.records)
    assert balanced(ledger)
    return expected


def balanced(ledger: Ledger) -> bool:
    """In = counted + duplicate + rejected."""
    return ledger.position == ledger.counted + ledger.duplicate + ledger.rejected
