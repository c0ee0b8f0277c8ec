"""The small types that a model is written in, each with an error that says what it must be."""

import math
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from intentflow.domain.event import FAMILIES
from intentflow.domain.rules import AXES, Axis, Limit
from intentflow.model.durations import duration, hand_offs, horizon, limit, shown

T = TypeVar("T")
NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
MOST_POINTS = 1_000_000
MOST_ITEMS = 100  # in any list that somebody writes
GLOB_CHARS, GLOB_STARS = 200, 8
TREATMENTS = ("nurture", "sales", "none")


class Written(BaseModel):
    """What people write: no type is guessed, no key is overlooked."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class About(NamedTuple):
    """A number that an example expects, and how far from it is still right."""

    value: float
    within: float


def share(written: object) -> float:
    """A share of leads."""
    value = number(written)
    if not 0 <= value <= 1:
        raise ValueError(f"must be from 0 to 1, like 0.12, not {shown(written)}")
    return value


def weight(written: object) -> float:
    """What evidence leaves of what was counted."""
    value = number(written)
    if not 0 <= value <= 1:
        raise ValueError(f"must be from 0 (nothing counts) to 1 (all of it does), like 0.2, not {shown(written)}")
    return value


def many(written: object) -> object:
    """One, or a list of them, as a tuple."""
    items = tuple(written) if isinstance(written, list | tuple) else (written,)
    if not 1 <= len(items) <= MOST_ITEMS:
        raise ValueError(f"must have 1 to {MOST_ITEMS} entries, not {len(items)}")
    return items


def name(written: object) -> str:
    """A name of ours: `pricing_page`."""
    if not isinstance(written, str) or not NAME.fullmatch(written):
        raise ValueError(f"must be of lower-case letters, digits, _ and -, like pricing_page, not {shown(written)}")
    return written


def text(written: object) -> str:
    """Words for people."""
    if not isinstance(written, str) or not 1 <= len(written.strip()) <= 1000:
        raise ValueError(f"must be text of 1 to 1000 characters, not {shown(written)}")
    return " ".join(written.split())


def number(written: object) -> float:
    """Points or a threshold."""
    if isinstance(written, bool) or not isinstance(written, int | float):
        raise ValueError(f"must be a number, not {shown(written)}")
    if not -MOST_POINTS <= written <= MOST_POINTS:
        raise ValueError(f"must be between -{MOST_POINTS} and {MOST_POINTS}, not {shown(written)}")
    return float(written)


def positive(written: object) -> float:
    """A number above 0."""
    value = number(written)
    if value <= 0:
        raise ValueError(f"must be more than 0, not {shown(written)}")
    return value


def about(written: object) -> About:
    """`30`, or `about 29.7`: half of the last digit written may be missing."""
    said = re.fullmatch(r"about (-?[0-9]{1,7}(?:\.([0-9]{1,9}))?)", written) if isinstance(written, str) else None
    if said is None and isinstance(written, str):
        raise ValueError(f'must be a number, or like "about 29.7", not {shown(written)}')
    if said is None:
        return About(number(written), 1e-9)
    return About(number(float(said[1])), 0.5 * 10.0 ** -len(said[2] or ""))


def half_life(written: object) -> int | Literal["never"]:
    """Milliseconds in which points halve, or `never`."""
    if written == "never":
        return "never"
    try:
        ms = duration(written)
    except ValueError as error:
        raise ValueError(f"{error} (or never)") from None
    if ms == 0:
        raise ValueError("must be longer than 0 (try 14d)")
    return ms


def lasts(written: object) -> int | Literal["forever"]:
    """Milliseconds for which a fact holds, or `forever`."""
    return "forever" if written == "forever" else longer_than_0(written)


def longer_than_0(written: object) -> int:
    """A duration that takes time."""
    ms = duration(written)
    if ms == 0:
        raise ValueError("must be longer than 0 (try 1h)")
    return ms


def glob(written: object) -> str:
    """A pattern with `*` and `?`."""
    if not isinstance(written, str) or not 1 <= len(written) <= GLOB_CHARS:
        raise ValueError(f'must be text of 1 to {GLOB_CHARS} characters, like "*/pricing*", not {shown(written)}')
    if written.count("*") > GLOB_STARS:
        raise ValueError(f"must have at most {GLOB_STARS} stars; write two patterns instead")
    return written


def plain(written: object) -> str | int | float | bool:
    """What an attribute can be."""
    whole = isinstance(written, int) and abs(written) <= 10**15
    real = isinstance(written, float) and math.isfinite(written)
    if not (whole or real or (isinstance(written, str) and len(written) <= 1024)):
        raise ValueError(f"must be text, a number, true or false, not {shown(written)}")
    assert isinstance(written, str | int | float)
    return written


def one_of(*known: str) -> Callable[[object], str]:
    """A check for one of these words."""

    def check(written: object) -> str:
        if not isinstance(written, str) or written not in known:
            raise ValueError(
                f"must be {' or '.join(known) if len(known) < 3 else 'one of ' + ', '.join(known)}, not {shown(written)}"
            )
        return written

    return check


def whole(least: int, most: int) -> Callable[[object], int]:
    """A check for a whole number between these two."""

    def check(written: object) -> int:
        if isinstance(written, bool) or not isinstance(written, int) or not least <= written <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {shown(written)}")
        return written

    return check


def truth(written: object) -> bool:
    """true or false."""
    if not isinstance(written, bool):
        raise ValueError(f"must be true or false, not {shown(written)}")
    return written


def _plain_many(written: object) -> Any:  # pydantic hands on what each item became
    return tuple(plain(item) for item in tuple_of(written))


def tuple_of(written: object) -> tuple[object, ...]:
    """`many`, for those who check the items themselves."""
    items = many(written)
    assert isinstance(items, tuple)
    return items


Name = Annotated[str, PlainValidator(name)]
Words = Annotated[str, PlainValidator(text)]
Number = Annotated[float, PlainValidator(number)]
Positive = Annotated[float, PlainValidator(positive)]
Expected = Annotated[About, PlainValidator(about)]
Duration = Annotated[int, PlainValidator(duration)]
Longer = Annotated[int, PlainValidator(longer_than_0)]
Horizon = Annotated[int, PlainValidator(horizon)]
HalfLife = Annotated[int | Literal["never"], PlainValidator(half_life)]
Lasts = Annotated[int | Literal["forever"], PlainValidator(lasts)]
AtMost = Annotated[Limit, PlainValidator(limit)]
HandOffs = Annotated[Limit, PlainValidator(hand_offs)]
Share = Annotated[float, PlainValidator(share)]
Glob = Annotated[str, PlainValidator(glob)]
Plain = Annotated[str | int | float | bool, PlainValidator(plain)]
Plains = Annotated[tuple[str | int | float | bool, ...], PlainValidator(_plain_many)]
Bool = Annotated[bool, PlainValidator(truth)]
AxisName = Annotated[Axis, PlainValidator(one_of(*AXES))]
Family = Annotated[str, PlainValidator(one_of(*FAMILIES))]
Treatment = Annotated[Literal["nurture", "sales", "none"], PlainValidator(one_of(*TREATMENTS))]
Status = Annotated[Literal["draft", "approved"], PlainValidator(one_of("draft", "approved"))]
Globs = Annotated[tuple[Glob, ...], BeforeValidator(many)]
Names = Annotated[tuple[Name, ...], BeforeValidator(many)]
Texts = Annotated[tuple[Words, ...], BeforeValidator(many)]


def entries(most: int) -> Any:
    """How many entries a section may have."""
    return Field(min_length=1, max_length=most)
