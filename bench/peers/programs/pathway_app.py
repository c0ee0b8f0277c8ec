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
_encode = msgspec.json.Encoder().encode
Lead = tuple[float, int, bytes, bytes]  # score, its time, the change if it was told, the latest answer


def _order(event: Event) -> tuple[datetime, str]:
    return event.occurred_at, event.event_id


@pw.reducers.stateful_many
def lead_of(lead: Lead | None, rows: list[tuple[list[bytes], int]]) -> Lead:
    """The lead after a batch of its events, which come in no order."""
    score, at, told, asked = lead or (0.0, 0, b"", b"")
    for event in sorted((_decode(row[0]) for row, count in rows if count > 0), key=_order):
        time = int(event.occurred_at.timestamp() * 1000 + 0.5)
        score, at = faded(score, at, time) if at else 0.0, time
        if event.family == ASKED:
            asked = _encode({"event_id": event.event_id, "score": score, "at": time})
            continue
        score += POINTS[event.family]
        if score >= THRESHOLD and not told:
            told = _encode({"event_id": event.event_id, "score": score, "at": time})
    return score, at, told, asked


def write(place_in_lead: int) -> None:
    """What a lead has there is published once, and again only if it is another."""
    value = pw.apply_with_type(lambda lead: lead[place_in_lead], bytes, leads.lead)
    table = leads.select(leads.key, value=value).filter(pw.this.value != b"")
    pw.io.kafka.write(
        table,
        settings,
        topic_name=where.target,
        format="raw",
        key=table.key,
        value=table.value,
        name=f"write-{place_in_lead}",
    )


settings = {
    "bootstrap.servers": where.bootstrap,
    "group.id": where.app,
    "auto.offset.reset": "earliest",
    "fetch.wait.max.ms": "20",
}
source = pw.io.kafka.read(settings, where.source, format="raw", autocommit_duration_ms=BATCH_MS, name="source")
leads = source.groupby(source.key).reduce(source.key, lead=lead_of(source.data))
write(2)
write(3)
pw.run(
    monitoring_level=pw.MonitoringLevel.NONE,
    persistence_config=pw.persistence.Config(
        pw.persistence.Backend.filesystem(where.folder),
        snapshot_interval_ms=INTERVAL_SECONDS * 1000,
        persistence_mode=pw.PersistenceMode.PERSISTING,  # of its input; to persist operators asks for a licence key
    ),
)
