"""Pathway: a table grouped by lead with a stateful reducer, persisted on disk."""

from datetime import datetime

import msgspec
import pathway as pw

from bench.peers.job import ASKED, INTERVAL_SECONDS, POINTS, THRESHOLD, faded, place

where = place()
BATCH_MS = 100  # between two batches: its default of 1.5 s makes a change wait for as long


class Event(msgspec.Struct):
    """As much of an event as the job is about."""

    family: str
    event_id: str
    occurred_at: datetime


_decode = msgspec.json.Decoder(Event).decode
Lead = tuple[float, int, str, float, int, str, float, int]  # score, time; the change; the latest answer
NEW: Lead = (0.0, 0, "", 0.0, 0, "", 0.0, 0)


def _order(event: Event) -> tuple[datetime, str]:
    return event.occurred_at, event.event_id


@pw.reducers.stateful_many
def lead_of(lead: Lead | None, rows: list[tuple[list[bytes], int]]) -> Lead:
    """The lead after a batch of its events, which come in no order."""
    score, at, told, told_score, told_at, asked, asked_score, asked_at = lead or NEW
    for event in sorted((_decode(row[0]) for row, count in rows if count > 0), key=_order):
        time = int(event.occurred_at.timestamp() * 1000 + 0.5)
        score, at = faded(score, at, time) if at else 0.0, time
        if event.family == ASKED:
            asked, asked_score, asked_at = event.event_id, score, time
            continue
        score += POINTS[event.family]
        if score >= THRESHOLD and not told:
            told, told_score, told_at = event.event_id, score, time
    return (score, at, told, told_score, told_at, asked, asked_score, asked_at)


def written(event_id: pw.ColumnExpression, score: pw.ColumnExpression, at: pw.ColumnExpression) -> None:
    """Each lead for which there is one is published once, and again only if it is another."""
    table = leads.select(key=leads.key, event_id=event_id, score=score, at=at).filter(pw.this.event_id != "")
    value = pw.apply(_encoded, table.event_id, table.score, table.at)
    table = table.select(key=table.key, value=value)
    pw.io.kafka.write(table, settings, topic_name=where.target, format="raw", key=table.key, value=table.value)


def _encoded(event_id: str, score: float, at: int) -> bytes:
    return msgspec.json.encode({"event_id": event_id, "score": score, "at": at})


settings = {
    "bootstrap.servers": where.bootstrap,
    "group.id": where.app,
    "auto.offset.reset": "earliest",
    "fetch.wait.max.ms": "20",
}
source = pw.io.kafka.read(settings, where.source, format="raw", autocommit_duration_ms=BATCH_MS, name="source")
state = source.groupby(source.key).reduce(source.key, lead=lead_of(source.data))
leads = state.select(
    state.key,
    told=pw.apply(lambda lead: lead[2], state.lead),
    told_score=pw.apply(lambda lead: lead[3], state.lead),
    told_at=pw.apply(lambda lead: lead[4], state.lead),
    asked=pw.apply(lambda lead: lead[5], state.lead),
    asked_score=pw.apply(lambda lead: lead[6], state.lead),
    asked_at=pw.apply(lambda lead: lead[7], state.lead),
)
written(leads.told, leads.told_score, leads.told_at)
written(leads.asked, leads.asked_score, leads.asked_at)
pw.run(
    monitoring_level=pw.MonitoringLevel.NONE,
    persistence_config=pw.persistence.Config(
        pw.persistence.Backend.filesystem(where.folder),
        snapshot_interval_ms=INTERVAL_SECONDS * 1000,
        persistence_mode=pw.PersistenceMode.OPERATOR_PERSISTING,
    ),
)
