"""What changed from one model to another, in words that a marketer understands."""

from collections.abc import Iterator, Mapping

from intentflow.model.approval import approval_words
from intentflow.model.diff_evidence import evidence_differences
from intentflow.model.diff_signals import fact_differences, group_differences, signal_differences
from intentflow.model.diff_stages import answer_differences, stage_differences
from intentflow.model.difference import Carried, Difference, Part, Sides
from intentflow.model.durations import duration_words
from intentflow.model.load import Reading
from intentflow.model.schema import ModelWritten
from intentflow.model.words import Pages

CLOSED = Carried(
    "partly", "what was too late for the old one stays rejected, and closed periods stay as they were counted"
)


def differences(old: Reading, new: Reading) -> tuple[Difference, ...]:
    """All that is new, gone or changed, in the order in which a model is read; empty if they mean the same."""
    pages = Sides(old.written.pages, new.written.pages)
    return (
        *_heads(old, new),
        *_texts("glossary", _quoted(old.written.glossary), _quoted(new.written.glossary)),
        *_texts("pages", _listed(pages.old), _listed(pages.new)),
        *stage_differences(old.model, new.model, pages),
        *signal_differences(old.model, new.model, pages),
        *group_differences(old.model, new.model, pages),
        *fact_differences(old.model, new.model, pages),
        *evidence_differences(old.model, new.model, pages),
        *answer_differences(old.model, new.model),
        *_texts("example", _examples(old), _examples(new)),
    )


def same_version(old: Reading, new: Reading) -> bool:
    """Whether two models that are not the same bytes go by one name and version: nobody could tell changes of the two apart by them."""
    one, other = old.model, new.model
    return (one.name, one.version) == (other.name, other.version) and one.hash != other.hash


def _heads(old: Reading, new: Reading) -> Iterator[Difference]:
    for name, was, now in zip(HEADS, _said(old.written), _said(new.written), strict=True):
        if was != now:
            yield Difference(part="model", name=name, kind="changed", text=f"{now}; was: {was}")
    if old.model.horizon != new.model.horizon:
        now, was = duration_words(new.model.horizon), duration_words(old.model.horizon)
        text = f"an event is too late {now} behind a lead's newest; was: {was}"
        yield Difference(part="model", name="horizon", kind="changed", text=text, carried=CLOSED)


HEADS = ("name", "status", "approved by", "review by", "measured by")


def _said(written: ModelWritten) -> tuple[str, ...]:
    measured = "; ".join(written.measured_by) or "nothing"
    who = approval_words(written) or "nobody"
    return written.model, written.status, who, str(written.review_by or "not set"), measured


def _quoted(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: f'"{text}"' for name, text in texts.items()}


def _listed(pages: Pages) -> dict[str, str]:
    return {name: " ".join(globs) for name, globs in pages.items()}


def _texts(part: Part, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    """Of texts by name: a lead's score does not hang on them."""
    for name, text in new.items():
        if name not in old:
            yield Difference(part=part, name=name, kind="new", text=text)
        elif old[name] != text:
            yield Difference(part=part, name=name, kind="changed", text=f"{text}; was: {old[name]}")
    for name, text in old.items():
        if name not in new:
            yield Difference(part=part, name=name, kind="gone", text=text)


def _examples(reading: Reading) -> dict[str, str]:
    """What each example expects, and of how many events."""
    found = {}
    for example in reading.examples:
        parts = [] if example.stage is None else [example.stage]
        parts += [f"{axis} {about.value:g}" for axis, about in example.scores]
        given = len(example.given)
        events = "1 event" if given == 1 else f"{given} events"
        found[example.name] = f"{', '.join(parts)} after {duration_words(example.at)} and {events}"
    return found
