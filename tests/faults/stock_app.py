"""Stock Faust, as its documentation writes it: an agent, a table, nothing of ours. It counts the events of each lead.

`STOCK_KEEPS` says how: `count` (`table[key] += 1`), `watermark` (beside it the last offset, and what is not beyond it is skipped),
`events` (all that a lead has sent), `in-place` (a dict that is changed where it lies).
"""

import os
from collections.abc import Callable
from typing import Any

import faust

from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

settings = Settings()
keeps = os.environ.get("STOCK_KEEPS", "count")
app = faust.App(
    settings.app_id,
    broker=f"kafka://{settings.bootstrap}",
    store="memory://",
    datadir=str(settings.data / f"stock-{settings.app_id}"),
    topic_partitions=settings.partitions,
    table_standby_replicas=0,
    consumer_auto_offset_reset="earliest",
    broker_session_timeout=settings.session_timeout,
    broker_heartbeat_interval=settings.session_timeout / 4,
    broker_commit_interval=settings.commit_interval,
    web_port=int(os.environ.get("STOCK_WEB_PORT", "6066")),
)
leads = app.Table("leads", default={"count": int, "events": list}.get(keeps, dict))
topic = app.topic(
    TopicNames(settings.prefix, settings.app_id).events, key_type=str, key_serializer="raw", value_serializer="json"
)


def count(event: Any) -> None:
    leads[event.key] += 1


def watermark(event: Any) -> None:
    state = leads[event.key]
    if event.message.offset > state.get("offset", -1):
        leads[event.key] = {"n": state.get("n", 0) + 1, "offset": event.message.offset}


def all_of_them(event: Any) -> None:
    leads[event.key] = [*leads[event.key], event.value]


def in_place(event: Any) -> None:
    if event.key not in leads:
        leads[event.key] = {"n": 0}
    leads[event.key]["n"] += 1


KEEPS: dict[str, Callable[[Any], None]] = {
    "count": count,
    "watermark": watermark,
    "events": all_of_them,
    "in-place": in_place,
}


@app.agent(topic)
async def keep(stream: Any) -> None:
    """What a scoring system does at the least."""
    async for event in stream.events():
        if "RAISES" in os.environ and "explode" in event.value["event_id"]:
            raise RuntimeError("a bug that one event meets")
        KEEPS[keeps](event)
