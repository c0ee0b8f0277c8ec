"""Profiles and signals on them, made up for the laws: few names and values, so that most signals meet something."""

from typing import Any, Protocol, TypeVar

from intentflow.domain.event import PROVENANCES, Told
from intentflow.domain.rules import Grade, Graded, Ideal, Trait

T = TypeVar("T")
NAMES = ("role", "size", "email_kind", "company_domain")
VALUES: tuple[Told, ...] = ("Head of Sales", "owner", 3, 40, 2.5, True, False, None, "", "free")
TRAITS = (
    Trait(),
    Trait(),
    Trait(one_of=("owner", 3)),
    Trait(one_of=(True,)),
    Trait(like=("*head of*", "own?r")),
    Trait(at_least=3),
    Trait(at_least=1, at_most=39.5),
    Trait(one_of=("company", "free")),
)
POINTS = (5.0, 10.0, 2.0, 0.7, -4.0, 8.0, -2.7)
ADDRESSES = (None, "a@gmail.com", "b@mail.acme.co.uk", "c@mailinator.com", "d@localhost", "E@ACME.co.uk")


class Chooses(Protocol):
    def below(self, n: int) -> int: ...
    def one(self, of: "tuple[T, ...]") -> T: ...
    def between(self, low: int, high: int) -> int: ...


def of_profile(choose: Chooses, shared: dict[str, Any]) -> Graded | Ideal:
    """A signal on the profile; `shared`: its name, axis, points and group."""
    conditions: dict[str, Any] = {
        "lasts": choose.one((None, choose.between(50, 900))),
        "only_from": choose.one(((), (), ("form", "observed"), ("bought",))),
        "given_freely": choose.one((False, False, True)),
    }
    if choose.one((True, False)):
        names = NAMES[: choose.between(1, 4)]
        criteria = tuple((name, choose.one(TRAITS)) for name in names)
        return Ideal(**shared | conditions | {"points": abs(shared["points"])}, criteria=criteria)
    grades = tuple(Grade(choose.one(POINTS), choose.one(TRAITS)) for _ in range(choose.between(1, 3)))
    if shared["group"] is not None:
        grades = tuple(Grade(abs(grade.points), grade.trait) for grade in grades)
    best = max(grade.points for grade in grades)
    return Graded(**shared | conditions | {"points": best}, attribute=choose.one(NAMES), grades=grades)


def told(choose: Chooses) -> dict[str, Any]:
    """The fields that a profile has besides those of all events."""
    names = {choose.one(NAMES) for _ in range(choose.between(1, 3))}
    return {
        "profile": {name: choose.one(VALUES) for name in sorted(names)},
        "provenance": choose.one(PROVENANCES),
        "given_freely": choose.one((False, True)),
    }
