"""The faults, each a function that does it and sees its end: `FAULTS` by name."""

import asyncio
import signal
import time
from collections.abc import Callable
from random import Random

from tests.faults import group
from tests.faults.brokers import Node
from tests.faults.crew import Incarnation
from tests.faults.rig import Rig

PATIENCE = 40.0  # seconds that a fault waits for the phase that it wants to hit
Fault = Callable[[Rig, Random, int], None]


def kill(rig: Rig, chance: Random, _: int = 0) -> None:
    """SIGKILL of a worker at a random moment of its work."""
    slot = rig.some_slot(chance)
    rig.until(lambda: rig.crew.slots[slot].phase == "open", PATIENCE)
    rig.wait(chance.uniform(0.0, 1.5))
    rig.crew.kill(rig.crew.slots[slot])


def kill_recovering(rig: Rig, chance: Random, _: int = 0) -> None:
    """SIGKILL of a worker, and of its successor while that takes its partitions."""
    kill(rig, chance)
    rig.wait(0.1)
    before = rig.tally.openings
    rig.until(lambda: _in_phase(rig, "recovery") is not None or rig.tally.openings > before, PATIENCE)
    rig.wait(chance.uniform(0.0, 0.15))
    victim = _in_phase(rig, "recovery") or rig.crew.slots[rig.some_slot(chance)]
    rig.crew.kill(victim)


def kill_rebalancing(rig: Rig, chance: Random, _: int = 0) -> None:
    """SIGKILL of a worker while partitions are being handed out."""
    rig.until(rig.some_open, PATIENCE)
    _evict(rig, chance)
    rig.until(lambda: _in_phase(rig, "rebalance") is not None, 5)
    rig.wait(chance.uniform(0.0, 0.2))
    rig.crew.kill(_in_phase(rig, "rebalance") or rig.crew.slots[rig.some_slot(chance)])


def _in_phase(rig: Rig, phase: str) -> Incarnation | None:
    return next((one for one in rig.crew.slots.values() if one.runs and not one.frozen and one.phase == phase), None)


def pause(rig: Rig, chance: Random, _: int = 0) -> None:
    """SIGSTOP until after the session timeout, with work under way; then SIGCONT: a zombie that wakes and writes."""
    slot = rig.some_slot(chance)
    rig.until(lambda: rig.crew.slots[slot].phase == "open", PATIENCE)
    rig.wait(chance.uniform(0.0, 0.5))
    one = rig.crew.slots[slot]
    one.signal(signal.SIGSTOP)
    one.frozen = True
    rig.wait(rig.plan.session_timeout + chance.uniform(1.0, 3.0))
    one.frozen = False
    one.signal(signal.SIGCONT)
    rig.tally.pauses += 1
    rig.wait(chance.uniform(0.0, 1.5))


def evict(rig: Rig, chance: Random, _: int = 0) -> None:
    """A member is thrown out of the group, and learns of it later."""
    rig.until(rig.some_open, PATIENCE)
    _evict(rig, chance)
    rig.wait(chance.uniform(0.2, 2.0))


def _evict(rig: Rig, chance: Random, patience: float = 5.0) -> bool:
    """Whether it could be done: a group is at rest only between two rebalances."""
    luck = chance.random()
    done = rig.until(lambda: asyncio.run(group.evict(rig.cluster.direct, rig.settings.app_id, luck)), patience)
    rig.tally.evictions += done
    return done


def join_leave(rig: Rig, chance: Random, _: int = 0) -> None:
    """One more worker comes; a little later one goes, told to."""
    slot = max(rig.crew.slots) + 1
    rig.crew.start(slot)
    rig.tally.joins += 1
    rig.until(lambda: rig.crew.slots[slot].openings > 0, PATIENCE)
    rig.wait(chance.uniform(0.0, 1.0))
    rig.dismiss(chance.choice(sorted(rig.crew.slots)))
    rig.tally.leaves += 1


def storm(rig: Rig, chance: Random, size: int) -> None:
    """A member joins or leaves every second, `size` times: most are thrown out and join again; now and then a process comes or goes."""
    begun, seen = time.monotonic(), len(rig.tally.generations)
    for n in range(size):
        due = begun + n
        rig.wait(max(0.0, due - time.monotonic()))
        if n % 15 == 7:
            rig.crew.start(max(rig.crew.slots) + 1)
            rig.tally.joins += 1
        elif n % 15 == 14 and len(rig.crew.slots) > rig.plan.workers:
            rig.dismiss(min(rig.crew.slots))
            rig.tally.leaves += 1
        else:
            _evict(rig, chance, patience=0.9)
    rig.wait(max(0.0, begun + size - time.monotonic()))
    rig.tally.storms.append((size, time.monotonic() - begun, len(rig.tally.generations) - seen))
    while len(rig.crew.slots) > rig.plan.workers:
        rig.dismiss(min(rig.crew.slots))
        rig.tally.leaves += 1


def broker_stop(rig: Rig, chance: Random, _: int = 0) -> None:
    """A broker is stopped in order, and comes back."""
    node = _some_node(rig, chance)
    rig.broker_away(node, node.stop, chance.uniform(0.0, 2.0))
    rig.tally.broker_stops += 1


def broker_kill(rig: Rig, chance: Random, _: int = 0) -> None:
    """SIGKILL of a broker; it comes back with its data."""
    node = _some_node(rig, chance)
    rig.broker_away(node, node.kill, chance.uniform(0.0, 2.0))
    rig.tally.broker_kills += 1


def _some_node(rig: Rig, chance: Random) -> Node:
    """The one that leads a partition of the changelog drawn at random."""
    rig.until(rig.some_open, PATIENCE)
    rig.wait(chance.uniform(0.0, 1.0))
    number = chance.randrange(rig.settings.partitions)
    leader = asyncio.run(group.leader_of(rig.cluster.direct, rig.names.changelog, number))
    return next((node for node in rig.cluster.nodes if node.number == leader), rig.cluster.nodes[0])


def _network(name: str, seconds: tuple[float, float], *, cut: bool = False, **settings: float | bool) -> Fault:
    """A fault of the network, on all connections, for a while; afterwards they may break."""

    def trouble(rig: Rig, chance: Random, _: int = 0) -> None:
        rig.until(rig.some_open, PATIENCE)
        for setting, value in settings.items():
            setattr(rig.cluster.trouble, setting, value)
        rig.wait(chance.uniform(*seconds))
        if "hold" in settings and chance.random() < 0.7:  # whoever writes dies while its writes are under way
            rig.crew.kill(rig.crew.slots[rig.some_slot(chance)])
        rig.cluster.trouble.clear()
        if cut or ("deaf" in settings and chance.random() < 0.5):
            rig.cluster.cut()
        rig.tally.network[name] += 1

    trouble.__doc__ = f"Network: {name}."
    return trouble


def quiet(rig: Rig, chance: Random, _: int = 0) -> None:
    """Nothing, for a while."""
    rig.wait(chance.uniform(0.5, 3.0))


FAULTS: dict[str, Fault] = {
    "kill": kill, "kill-recovering": kill_recovering, "kill-rebalancing": kill_rebalancing, "pause": pause, "evict": evict,
    "join-leave": join_leave, "storm": storm, "broker-stop": broker_stop, "broker-kill": broker_kill, "quiet": quiet,
    "cut": _network("cut", (0.0, 1.0), cut=True), "delay": _network("delay", (2.0, 4.0), delay=0.1),
    "deaf": _network("deaf", (2.0, 6.0), deaf=True), "mute": _network("mute", (2.0, 6.0), mute=True),
    "lose-answers": _network("lose-answers", (2.0, 4.0), lose=0.3), "hold-writes": _network("hold-writes", (1.0, 3.0), hold=1.5),
}  # fmt: skip
