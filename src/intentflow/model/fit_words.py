"""Signals on profiles in plain words, as the end of "when somebody ..."."""

from intentflow.domain.rules import Graded, Ideal, OfProfile, Trait
from intentflow.model.durations import duration_words


def profile_words(signal: Graded | Ideal) -> str:
    """What is known of somebody who gives this sign."""
    if isinstance(signal, Graded):
        grades = "; ".join(f"{trait_words(grade.trait)}: {grade.points:+g}" for grade in signal.grades)
        return f"has the {signal.attribute} {grades}{provided_words(signal)}"
    criteria = "; ".join(f"{name} {trait_words(trait)}" for name, trait in signal.criteria)
    return f"meets some or all of {len(signal.criteria)} criteria: {criteria}{provided_words(signal)}"


def trait_words(trait: Trait) -> str:
    """What a value must be."""
    parts = (
        [" or ".join(str(v).lower() if isinstance(v, bool) else str(v) for v in trait.one_of)] if trait.one_of else []
    )
    parts += [f"like {' or '.join(trait.like)}"] if trait.like else []
    if trait.at_least is not None and trait.at_most is not None:
        parts.append(f"from {trait.at_least:g} to {trait.at_most:g}")
    else:
        parts += [f"at least {trait.at_least:g}"] if trait.at_least is not None else []
        parts += [f"at most {trait.at_most:g}"] if trait.at_most is not None else []
    return " and ".join(parts) or "known"


def provided_words(signal: OfProfile) -> str:
    """What else must be so of what is known."""
    parts = ["given freely"] if signal.given_freely else []
    parts += [f"from {' or '.join(signal.only_from)}"] if signal.only_from else []
    parts += [f"not older than {duration_words(signal.lasts)}"] if signal.lasts is not None else []
    return f" ({', '.join(parts)})" if parts else ""
