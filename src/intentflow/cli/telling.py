"""Changes as lines that a person reads."""

from rich.text import Text

from intentflow.domain.change import QualificationChange
from intentflow.domain.rules import ScoringModel

TOLD = {
    "event": "an event",
    "outcome": "an outcome",
    "profile": "a profile",
    "decay": "time passed",
    "merge": "two leads became one",
    "model": "another model took effect",
    "erasure": "the lead was erased",
    "evidence": "no human did it",
}


class Teller:
    """Tells changes of a model: up or down, from where to where, and why."""

    def __init__(self, model: ScoringModel) -> None:
        self._rank = {stage.name: i for i, stage in enumerate(model.stages)}

    def falls(self, change: QualificationChange) -> bool:
        """Whether the lead went down."""
        return self._rank.get(change.to_stage, 0) < self._rank.get(change.from_stage, 0)

    def line(self, change: QualificationChange) -> Text:
        """One line: when, who, from where to where, and the reason."""
        down = self.falls(change)
        line = Text(f"{change.at[:10]} {change.at[11:16]}  ", style="dim")
        line.append(f"{change.lead[:28]:<28}  ", style="default")
        line.append(f"{change.from_stage:>12} ", style="default")
        line.append("↓ " if down else "↑ ", style="bold red" if down else "bold green")
        line.append(f"{change.to_stage:<12}  ", style="bold")
        line.append(self.reason(change), style="dim")
        return line

    def reason(self, change: QualificationChange) -> str:
        """What moved it, and the largest parts of its score."""
        parts = ", ".join(f"{r.signal} {r.points:+.1f}" for r in change.receipts[:3]) or "no points left"
        because = "" if change.cause.reason is None else f' ("{change.cause.reason}")'
        return f"{TOLD[change.cause.kind]}{because}: {parts}"
