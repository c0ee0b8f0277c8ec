"""The workers of a run: real processes, started again when they end, and what their logs say of them.

It does what `intentflow worker` does, but never gives up, and it knows at every moment in which phase each process is.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from intentflow.adapters.embedded_command import environment
from intentflow.adapters.server_process import leashed
from intentflow.lane.exits import FAIL_STOP
from intentflow.settings import Settings
from tests.faults.tally import Tally

ROOT = Path(__file__).parents[2]
PLAIN, SLOW = "streams.scoring", "tests.faults.scoring"
PAUSES = ("0.02", "0.05", "0.1")  # seconds between two steps of the protocol, at most
TOLD = {0, -signal.SIGTERM}  # of a worker that was told to stop; the second before it could listen
NO_SERVER = 69  # allowed while a broker is down: the supervisor waits for it
PHASES = {  # what a worker says, and where it stands then
    " leads in ": "open",
    ": partitions [": "recovery",
    "Revoking previously assigned": "rebalance",
    "oining group": "rebalance",
}


class Incarnation:
    """One process of one slot."""

    def __init__(self, number: int, slot: int, module: str, env: dict[str, str], folder: Path) -> None:
        self.number, self.slot, self.module = number, slot, module
        self.log = folder / f"worker-{slot}-{number:04d}.log"
        self.phase, self.openings, self.frozen = "start", 0, False
        self.told = False  # to stop
        self.last_words = ""
        self._read = 0
        command = leashed([sys.executable, "-m", "faust", "-A", module, "worker", "-l", "info"])
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )  # fmt: skip

    @property
    def runs(self) -> bool:
        """Whether it is there, frozen or not."""
        return self.process.poll() is None

    def listen(self, tally: Tally) -> None:
        """Take in what it has said since."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            said = log.read()
        said = said[: said.rfind(b"\n") + 1]
        self._read += len(said)
        for line in said.decode(errors="replace").splitlines():
            self._hear(line, tally)

    def _hear(self, line: str, tally: Tally) -> None:
        for sign, phase in PHASES.items():
            if sign in line:
                self.phase = phase
                self.openings += phase == "open"
                tally.openings += phase == "open"
                if sign == ": partitions [" and "generation" in line:
                    tally.generations.add(line.split("generation ", 1)[1].split(":", 1)[0])
                return
        if " void records of a former owner" in line:
            tally.gaps += 1
            tally.void += int(line.split(" void", 1)[0].rsplit(" ", 1)[-1])
        elif line.startswith("intentflow worker ends"):
            self.last_words = line.split("): ", 1)[-1]

    def signal(self, number: int) -> None:
        """Send it, if it runs."""
        if self.runs:
            self.process.send_signal(number)


class Crew:
    """So many slots, each with a process; a slot that is `resting` has none."""

    def __init__(
        self, settings: Settings, folder: Path, tally: Tally, chance: Random, *, lag_ms: int, slow: bool
    ) -> None:
        self.settings, self.folder, self.tally = settings, folder, tally
        self.slots: dict[int, Incarnation] = {}
        self.server_down = 0.0  # until this time a worker may miss the server
        self._lag_ms, self._slow, self._chance = lag_ms, slow, chance
        self._count = 0

    def start(self, slot: int) -> Incarnation:
        """A new process in this slot."""
        self._count += 1
        env = {**environment(self.settings), "INTENTFLOW_WORKER": str(slot), "PAUSE": "0"}
        module = PLAIN
        if self._lag_ms or self._slow:
            module = SLOW
            env["PAUSE"] = self._chance.choice(PAUSES) if self._slow else "0"
            if self._lag_ms:
                env["FAULTS_LAG_MS"] = str(self._lag_ms)
        one = self.slots[slot] = Incarnation(self._count, slot, module, {**os.environ, **env}, self.folder)
        return one

    def look(self) -> None:
        """Listen to all; what has ended is counted and started again."""
        for slot, one in list(self.slots.items()):
            one.listen(self.tally)
            if not one.runs:
                self._account(one)
                self.start(slot)
        self.tally.owned(any(one.phase == "open" and one.runs and not one.frozen for one in self.slots.values()))

    def _account(self, one: Incarnation) -> None:
        one.listen(self.tally)
        code = one.process.returncode
        self.tally.exits[code] += 1
        if code == FAIL_STOP:
            self.tally.reasons[_in_general(one.last_words)] += 1
        allowed = {FAIL_STOP, -signal.SIGKILL} | (TOLD if one.told else set())
        if time.monotonic() < self.server_down:
            allowed.add(NO_SERVER)
        if code not in allowed:
            self.tally.wrong_exits.append(f"{one.log}: exit code {code}: {one.last_words}")

    def kill(self, one: Incarnation) -> None:
        """SIGKILL, counted by the phase in which it hit; its slot gets another at the next look."""
        if one.runs:
            one.listen(self.tally)
            one.signal(signal.SIGKILL)
            one.process.wait()
            self.tally.kills[one.phase] += 1

    def dismiss(self, slot: int) -> Incarnation:
        """The slot is gone; its process was told to stop, and is the caller's to wait for."""
        one = self.slots.pop(slot)
        one.told = True
        one.signal(signal.SIGTERM)
        return one

    def gone(self, one: Incarnation) -> None:
        """A process that was told to stop has, or is killed now, as the supervisor does."""
        if one.runs:
            self.tally.stuck += 1
            one.signal(signal.SIGKILL)
            one.process.wait()
        self._account(one)

    def end(self) -> None:
        """None is left, however they end."""
        for one in self.slots.values():
            one.signal(signal.SIGKILL)
            one.process.wait()
        self.slots.clear()


def _in_general(words: str) -> str:
    """A reason without its numbers, so that like ones are counted together."""
    return "".join("#" if letter.isdigit() else letter for letter in words)[:110]
