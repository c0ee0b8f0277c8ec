"""A world to try the protocol in: logs that are lists, receivers that fail, processes that die at any step or sleep while others take over.

One thread, a clock and a chance of its own: a seed is a schedule, and repeats. What is not simulated is Kafka: a settlement is performed
whole or not at all, and one of a process whose partition was taken by another is refused, as a transactional id makes it.
"""

import random
from dataclasses import dataclass, field

from intentflow.deliver.answers import Answer
from intentflow.deliver.deliverer import Deliverer, Sending
from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.partition import PARK_MS, Partition
from intentflow.deliver.told import Told
from tests.deliver.made import change, endpoint, told

CHANGES = "changes"
LEADS = [f"l:{name}@x.example" for name in "abcdefgh"]


@dataclass
class Receiver:
    """What one endpoint got, in order, and how it is just now."""

    up: bool = True
    got: list[tuple[str, str]] = field(default_factory=list)  # lead and id, repeats too
    latest: dict[tuple[int, str], int] = field(
        default_factory=dict
    )  # the number of the latest change, by epoch and lead
    back: list[str] = field(
        default_factory=list
    )  # what was sent within one epoch after a later change of the same lead

    def takes(self, sending: Sending, epochs: dict[int, int], chance: random.Random, now: int) -> list[Answer]:
        """What it does with a request of a process."""
        if not self.up:
            return [Answer(chance.choice(["error", "unreachable", "timeout"]))] * len(sending.queues)
        answers = []
        for queue, delivery in zip(sending.queues, sending.deliveries, strict=True):
            luck = chance.random()
            if luck < 0.75 or 0.85 <= luck < 0.9:
                self._note(epochs[queue.partition], queue.lead, delivery.id)
            if luck < 0.75:
                answers.append(Answer("ok"))
            elif luck < 0.85:
                answers.append(Answer("refused", "HTTP 422"))
            elif luck < 0.95:
                answers.append(Answer("timeout"))  # half of these were taken
            else:
                answers.append(Answer("throttled", "HTTP 429", now + chance.randrange(1, 60_000)))
        return answers

    def _note(self, epoch: int, lead: str, change_id: str) -> None:
        self.got.append((lead, change_id))
        number = int(change_id.partition("#")[2])
        if number < self.latest.get((epoch, lead), 0):
            self.back.append(change_id)
        self.latest[epoch, lead] = number


@dataclass
class Process:
    """One process: what it holds, and what is under way from it."""

    deliverer: Deliverer
    epochs: dict[int, int] = field(default_factory=dict)
    under_way: list[tuple[Sending, dict[int, int]]] = field(default_factory=list)  # with the epochs as they were then


class World:
    """Two partitions, two endpoints, up to three processes."""

    def __init__(self, seed: int) -> None:
        self.chance, self.now = random.Random(seed), 1_777_000_000_000
        self.endpoints = (endpoint("crm", retry=(0, 5_000, 300_000)), endpoint("hubspot", batch=3, concurrency=2))
        if seed % 3 == 0:  # and some give up at once
            self.endpoints = (endpoint("crm", retry=(0,)), self.endpoints[1])
        self.receivers = {one.name: Receiver() for one in self.endpoints}
        self.log: dict[int, list[Told]] = {0: [], 1: []}
        self.committed = {0: 0, 1: 0}
        self.rows: dict[int, dict[bytes, bytes]] = {0: {}, 1: {}}
        self.letters: list[tuple[str, str]] = []
        self.epochs = {0: 0, 1: 0}
        self.sequence = dict.fromkeys(LEADS, 0)
        self.processes: list[Process] = []
        self.refused = 0
        self.held: list[str] = []
        self.arrivals: dict[tuple[Partition, int], int] = {}

    # -- what may happen -----------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One thing happens."""
        kinds = {self.publish: 18, self.repeat: 3, self.read: 24, self.send: 24, self.answer: 30, self.settle: 15}
        kinds |= {self.pass_time: 9, self.take: 6, self.crash: 1, self.fail: 1}
        self.chance.choices(list(kinds), list(kinds.values()))[0]()

    def publish(self) -> None:
        lead = self.chance.choice(LEADS)
        self.sequence[lead] += 1
        self.log[LEADS.index(lead) % 2].append(told(change(lead, self.sequence[lead])))

    def repeat(self) -> None:
        """The scoring app was killed and publishes its latest changes again."""
        log = self.log[self.chance.randrange(2)]
        log += log[-self.chance.randrange(1, 5) :]

    def take(self) -> None:
        """A process gets a partition, whether or not who has it knows that it is over."""
        if len(self.processes) < 3 and self.chance.random() < 0.5:
            self.processes.append(Process(Deliverer(self.endpoints)))
        if self.processes:
            self._take(self.chance.choice(self.processes), self.chance.randrange(2))

    def _take(self, process: Process, number: int) -> None:
        process.deliverer.release(number)
        self.epochs[number] += 1
        process.epochs[number] = self.epochs[number]
        partition = process.deliverer.take(number, {CHANGES: self.committed[number]}, self.rows[number])
        for offset in range(max(0, self.committed[number] - 20), self.committed[number]):
            partition.arrived(CHANGES, offset, self.log[number][offset], self.now)

    def crash(self) -> None:
        if self.processes:
            self.processes.remove(self.chance.choice(self.processes))

    def fail(self) -> None:
        receiver = self.chance.choice(list(self.receivers.values()))
        receiver.up = not receiver.up

    def pass_time(self) -> None:
        self.now += self.chance.choice([10, 500, 3_000, 20_000, 600_000, 40_000_000])

    def read(self) -> None:
        for partition in self._partitions():
            for _ in range(min(self.chance.randrange(4), partition.room())):
                self._read(partition)

    def _read(self, partition: Partition) -> None:
        at = partition.next[CHANGES]
        if at < len(self.log[partition.number]):
            partition.arrived(CHANGES, at, self.log[partition.number][at], self.now)
            self.arrivals[partition, at] = self.now

    def send(self) -> None:
        for process in self.processes:
            process.under_way += [(sending, dict(process.epochs)) for sending in process.deliverer.due(self.now)]

    def answer(self) -> None:
        for process in self.processes:
            self.chance.shuffle(process.under_way)
            for _ in range(self.chance.randrange(len(process.under_way) + 1)):
                sending, epochs = process.under_way.pop()
                answers = self.receivers[sending.endpoint.name].takes(sending, epochs, self.chance, self.now)
                process.deliverer.answered(sending, answers, self.now)

    def settle(self) -> None:
        for process in list(self.processes):
            for number, partition in list(process.deliverer.partitions.items()):
                self._settle(process, number, partition)

    def _settle(self, process: Process, number: int, partition: Partition) -> None:
        settlement = partition.settle(self.now)
        if settlement is None or process not in self.processes:
            return
        if process.epochs[number] != self.epochs[number]:
            self.refused += 1
            process.deliverer.release(number)
            return
        if self.chance.random() < 0.05:  # it died, before or after
            self.processes.remove(process)
            if self.chance.random() < 0.5:
                return
        self.letters += [(letter.endpoint, letter.id) for letter in settlement.letters]
        for key, value in settlement.rows:
            if value is None:
                self.rows[number].pop(key, None)
            else:
                self.rows[number][key] = value
        self.committed[number] = settlement.offsets.get(CHANGES, self.committed[number])
        partition.settled(settlement)
        oldest = self.arrivals.get((partition, self.committed[number]), self.now)
        if self.now - oldest >= PARK_MS:
            self.held.append(f"{number}: offset {self.committed[number]} is held back")

    def _partitions(self) -> list[Partition]:
        return [partition for process in self.processes for partition in process.deliverer.partitions.values()]

    # -- the end, and what must hold then --------------------------------------------------------------------------------

    def heal(self) -> None:
        """All is well from now on, one process has everything, and time passes until nothing is left to do."""
        for receiver in self.receivers.values():
            receiver.up = True
        self.processes = [Process(Deliverer(self.endpoints))]
        for number in (0, 1):
            self._take(self.processes[0], number)
        for _ in range(400):
            for partition in self._partitions():
                while partition.room() > 0 and partition.next[CHANGES] < len(self.log[partition.number]):
                    self._read(partition)
            self.send()
            while self.processes[0].under_way:
                self.answer()
            for number, partition in self.processes[0].deliverer.partitions.items():
                self._settle_well(number, partition)
            if not any(self.rows.values()) and self.committed == {n: len(log) for n, log in self.log.items()}:
                return
            self.now += 3_600_000

    def _settle_well(self, number: int, partition: Partition) -> None:
        state = self.chance.getstate()
        self.chance.seed(1)  # whose first number is no death
        self._settle(self.processes[0], number, partition)
        self.chance.setstate(state)

    def wrong(self) -> list[str]:
        """Every promise that was broken."""
        found = [f"{n}: rows left: {list(rows)}" for n, rows in self.rows.items() if rows]
        found += [
            f"{n}: committed {self.committed[n]} of {len(log)}"
            for n, log in self.log.items()
            if self.committed[n] != len(log)
        ]
        for one in self.endpoints:
            found += [f"{one.name}: went back to {i}" for i in self.receivers[one.name].back] + self._wrong_at(one)
        return found + self.held

    def _wrong_at(self, one: Endpoint) -> list[str]:
        found = []
        for lead in LEADS:
            told_in_order = [f"{lead}#{n + 1}" for n in range(self.sequence[lead])]
            firsts = list(dict.fromkeys(i for who, i in self.receivers[one.name].got if who == lead))
            given_up = {i for name, i in self.letters if name == one.name}
            if lost := [i for i in told_in_order if i not in firsts and i not in given_up]:
                found.append(f"{one.name}: lost {lost}")
            if (kept := [i for i in firsts if i not in given_up]) != sorted(
                kept, key=lambda i: int(i.partition("#")[2])
            ):
                found.append(f"{one.name}: out of order {kept}")
            if foreign := set(firsts) - set(told_in_order):
                found.append(f"{one.name}: never told {foreign}")
        return found
