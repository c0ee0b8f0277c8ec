"""The arms: who takes part, what runs it, and what its manual says for speed."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from msgspec import Struct

from bench.peers.resolving import HERE, java, python

PROGRAMS = "bench.peers.programs"
Prepare = Callable[[], list[str]]  # what must be there is there, and the command; raises NotHere


class Arm(Struct, frozen=True):
    """One who takes part. `kind` as in the results."""

    name: str
    title: str
    kind: Literal["peer", "ceiling", "ours"]
    prepare: Prepare
    state: str  # where the state is durable, in words
    said: dict[str, str] = {}  # to its environment, besides where it works
    before: Callable[[list[str], Path], list[list[str]]] = (
        lambda _command, _folder: []
    )  # commands before the first start
    slow: bool = False  # under 10 000 events a second: few events, once
    settle_seconds: float = 2.0 + 5.0  # until all is durable, before it is stopped


def _faust() -> list[str]:
    return [sys.executable, "-m", "faust", "-A", f"{PROGRAMS}.faust_app", "worker", "-l", "warn", "--without-web"]


def _worker() -> list[str]:
    return [sys.executable, "-m", "faust", "-A", "streams.scoring", "worker", "-l", "warn"]


def _bytewax() -> list[str]:
    return [str(python("bytewax")), "-m", "bytewax.run", f"{PROGRAMS}.bytewax_flow", "-s", "10", "-b", "0", "-r"]


def _recovery(command: list[str], folder: Path) -> list[list[str]]:
    """Bytewax wants its folder for snapshots made."""
    return [[command[0], "-m", "bytewax.recovery", str(folder), "1"]]


def _ceiling(name: str) -> Arm:
    return Arm(name, f"{name.replace('-', ' ')}, typed decode", "ceiling", list, "none")


ARMS = (
    _ceiling("bare-librdkafka"),
    _ceiling("bare-aiokafka"),
    Arm("faust", "Faust 0.15.3, stock", "peer", _faust, "changelog, each event", slow=True),
    Arm("quix", "Quix Streams 3.28", "peer", lambda: [str(python("quix")), "-m", f"{PROGRAMS}.quix_app"], "changelog, 5 s"),
    Arm("bytewax", "Bytewax 0.21", "peer", _bytewax, "snapshots, 10 s", before=_recovery, settle_seconds=12.0),
    Arm("pathway", "Pathway 0.33", "peer", lambda: [str(python("pathway")), "-m", f"{PROGRAMS}.pathway_app"], "snapshots, 10 s",
        settle_seconds=12.0),
    *(
        Arm(f"kafka-streams-{store}", f"Kafka Streams 4.1, {store}", "peer", lambda: java("kafka-streams", "KafkaStreamsArm"),
            "changelog, 5 s", {"PEER_STORE": store})
        for store in ("memory", "rocksdb")
    ),
    *(
        Arm(f"flink-{store}", f"Flink 2.2, {store}", "peer", lambda: java("flink", "FlinkArm"), "checkpoints, 10 s",
            {"PEER_STORE": store}, settle_seconds=12.0)
        for store in ("hashmap", "rocksdb")
    ),
    Arm("intentflow", "intentflow, this job", "ours", _worker, "changelog, each chunk", {"INTENTFLOW_MODEL": str(HERE / "model.yaml")}),
    Arm("intentflow-retail", "intentflow, all of `retail`", "ours", _worker, "changelog, each chunk"),
)  # fmt: skip
NAMES = tuple(arm.name for arm in ARMS)
