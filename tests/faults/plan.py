"""What a run is to do, and its schedule: the same plan gives the same faults in the same order, with the same choices."""

import random
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

KILLS = {"kill": 1, "kill-recovering": 2, "kill-rebalancing": 1}  # fault -> SIGKILLs that it is worth
BROKER = ("broker-stop", "broker-kill")
NETWORK = ("cut", "delay", "deaf", "mute", "lose-answers", "hold-writes")
WEIGHTS = {  # of faults that a run by time draws; a quarter of it is quiet
    "kill": 8, "kill-recovering": 3, "kill-rebalancing": 3, "pause": 2, "join-leave": 2, "evict": 3, "storm": 1,
    "broker-stop": 1, "broker-kill": 1, **dict.fromkeys(NETWORK, 1), "quiet": 6,
}  # fmt: skip


class Plan(Struct, frozen=True, kw_only=True):
    """One run. `minutes` 0: until all that is counted is done."""

    seed: int = 1
    workers: int = 2
    minutes: float = 0.0
    events: int = 50_000
    kills: int = 0
    pauses: int = 0
    rebalances: int = 0  # in one storm, one a second
    broker_restarts: int = 0
    network: int = 0
    faults: tuple[str, ...] = tuple(WEIGHTS)  # that may be drawn
    script: tuple[str, ...] = ()  # these, in this order, and nothing is drawn
    brokers: int = 1
    partitions: int = 8
    lag_ms: int = 0  # of the changelog's compaction; 0 = ten minutes, as it is meant
    slow: bool = True  # pauses between the steps of the protocol
    verify: bool = True  # `intentflow verify` judges too: it takes its time with a lead of very many events
    session_timeout: float = 3.0

    @property
    def command(self) -> str:
        """What repeats it."""
        said = [f"--seed {self.seed}", f"--workers {self.workers}", f"--events {self.events}"]
        if self.minutes:
            said += [f"--minutes {self.minutes:g}"]
        for name in ("kills", "pauses", "rebalances", "broker_restarts", "network", "lag_ms"):
            if value := getattr(self, name):
                said.append(f"--{name.replace('_', '-')} {value}")
        said += [f"--brokers {self.brokers}", f"--partitions {self.partitions}"]
        if self.faults != tuple(WEIGHTS):
            said.append(f"--faults {','.join(self.faults)}")
        return f"python -m tests.faults {' '.join(said)}"


class Step(NamedTuple):
    """One fault, and the seed of its own choices; `size` is how many rebalances a storm has."""

    fault: str
    seed: int
    size: int = 0


def steps(plan: Plan) -> Iterator[Step]:
    """The schedule: for ever if it goes by time, else all that is counted, shuffled."""
    chance = random.Random(plan.seed)
    if plan.script:
        yield from (Step(name, chance.getrandbits(32), plan.rebalances) for name in plan.script)
        return
    if plan.minutes:
        weights = [WEIGHTS[name] for name in plan.faults]
        while True:
            yield Step(chance.choices(plan.faults, weights)[0], chance.getrandbits(32), chance.randint(3, 8))
    drawn: list[str] = []
    while (left := plan.kills - sum(KILLS[name] for name in drawn)) > 0:
        kind = chance.choices(tuple(KILLS), (8, 3, 3))[0]
        drawn.append(kind if KILLS[kind] <= left else "kill")
    drawn += ["pause"] * plan.pauses
    drawn += [BROKER[n % 2] for n in range(plan.broker_restarts)]
    drawn += [NETWORK[n % len(NETWORK)] for n in range(plan.network)]
    drawn += ["storm"] * bool(plan.rebalances)
    chance.shuffle(drawn)
    for name in drawn:
        yield Step(name, chance.getrandbits(32), plan.rebalances)
