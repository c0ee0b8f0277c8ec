"""The figures of a run."""

import time
from collections import Counter

from msgspec import Struct, field
from rich.table import Table


class Verdict(Struct, kw_only=True):
    """What the topics say in the end, against a plain fold of the sources. Those from `lost_changes` on must be 0."""

    events: int = 0
    leads: int = 0
    changes: int = 0
    rejections: int = 0
    notices: int = 0  # of carts
    messages: int = 0  # between leads
    messages_published_again: int = 0  # likewise
    changes_published_again: int = 0  # with the same id and the same bytes: readers drop them
    void_left: int = 0  # void records still in the changelog
    lost_changes: int = 0
    invented_changes: int = 0
    forked_changes: int = 0  # one id, two payloads
    changes_out_of_order: int = 0
    lost_notices: int = 0
    invented_notices: int = 0
    forked_notices: int = 0
    forked_messages: int = 0  # one number of a sender's, two payloads
    messages_out_of_order: int = 0
    lost_rejections: int = 0
    invented_rejections: int = 0
    missing_leads: int = 0
    wrong_leads: int = 0
    invented_leads: int = 0
    wrong_books: int = 0  # counted, duplicate, rejected, position
    differences: int = 0  # that `intentflow verify` finds: another program, with the slow reference
    found: list[str] = field(default_factory=list)  # the first of them, in words

    @property
    def wrong(self) -> dict[str, int]:
        """What should be 0 and is not."""
        harmless = {"events", "leads", "changes", "rejections", "messages", "notices", "found", "void_left"}
        harmless |= {"changes_published_again", "messages_published_again"}
        return {
            name: found for name in self.__struct_fields__ if name not in harmless and (found := getattr(self, name))
        }


class Tally(Struct, kw_only=True):
    """What was done to a run, and what was seen."""

    seed: int
    workers: int
    seconds: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)  # by the phase in which they hit
    pauses: int = 0
    evictions: int = 0
    joins: int = 0
    leaves: int = 0
    storms: list[tuple[int, float, int]] = field(default_factory=list)  # asked for, seconds, generations
    broker_stops: int = 0
    broker_kills: int = 0
    network: Counter[str] = field(default_factory=Counter)
    lost_answers: int = 0
    held_writes: int = 0
    generations: set[str] = field(default_factory=set)
    openings: int = 0
    void: int = 0
    gaps: int = 0  # gaps of void records that an owner read
    fences: int = 0
    contested: int = 0  # epochs that two took at once
    compacted: int = 0  # records that the broker's cleaner took out of the changelog
    again: int = 0  # producers of the load that failed
    exits: Counter[int] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)  # of exit code 70
    wrong_exits: list[str] = field(default_factory=list)
    stuck: int = 0  # workers that did not stop within their time, and were killed as the supervisor does
    longest_unowned: float = 0.0  # seconds without an open worker
    verdict: Verdict = field(default_factory=Verdict)
    _unowned_since: float = 0.0

    def owned(self, now: bool) -> None:
        """Whether some worker is open just now."""
        at = time.monotonic()
        if now or not self._unowned_since:
            self._unowned_since = at
        self.longest_unowned = max(self.longest_unowned, at - self._unowned_since)

    @property
    def fine(self) -> bool:
        """Nothing lost, doubled or wrong, and no worker ended in a way that it shouldn't."""
        return not self.verdict.wrong and not self.wrong_exits

    def rows(self) -> list[tuple[str, str]]:
        """What a reader wants to see, in words."""
        by_phase = ", ".join(f"{count} {phase}" for phase, count in sorted(self.kills.items()))
        storms = "; ".join(f"{asked} in {seconds:.0f} s ({seen} generations)" for asked, seconds, seen in self.storms)
        return [
            ("seed, workers, seconds", f"{self.seed}, {self.workers}, {self.seconds:.0f}"),
            ("SIGKILLs", f"{self.kills.total()} ({by_phase})"),
            ("pauses past the session timeout", f"{self.pauses}"),
            ("evictions, joins, leaves", f"{self.evictions}, {self.joins}, {self.leaves}"),
            ("storms of rebalances", storms or "0"),
            ("generations, openings", f"{len(self.generations)}, {self.openings}"),
            ("broker stops, kills", f"{self.broker_stops}, {self.broker_kills}"),
            ("network", ", ".join(f"{count} {name}" for name, count in sorted(self.network.items())) or "0"),
            ("answers lost, writes held", f"{self.lost_answers}, {self.held_writes}"),
            ("void records seen, in gaps; left", f"{self.void}, {self.gaps}; {self.verdict.void_left}"),
            ("fences, contested", f"{self.fences}, {self.contested}"),
            ("records compacted away", f"{self.compacted}"),
            ("longest without an owner", f"{self.longest_unowned:.1f} s"),
            ("exit codes", ", ".join(f"{code}: {count}" for code, count in sorted(self.exits.items()))),
            *((f"  70, {count} times", reason) for reason, count in self.reasons.most_common(8)),
            ("killed because they did not stop in time", f"{self.stuck}"),
            ("events, leads", f"{self.verdict.events}, {self.verdict.leads}"),
            ("changes, published again", f"{self.verdict.changes}, {self.verdict.changes_published_again}"),
            ("cart notices", f"{self.verdict.notices}"),
            ("messages, published again", f"{self.verdict.messages}, {self.verdict.messages_published_again}"),
            ("rejections", f"{self.verdict.rejections}"),
            ("wrong", ", ".join(f"{name}: {n}" for name, n in self.verdict.wrong.items()) or "nothing"),
            *(("  verify", said) for said in self.verdict.found),
            ("wrong exits", "\n".join(self.wrong_exits) or "none"),
        ]

    def summary(self, command: str) -> dict[str, object]:
        """The same for `--json`."""
        return {"fine": self.fine, "command": command, **dict(self.rows()), "verdict": self.verdict}

    def table(self) -> Table:
        """The same, to be printed."""
        table = Table(title="fine" if self.fine else "WRONG", show_header=False)
        for name, value in self.rows():
            table.add_row(name, value)
        return table
