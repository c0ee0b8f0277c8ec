"""The three answers as they are written: who is eligible, the criteria, and the table of likelihoods."""

from collections.abc import Callable, Iterator

from intentflow.domain.rules import Criteria, Eligible, Likely
from intentflow.model.findings import Flaw, Path
from intentflow.model.schema import EnterWritten, ModelWritten
from intentflow.model.sound import thresholds

Refers = Callable[[Path, str, str], bool]  # whether something of this kind and name is written; a flaw if not


def eligible_of(written: ModelWritten, refers: Refers) -> Eligible:
    """Who may buy; everybody, if nothing is said."""
    said = written.eligible
    if said is None:
        return Eligible()
    for key, names in (("facts", said.facts), ("unless", said.unless)):
        for fact in names:
            refers(("eligible", key), "facts", fact)
    return Eligible(said.facts, said.unless)


def criteria_of(written: ModelWritten, refers: Refers) -> Criteria:
    """What is asked of a lead to call it qualified."""
    said = written.criteria
    if said is None:
        return Criteria()
    for fact in facts_asked(said):
        refers(("criteria",), "facts", fact)
    return Criteria(thresholds(said), facts_asked(said))


def likelihood_of(written: ModelWritten, refers: Refers) -> tuple[Likely, ...]:
    """The table, row by row."""
    for i, row in enumerate(written.likelihood):
        for stage in row.stage:
            refers(("likelihood", i, "stage"), "stages", stage)
    return tuple(Likely(row.share, row.stage, thresholds(row)) for row in written.likelihood)


def flaws_of_answers(written: ModelWritten) -> Iterator[Flaw]:
    """What is wrong with them by themselves."""
    said = written.criteria
    if said is not None and not (thresholds(said) or facts_asked(said)):
        yield Flaw(("criteria",), "is empty; say numbers on axes or facts (engagement: 20, facts: [need])")
    for i, row in enumerate(written.likelihood[:-1]):
        if not row.stage and not thresholds(row):
            yield Flaw(("likelihood", i), "is for everybody, so no row below it is ever looked at; put it last")


def facts_asked(enter: EnterWritten | None) -> tuple[str, ...]:
    """The facts that are asked for, each once."""
    if enter is None:
        return ()
    single = () if enter.fact is None else (enter.fact,)
    return tuple(dict.fromkeys((*single, *enter.facts)))
