"""The doors of this package: a mapping's name or file in, a sound `Mapping` or a `MappingError` out."""

from importlib.resources import files
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from intentflow.mapping import schema, written
from intentflow.mapping.schema import MappingWritten
from intentflow.mapping.sound import flaws_of
from intentflow.model.document import Document, Genre, content_of, findings_of, parse
from intentflow.model.findings import Path, WrittenError
from intentflow.model.mistakes import mistakes, unknown

SHIPPED = files("intentflow.mapping") / "shipped"
ELSEWHERE = {  # keys that people look for in another place, or call by another name
    "time": "the time of a record is occurred_at",
    "timestamp": "the time of a record is occurred_at",
    "id": "the id of a record is event_id",
    "url": "url goes inside page: page: {url: /pricing}",
    "referrer": 'referrer goes inside page: page: {url: /pricing, referrer: "{ref}"}',
    "delimiter": "what is between the fields is separator",
    "timezone": "where the clock hung is zone",
    "filter": "rows are chosen with keep and skip, or for one record with when",
}
VALUES: dict[str, type[BaseModel]] = {
    "occurred_at": written.TimeWritten,
    "repeat": written.RepeatWritten,
    "each": written.EachWritten,
    "lookup": written.LookupWritten,
}
PARTS: dict[str, type[BaseModel]] = {
    "page": schema.PageWritten,
    "campaign": schema.CampaignWritten,
    "value": schema.MoneyWritten,
    "price": schema.MoneyWritten,
    "lines": schema.LineWritten,
}


class MappingError(WrittenError):
    """A mapping that cannot be used."""


MAPPING = Genre("mapping", "mapping", "intentflow replay --help", MappingError)


class Mapping(NamedTuple):
    """A mapping that can be used."""

    document: Document
    written: MappingWritten

    def place(self, path: Path) -> str:
        """A place in its file, as editors understand it."""
        return f"{self.document.file}:{self.document.line(path)}"


def shipped() -> list[str]:
    """The names of the mappings that come with intentflow."""
    return sorted(entry.name.removesuffix(".yaml") for entry in SHIPPED.iterdir() if entry.name.endswith(".yaml"))


def load(name_or_path: str) -> Mapping:
    """A shipped mapping by its name, or the one in a file. Raises `MappingError` with everything that is wrong with it."""
    if name_or_path in shipped():
        return understood(f"{name_or_path}.yaml", (SHIPPED / f"{name_or_path}.yaml").read_bytes())
    return understood(name_or_path, content_of(name_or_path, shipped(), MAPPING))


def understood(file: str, content: bytes) -> Mapping:
    """The mapping in these bytes; `file` is its name in messages."""
    document = parse(file, content, MAPPING)
    try:
        mapping = MappingWritten.model_validate(document.tree)
        flaws = list(flaws_of(mapping))
    except ValidationError as error:
        raise MappingError(file, findings_of(document, mistakes(document.tree, error, _unknown), "mapping")) from None
    if flaws:
        raise MappingError(file, findings_of(document, flaws, "mapping"))
    return Mapping(document, mapping)


def _unknown(path: Path) -> str:
    *around, key = path
    if (elsewhere := ELSEWHERE.get(str(key))) is not None:
        return elsewhere
    return unknown(str(key), _known(around))


def _known(around: list[str | int]) -> list[str]:
    """The keys that are known at a place."""
    if not around:
        return list(MappingWritten.model_fields)
    if len(around) == 2:
        return list(schema.RecordWritten.model_fields)
    last = next((str(step) for step in reversed(around) if not isinstance(step, int)), "")
    kind = PARTS.get(last) or VALUES.get(last) or written.ValueWritten
    return [field.alias or key for key, field in kind.model_fields.items()]
