"""A collector from start to end, through the loss of its Kafka."""

import socket
import threading
from pathlib import Path

import pytest

from intentflow.adapters.embedded_command import EmbeddedCommand
from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.adapters.server_process import free_port
from tests.collector.calls import Reply, Running, running, until

pytestmark = pytest.mark.broker


def visit(who: str) -> dict[str, object]:
    return {"type": "page", "messageId": f"{who}-page", "anonymousId": who}


async def test_no_event_is_answered_well_that_kafka_has_not_got_and_it_recovers_by_itself(tmp_path: Path):
    """A real broker, stopped and started again. What is answered 503 may be written all the same, under its id."""
    kafka = EmbeddedKafka(tmp_path / "broker", port=free_port())
    kafka.start()
    try:
        with running(kafka.bootstrap, tmp_path / "collector", "outage", collector_ack_seconds=1.0) as collector:
            assert collector.post("/v1/page", visit("before")).status == 200
            kafka.stop()
            during = [collector.post("/v1/page", visit(f"during-{number}")) for number in range(5)]
            assert [reply.status for reply in during] == [503] * 5
            assert all(int(reply.headers["retry-after"]) > 0 for reply in during)
            assert during[-1].said["reason"] == "unacknowledged"
            assert [collector.call("GET", path).status for path in ("/health", "/ready")] == [200, 503]
            kafka.start()
            until(lambda: collector.post("/v1/page", visit("after")).status == 200, "the collector to recover")
            until(lambda: collector.call("GET", "/ready").status == 200, "it to be ready again")
            written = {event["visitor_id"] for event in await collector.events("-page")}
            assert {"before", "after"} <= written
    finally:
        kafka.stop()


async def test_what_was_taken_is_acknowledged_before_it_ends(kafka: EmbeddedKafka, tmp_path: Path):
    """Every 200 is in Kafka, and no request is left without an answer or the end of its connection."""
    with running(kafka.bootstrap, tmp_path, "ending") as collector:
        answered: dict[str, Reply | None] = {}

        def keep_sending(name: str) -> None:
            for number in range(10_000):
                who = f"{name}-{number}."
                try:
                    answered[who] = collector.post("/v1/page", visit(who))
                except OSError:  # it is gone
                    return

        senders = [threading.Thread(target=keep_sending, args=(f"sender{number}",)) for number in range(4)]
        for sender in senders:
            sender.start()
        until(lambda: len(answered) > 100, "a hundred answers")
        collector.process.stop()
        for sender in senders:
            sender.join()
    assert {reply.status for reply in answered.values() if reply} == {200}
    written = {event["visitor_id"] for event in await collector.events("sender")}
    assert set(answered) <= written


def test_a_key_that_is_added_is_good_without_a_restart_and_a_broken_file_changes_nothing(collector: Running):
    late = collector.key("late", "browser")
    until(lambda: collector.post("/v1/page", visit("late"), key=late).status == 200, "the new key to be known")
    path = collector.folder / "collector-keys.yaml"
    before = path.read_text()
    path.write_text("keys: [")
    until(lambda: "the write keys stay as they were" in collector.log.read_text(), "the broken file to be told of")
    assert collector.post("/v1/page", visit("late"), key=late).status == 200
    path.write_text(before)


def test_it_says_what_is_wrong_and_ends_if_it_cannot_listen_or_has_no_keys(collector: Running, tmp_path: Path):
    def ended(**settings: object) -> str:
        command = EmbeddedCommand(
            "collector", collector.settings.model_copy(update=settings), tmp_path / "collector.log"
        )
        with command:
            until(lambda: command.pid is None, "it to end")
        return (tmp_path / "collector.log").read_text()

    assert "choose another port with --port" in ended()
    taken = ended(collector_port=0, collector_metrics_port=collector.port)
    assert f"127.0.0.1:{collector.port}: the collector's metrics cannot be served there" in taken
    assert "intentflow collector add-key" in ended(data=tmp_path, collector_port=0)


def test_it_ends_within_its_bound_though_a_client_never_ends_its_request(kafka: EmbeddedKafka, tmp_path: Path):
    with running(kafka.bootstrap, tmp_path, "stubborn") as collector:
        with socket.create_connection(("127.0.0.1", collector.port)) as client:
            client.sendall(b"POST /v1/page HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            collector.process.stop()
        assert collector.process.exit_code == 0  # and not killed
