"""Changes as HubSpot's contacts: what is written of each, and what its answers say. From HubSpot's public API documentation; no I/O.

A contact's lifecycle stage does not go back: a lower value is ignored without a word, unless the property was cleared before, in a request
of its own. So where a lead may have fallen, its contact is read first. It is cleared if HubSpot has it above where it stands now, at a
stage that the list of endpoints names: one that it doesn't name (an opportunity, a customer) was given by somebody else, and stays.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec import Struct

from intentflow.deliver.answers import Answer
from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.queue import Delivery
from intentflow.deliver.told import data_of
from intentflow.deliver.wanted import identity
from intentflow.domain.change import QualificationChange
from intentflow.wire.changes import decode_change

UPSERT = "/crm/v3/objects/contacts/batch/upsert"
READ = "/crm/v3/objects/contacts/batch/read"
STAGE = "lifecyclestage"
PAUSE_MS = 10_000  # after a 429 that does not say for how long: HubSpot's windows are of ten seconds


class Contact(Struct, frozen=True):
    """What is to be written of one delivery."""

    delivery: Delivery
    by: str  # the property that it is known by
    name: str  # its value there
    properties: dict[str, str]
    may_fall: bool


class _Context(Struct, frozen=True):
    objectWriteTraceId: list[str] = []  # noqa: N815 - HubSpot's name


class _Error(Struct):
    category: str = "ERROR"
    context: _Context = _Context()


class _Result(Struct):
    properties: dict[str, str | None] = {}
    objectWriteTraceId: str = ""  # noqa: N815 - HubSpot's name


class Said(Struct):
    """As much of HubSpot's answer as is asked for."""

    results: list[_Result] = []
    errors: list[_Error] = []


_said = msgspec.json.Decoder(Said).decode


def contact_of(endpoint: Endpoint, delivery: Delivery) -> Contact | None:
    """What is to be written of a change; None if nothing can be."""
    try:
        change = decode_change(data_of(delivery.body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    known = identity(change.lead, endpoint.lead_id_property)
    if known is None:
        return None
    properties = {name: _told(change, field) for name, field in endpoint.properties.items()}
    if (stage := endpoint.stages.get(change.to_stage)) is not None:
        properties[STAGE] = stage
    return Contact(delivery, *known, properties, _may_fall(endpoint, change))


def _may_fall(endpoint: Endpoint, change: QualificationChange) -> bool:
    """Whether HubSpot may have the lead above where it stands now."""
    ranks = _ranks(endpoint)
    to, came_from = endpoint.stages.get(change.to_stage), endpoint.stages.get(change.from_stage)
    if to is None:
        return False
    return change.sequence > 1 if came_from is None else ranks[to] < ranks[came_from]


def must_clear(endpoint: Endpoint, contact: Contact, current: str) -> bool:
    """Whether a contact that HubSpot has at `current` must be cleared before it is written."""
    ranks = _ranks(endpoint)
    return current in ranks and ranks[contact.properties[STAGE]] < ranks[current]


def _ranks(endpoint: Endpoint) -> dict[str, int]:
    return {stage: rank for rank, stage in reversed(list(enumerate(endpoint.stages.values())))}


def _told(change: QualificationChange, field: str) -> str:
    """One thing that a change tells, as HubSpot takes it."""
    match field:
        case "stage":
            return change.to_stage
        case "engagement" | "fit" | "intent":
            return f"{change.scores.get(field, 0.0):.6g}"
        case "likelihood":
            return "" if change.answers.likelihood is None else f"{change.answers.likelihood:.6g}"
        case "model":
            return f"{change.model.name} {change.model.version}"
        case "sequence":
            return str(change.sequence)
        case "follow_up_by":
            return change.follow_up_by or ""
        case "treatment":
            return change.treatment
        case _:
            return change.at


def upsert_body(contacts: Sequence[Contact]) -> bytes:
    """The request that writes contacts."""
    return _inputs(contacts, lambda contact: contact.properties)


def clear_body(contacts: Sequence[Contact]) -> bytes:
    """The request that clears their lifecycle stage."""
    return _inputs(contacts, lambda _: {STAGE: ""})


def _inputs(contacts: Sequence[Contact], properties: Callable[[Contact], dict[str, str]]) -> bytes:
    inputs = [
        {"id": c.name, "idProperty": c.by, "properties": properties(c), "objectWriteTraceId": c.delivery.id} for c in contacts
    ]  # fmt: skip
    return msgspec.json.encode({"inputs": inputs})


def read_body(contacts: Sequence[Contact]) -> bytes:
    """The request that asks where contacts stand; all are known by the same property."""
    by = contacts[0].by
    return msgspec.json.encode(
        {"idProperty": by, "properties": [by, STAGE], "inputs": [{"id": c.name} for c in contacts]}
    )


def nobody_body() -> bytes:
    """The request that asks for a contact that there is not: whoever may ask it, may do the rest."""
    return msgspec.json.encode(
        {"idProperty": "email", "properties": ["email"], "inputs": [{"id": "nobody@intentflow.invalid"}]}
    )


def stages_in(body: bytes, by: str) -> dict[str, str] | None:
    """Where contacts stand, by the property that they are known by; None if the answer can't be read."""
    said = read_said(body)
    if said is None:
        return None
    return {(one.properties.get(by) or "").lower(): one.properties.get(STAGE) or "" for one in said.results}


def answers_in(contacts: Iterable[Contact], said: Said | None) -> list[Answer]:
    """What became of each contact, in an answer of several (207): an error names by its trace which of them it is about."""
    if said is None:
        return [Answer("error", "HTTP 207 with a body that can't be read") for _ in contacts]
    failed = {trace: error.category for error in said.errors for trace in error.context.objectWriteTraceId}
    written = {one.objectWriteTraceId for one in said.results}
    all_named = all(error.context.objectWriteTraceId for error in said.errors)
    return [_answer(contact.delivery.id, failed, all_named or contact.delivery.id in written) for contact in contacts]


def _answer(trace: str, failed: dict[str, str], otherwise_well: bool) -> Answer:
    if trace in failed:
        return Answer("refused", f"HTTP 207: {failed[trace][:60]}")
    return Answer("ok", "HTTP 207") if otherwise_well else Answer("refused", "HTTP 207: an error that names nobody")


def read_said(body: bytes) -> Said | None:
    """HubSpot's answer; None if it can't be read."""
    try:
        return _said(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
