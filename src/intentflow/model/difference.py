"""A difference between two models, as a value: what is new, gone or changed, and what it means for leads that are there already.

A lead's state holds counts and times, not points, so most of a new model applies to it at once. What cannot be known is what nobody kept:
the past of a new signal, say. `docs/semantics.md`, "A new model", has the list; tests hold what is said here against the core.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, Literal, NamedTuple, TypeVar

from msgspec import Struct

from intentflow.model.words import Pages

How = Literal["at once", "partly", "from now on"]
Part = Literal["model", "glossary", "pages", "stage", "signal", "group", "fact", "evidence", "answer", "example"]
T = TypeVar("T")


class Carried(NamedTuple):
    """How a difference applies to leads that are there already; `why` says it in words, where it is not simply so."""

    how: How
    why: str = ""


AT_ONCE = Carried("at once")


class Difference(Struct, frozen=True, kw_only=True):
    """One thing that is new, gone or changed. `carried` is None where no lead's score or stage follows from it."""

    part: Part
    name: str
    kind: Literal["new", "gone", "changed"]
    text: str
    carried: Carried | None = None


class Aspect(NamedTuple, Generic[T]):
    """Something that entries of a kind say: what is compared, how it is said, and what a change of it means for stored leads."""

    value: Callable[[T], object]
    words: Callable[[T, Pages], str]
    carried: Callable[[T, T], Carried | None]


class Sides(NamedTuple):
    """The names that pages have in the old model, and in the new one."""

    old: Pages
    new: Pages


def changes(
    part: Part, name: str, aspects: Sequence[Aspect[T]], pair: tuple[T, T], pages: Sides
) -> Iterator[Difference]:
    """A difference for each aspect in which the old entry and the new one are not the same."""
    old, new = pair
    for aspect in aspects:
        if aspect.value(old) != aspect.value(new):
            was, now = aspect.words(old, pages.old), aspect.words(new, pages.new)
            text = f"{now}; was: {was}" if now != was else f"{now}, by other patterns than before"
            yield Difference(part=part, name=name, kind="changed", text=text, carried=aspect.carried(old, new))


def renamed(old: Mapping[str, T], new: Mapping[str, T], same: Callable[[T, T], bool]) -> dict[str, str]:
    """The old name of each new one that is the same but for its name."""
    gone = [name for name in old if name not in new]
    found: dict[str, str] = {}
    for name in (name for name in new if name not in old):
        former = next((one for one in gone if same(old[one], new[name])), None)
        if former is not None:
            gone.remove(former)
            found[name] = former
    return found


def at_once(_old: object, _new: object) -> Carried:
    """Whatever it was, the state has all that it takes."""
    return AT_ONCE
