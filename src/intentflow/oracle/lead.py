"""One lead of the reference: all its events, and where it stands. The sentences quoted are those of `docs/semantics.md`."""

from intentflow.domain.rules import ScoringModel
from intentflow.oracle.admission import Admission
from intentflow.oracle.conditions import Kept
from intentflow.oracle.judging import Standing, note_entered, under
from intentflow.oracle.past import Entry, Joined
from intentflow.oracle.ties import Past
from intentflow.oracle.worth import Pieces, pieces_of


class ReferenceLead:
    """All events of one lead, and where it stands."""

    def __init__(self, model: ScoringModel, began: int, sequence: int) -> None:
        self.model = model
        self.admission = Admission(model)
        self.entries: list[Entry] = []
        self.standing = Standing(since=began, clock=began, sequence=sequence)
        self._pieces: Pieces | None = None

    @property
    def pieces(self) -> Pieces:
        """What all of it says."""
        if self._pieces is None:
            self._pieces = pieces_of(self.model, self.entries)
        return self._pieces

    def accept(self, event: Kept) -> None:
        """Count an event."""
        self.entries.append(self.admission.accept(event))
        self._pieces = None

    def become(self, model: ScoringModel) -> None:
        """Be another model's from now on: all that counted is worth what that says, and stages go by their names."""
        self.standing = under(self.standing, self.model, model)
        self.model, self._pieces = model, None

    def past(self) -> Past:
        """All that the lead is, for another to take."""
        mine = self.admission
        entered = {stage: list(times) for stage, times in self.standing.entered.items()}
        return Past(
            tuple(self.entries),
            mine.newest,
            mine.floor,
            tuple(mine.remembered),
            dict(self.standing.left),
            entered,
            dict(self.standing.told),
        )

    def take(self, past: Past) -> None:
        """Another lead comes into this one."""
        theirs = Admission(self.model)
        theirs.join(past.newest, past.floor, past.remembered)
        self.entries.append(Joined(past.entries, max(self.admission.bound, theirs.bound)))
        self.admission.join(past.newest, past.floor, past.remembered)
        for stage, at in past.left.items():
            self.standing.left[stage] = max(self.standing.left.get(stage, at), at)
        for stage, times in past.entered.items():
            note_entered(self.standing, self.model.stages[stage], stage, times)
        for cart, at in past.told.items():
            self.standing.told[cart] = max(self.standing.told.get(cart, at), at)
        self._pieces = None
