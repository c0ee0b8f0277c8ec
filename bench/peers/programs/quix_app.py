"""Quix Streams: a streaming data frame with state (RocksDB and a changelog topic)."""

from typing import Any

from quixstreams import Application, State

from bench.peers.job import ASKED, COMMIT_SECONDS, POINTS, THRESHOLD, faded, place

where = place()
app = Application(
    broker_address=where.bootstrap,
    consumer_group=where.app,
    auto_offset_reset="earliest",
    state_dir=where.folder,
    commit_interval=COMMIT_SECONDS,
    consumer_extra_config={
        "fetch.wait.max.ms": 20,
        "queued.min.messages": 1_000_000,
        "fetch.message.max.bytes": 4 << 20,
    },
    producer_extra_config={"linger.ms": 20},
    loglevel="WARNING",
)
source = app.topic(where.source, key_deserializer="bytes", value_deserializer="json")
target = app.topic(where.target, key_serializer="bytes", value_serializer="json")


def score(event: Any, _key: Any, time: int, _headers: Any, state: State) -> list[dict[str, Any]]:
    """The changes that an event makes: none or one."""
    score, at, told = state.get("lead") or (0.0, time, False)
    score = faded(score, at, time)
    if event["family"] == ASKED:
        return [{"event_id": event["event_id"], "score": score, "at": time}]
    score += POINTS[event["family"]]
    told_now = score >= THRESHOLD and not told
    state.set("lead", [score, time, told or told_now])
    return [{"event_id": event["event_id"], "score": score, "at": time}] if told_now else []


app.dataframe(source).apply(score, stateful=True, metadata=True, expand=True).to_topic(target)

if __name__ == "__main__":
    app.run()
