"""What is wrong with a mapping by its sense: fields that a record has no use for, that it lacks, ids that would be one.

What each kind of record takes and needs is told here alone.
"""

from collections.abc import Iterator

from intentflow.domain.event import FAMILIES, PROVENANCES
from intentflow.mapping.schema import KINDS, MappingWritten, RecordWritten
from intentflow.mapping.written import ValueWritten
from intentflow.model.condition import ACTIONS
from intentflow.model.findings import Flaw, Path
from intentflow.model.suggest import did_you_mean

HOW = {"kind", "when", "repeat", "each"}  # of any record: whether and how often
IDS = ("lead_id", "email", "same_as", "visitor_id")
_SHARED = {"event_id", "occurred_at", "lead_id", "email", "visitor_id"}
_EVENT = _SHARED | {"family", "action", "page", "campaign", "user_agent", "attributes"}
_CART = {"cart_id", "value", "lines"}
TAKES = {
    "event": _EVENT | _CART,
    "link": _SHARED | {"same_as"},
    "profile": _SHARED | {"profile", "provenance", "given_freely"},
    "outcome": _SHARED | {"action", "reason", "value"},
}
NEEDS = {"event": ("family",), "link": (), "profile": ("profile", "provenance"), "outcome": ("action",)}
BEHAVIOUR = tuple(name for name in FAMILIES if name not in KINDS)  # the families of kind event


def flaws_of(mapping: MappingWritten) -> Iterator[Flaw]:
    """Everything that is wrong with a mapping whose parts are right."""
    owner: dict[object, str] = {}
    for name, record in mapping.records.items():
        path: Path = ("records", name)
        yield from _of_record(path, record)
        if record.event_id is not None and record.when is None and record.kind != "link":
            other = owner.setdefault(repr(record.event_id), name)
            if other != name:
                text = f'must not be that of record "{other}", or one of them is a duplicate; add a word to it'
                yield Flaw((*path, "event_id"), text)


def _of_record(path: Path, record: RecordWritten) -> Iterator[Flaw]:
    given = {key for key in record.model_fields_set if getattr(record, key) is not None} - HOW
    for key in sorted(given - TAKES[record.kind]):
        yield Flaw((*path, key), f"must be left out: {_a(record.kind)} has none")
    for key in NEEDS[record.kind]:
        if key not in given:
            yield Flaw((*path, key), f"is missing: {_a(record.kind)} needs it")
    yield from _of_ids(path, record, given)
    yield from _of_numbers(path, record)
    yield from _of_withdrawals(path, record)
    if record.kind == "event" and record.family is not None:
        yield from _of_family(path, record, record.family, given)
    if record.kind == "outcome" and record.action is not None:
        yield from _of_words((*path, "action"), record.action, ACTIONS["outcome"])
    if record.provenance is not None:
        yield from _of_words((*path, "provenance"), record.provenance, PROVENANCES)


def _of_ids(path: Path, record: RecordWritten, given: set[str]) -> Iterator[Flaw]:
    ids = [key for key in IDS if key in given]
    if record.kind == "link" and len(ids) != 2:
        yield Flaw(path, f"a link has exactly two of {', '.join(IDS)}, not {len(ids)}")
    elif not ids:
        yield Flaw(path, "nobody did it: give lead_id, email or visitor_id")


def _of_numbers(path: Path, record: RecordWritten) -> Iterator[Flaw]:
    """`{$n}` and `{$each}`: used where there is one, and used in the id where there are many."""
    there = {name for name, key in (("$n", record.repeat), ("$each", record.each)) if key is not None}
    if len(there) == 2:
        yield Flaw((*path, "each"), "must be left out: repeat is there already")
    used = columns_of(record)
    for name, key in (("$n", "repeat"), ("$each", "each")):
        if name in used and name not in there and not (name == "$n" and "$each" in there):
            yield Flaw(path, f"{{{name}}} is there with {key} only")
    if there and record.event_id is not None and not {"$n", "$each"} & set(record.event_id.columns):
        yield Flaw((*path, "event_id"), f"must have {{{min(there)}}} in it, or all of them are one event")


def _of_family(path: Path, record: RecordWritten, family: ValueWritten, given: set[str]) -> Iterator[Flaw]:
    yield from _of_words((*path, "family"), family, BEHAVIOUR)
    name = family.only
    if not isinstance(name, str) or name not in BEHAVIOUR:
        return
    for key in sorted(given & _CART) if name != "cart" else ():
        yield Flaw((*path, key), f"must be left out: {name} has none, a cart has")
    if record.action is not None:
        yield from _of_words((*path, "action"), record.action, ACTIONS[name])
    elif name == "cart":
        yield Flaw((*path, "action"), f"is missing: one of {', '.join(ACTIONS[name])}")


def _of_withdrawals(path: Path, record: RecordWritten) -> Iterator[Flaw]:
    """`withdraw`: of what is known of somebody, and of nothing else."""
    known = {id(part) for part in (record.profile or {}).values()}
    if any(part.withdraw and id(part) not in known for part in parts_of(record)):
        yield Flaw(path, "has withdraw outside profile; only what is known of somebody can be withdrawn")
    for name, part in (record.profile or {}).items():
        if part.withdraw and part.default is not None:
            yield Flaw((*path, "profile", name), "has withdraw and default; where it is empty only one of them can be")


def _of_words(path: Path, value: ValueWritten, known: tuple[str, ...]) -> Iterator[Flaw]:
    """The words that a value can be by what is written, as far as none of them is known."""
    said = [] if value.only is None else [(path, value.only)]
    said += [((*path, "map", key), word) for key, word in (value.map or {}).items() if word is not None]
    for place, word in said:
        if word not in known:
            yield Flaw(place, f'is "{word}"{did_you_mean(str(word), known)}; it can be {", ".join(known)}')


def columns_of(record: object) -> set[str]:
    """Every column that a record, or a part of it, asks for."""
    return {column for part in parts_of(record) for column in part.columns}


def parts_of(record: object) -> Iterator[ValueWritten]:
    """Every value in a record, or in a part of it."""
    if isinstance(record, ValueWritten):
        yield record
        return
    fields = getattr(type(record), "model_fields", {})
    inside = record.values() if isinstance(record, dict) else record if isinstance(record, tuple) else ()
    for part in (*inside, *(getattr(record, key) for key in fields)):
        yield from parts_of(part)


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeo" else f"a {kind}"
