"""Lints of rules by themselves: conditions that can never be met, evidence that leaves everything as it is."""

from collections.abc import Iterator

from msgspec.structs import replace

from intentflow.domain.rules import Condition, Counted, Once, Repeated
from intentflow.model.findings import Flaw, Path
from intentflow.model.load import Reading
from intentflow.model.sample import samples


def never_fires(reading: Reading) -> Iterator[Flaw]:
    """A rule that can never fire."""
    paths: list[tuple[Path, tuple[Condition, ...]]]
    paths = [
        (("signals", s.name, "when"), s.when) for s in reading.model.signals if isinstance(s, Counted | Once | Repeated)
    ]
    paths += [(("facts", fact.name, "when"), fact.when) for fact in reading.model.facts if not fact.ways]
    paths += [(("facts", f.name, "ways", way.name), way.when) for f in reading.model.facts for way in f.ways]
    paths += [(("evidence", rule.name, "when"), rule.when) for rule in reading.model.evidence]
    paths += [(("evidence", rule.name, "before"), rule.before) for rule in reading.model.evidence]
    for path, conditions in paths:
        for i, condition in enumerate(conditions):
            if not samples(condition):
                which = f"condition {i + 1}" if len(conditions) > 1 else "it"
                yield Flaw(path, f"{which} can never be met: {_contradiction(condition)}")


def _contradiction(condition: Condition) -> str:
    if condition.targeted is False and (condition.campaign or condition.source or condition.medium):
        return "it asks for a campaign and for none; take targeted out"
    if condition.channel and samples(replace(condition, channel=())):
        return f"who meets the rest of it does not come by {' or '.join(condition.channel)}"
    if condition.not_url:
        return "not_url takes away every page of url"
    if condition.address and samples(replace(condition, address=())):
        return f"no e-mail address is like {' or '.join(condition.address)}"
    return "its attributes contradict each other"


def evidence_weighs_nothing(reading: Reading) -> Iterator[Flaw]:
    """A rule of evidence that leaves everything as it is."""
    of_signals = {c.family for signal in reading.model.signals if isinstance(signal, Counted) for c in signal.when}
    for rule in reading.model.evidence:
        if rule.weight == 1:
            yield Flaw(("evidence", rule.name, "weight"), "1 is a human's, so the rule changes nothing; lower it")
        elif rule.of and of_signals.isdisjoint(rule.of):
            yield Flaw(
                ("evidence", rule.name), f"no signal counts {' or '.join(rule.of)}, so there is nothing to withdraw"
            )
