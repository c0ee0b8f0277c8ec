"""Signals on a profile, from what is written to what it means: grades of an attribute, and closeness to an ideal."""

from collections.abc import Iterator

from intentflow.domain.rules import Grade, Graded, Ideal
from intentflow.model.findings import Flaw
from intentflow.model.schema import SignalWritten
from intentflow.model.traits import GradeWritten, trait_of


def flaws_of_fit(name: str, signal: SignalWritten) -> Iterator[Flaw]:
    """What is wrong with a signal on a profile by itself."""
    path, form = ("signals", name), signal.when[0].form
    if form != "profile":
        if signal.grades:
            yield Flaw((*path, "grades"), 'must be left out: it goes with "when: {profile: job_title}"')
        if form == "ideal" and signal.points < 0:
            yield Flaw((*path, "points"), "must be more than 0: the points of who meets all criteria")
        return
    if not signal.grades:
        yield Flaw((*path, "grades"), "is missing: what each value counts (grades: [{equals: owner, points: 5}])")
    if "points" in signal.model_fields_set:
        yield Flaw((*path, "points"), "must be left out: each grade has its own")
    taken = False
    for i, grade in enumerate(signal.grades):
        if taken:
            yield Flaw((*path, "grades", i), "never counts: a grade before it takes any value; put that one last")
        taken = taken or grade.model_fields_set == {"points"}
        if grade.equals is not None and grade.one_of is not None:
            yield Flaw((*path, "grades", i), "has equals and one_of; put all values into one_of")
        if grade.points < 0 and signal.group is not None:
            yield Flaw((*path, "grades", i, "points"), "must be 0 or more in a group with a cap")
    if signal.grades and not any(grade.points for grade in signal.grades):
        yield Flaw((*path, "grades"), "count nothing; give one of them points")


def fit_signal(name: str, signal: SignalWritten) -> Graded | Ideal:
    """What a sound one means."""
    when = signal.when[0]
    lasts = None if signal.lasts == "forever" else signal.lasts
    if when.profile is None:
        return Ideal(
            name=name,
            axis=signal.axis,
            points=signal.points,
            group=signal.group,
            lasts=lasts,
            only_from=when.only_from,
            given_freely=when.given_freely,
            criteria=tuple((attribute, trait_of(trait)) for attribute, trait in when.ideal.items()),
        )
    return Graded(
        name=name,
        axis=signal.axis,
        points=max(grade.points for grade in signal.grades),
        group=signal.group,
        lasts=lasts,
        only_from=when.only_from,
        given_freely=when.given_freely,
        attribute=when.profile,
        grades=tuple(_grade(grade) for grade in signal.grades),
    )


def _grade(written: GradeWritten) -> Grade:
    return Grade(written.points, trait_of(written))
