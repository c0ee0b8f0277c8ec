"""Examples as plain values: a lead made up by a marketer, and where it must end up. Whoever has the core can run them."""

from msgspec import Struct

from intentflow.domain.rules import AXES, Axis
from intentflow.model.document import Document
from intentflow.model.schema import ExampleWritten, GivenWritten, ModelWritten
from intentflow.model.written import About


class Example(Struct, frozen=True, kw_only=True):
    """`given`: the fields of each event but its ids and `occurred_at`, ready for JSON, and its time in ms; in order of time.

    At time `at` the lead must be in `stage` (if one is named), and each axis of `scores` must be within its `within` of its `value`.
    """

    name: str
    line: int
    given: tuple[tuple[dict[str, object], int], ...]
    at: int
    stage: str | None = None
    scores: tuple[tuple[Axis, About], ...] = ()


def examples_of(document: Document, written: ModelWritten) -> tuple[Example, ...]:
    """The examples of a model, in the order of the file."""
    return tuple(_example(i, document.line(("examples", i)), example) for i, example in enumerate(written.examples))


def _example(i: int, line: int, written: ExampleWritten) -> Example:
    given = sorted(((_event(event), event.at) for event in written.given), key=lambda pair: pair[1])
    expected = written.expect
    scores = tuple((axis, about) for axis in AXES if (about := getattr(expected, axis)) is not None)
    return Example(
        name=written.name or f"example {i + 1}",
        line=line,
        given=tuple(given),
        at=given[-1][1] if expected.at is None else expected.at,
        stage=expected.stage,
        scores=scores,
    )


def _event(written: GivenWritten) -> dict[str, object]:
    fields: dict[str, object] = {
        "family": written.family,
        "action": written.action,
        "page": _page(written),
        "campaign": None if written.campaign is None else {"name": written.campaign},
        "user_agent": written.user_agent,
        "cart_id": written.cart_id,
        "email": written.email,
        "attributes": dict(written.attributes) or None,
    }
    if written.family == "profile":
        told = {"profile": dict(written.profile), "provenance": written.provenance}
        fields |= told | {"given_freely": written.given_freely}
    return {key: value for key, value in fields.items() if value is not None}


def _page(written: GivenWritten) -> dict[str, str] | None:
    if written.url is None:
        return None
    return {"url": written.url} | ({} if written.referrer is None else {"referrer": written.referrer})
