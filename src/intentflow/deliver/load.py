"""The doors of this package: deliver.yaml in, endpoints that can be delivered to out, or a `DeliverError` that names every mistake."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import ValidationError

from intentflow.deliver.endpoint import Endpoint, endpoint_of
from intentflow.deliver.schema import KINDS, DeliverWritten, HubspotWritten, WantedWritten, WebhookWritten
from intentflow.model.document import Document, Genre, Tree, content_of, findings_of, parse
from intentflow.model.findings import Flaw, Path, WrittenError
from intentflow.model.mistakes import mistakes, unknown

ELSEWHERE = {  # keys that people look for in another place, or call by another name
    "secret": "a webhook's secrets are a list, so that one can be changed: secrets: [{env: NAME}]",
    "stage": "stages are chosen with when: when: {to: [mql, sql]}",
    "filter": "changes are chosen with when: when: {to: [mql, sql]}",
    "treatment": "a treatment is chosen with when: when: {treatment: sales}",
    "token": "a token is for kind: hubspot; a webhook signs with secrets, or sends headers: {Authorization: {env: NAME}}",
    "retries": "attempts are written as the waits before each: retry: [0s, 5s, 5m]",
}


class DeliverError(WrittenError):
    """A deliver.yaml that cannot be used."""


DELIVER = Genre("list of endpoints", "deliver", "", DeliverError)


class Deliver(NamedTuple):
    """A deliver.yaml that can be used, without its secrets."""

    document: Document
    written: DeliverWritten


def load(path: str) -> Deliver:
    """What is written in a file. Raises `DeliverError` with everything that is wrong with it."""
    return understood(path, content_of(path, [], DELIVER))


def understood(file: str, content: bytes) -> Deliver:
    """What is written in these bytes; `file` is their name in messages."""
    document = parse(file, content, DELIVER)
    try:
        return Deliver(document, DeliverWritten.model_validate(document.tree))
    except ValidationError as error:
        flaws = mistakes(document.tree, error, lambda path: _unknown(document.tree, path))
        raise DeliverError(file, findings_of(document, flaws, "deliver")) from None


def endpoints(deliver: Deliver, environ: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """The endpoints with their secrets. Raises `DeliverError` with every secret that is not where the file says."""
    flaws: list[Flaw] = []
    found = list(_each(deliver.written, environ, flaws))
    if flaws:
        raise DeliverError(deliver.document.file, findings_of(deliver.document, flaws, "secrets"))
    return tuple(found)


def _each(written: DeliverWritten, environ: Mapping[str, str], flaws: list[Flaw]) -> Iterator[Endpoint]:
    for name, one in written.endpoints.items():
        found = endpoint_of(name, one, environ)
        if isinstance(found, Endpoint):
            yield found
        else:
            flaws += [Flaw(("endpoints", name, *flaw.path), flaw.text) for flaw in found]


def _unknown(tree: dict[str, Tree], path: Path) -> str:
    *around, key = path
    if len(around) == 2 and (elsewhere := ELSEWHERE.get(str(key))) is not None:
        return elsewhere
    return unknown(str(key), _known(tree, around))


def _known(tree: dict[str, Tree], around: list[str | int]) -> list[str]:
    """The keys that are known at a place."""
    if not around:
        return list(DeliverWritten.model_fields)
    if around[-1] == "when":
        return [field.alias or key for key, field in WantedWritten.model_fields.items()]
    endpoints, kind = tree.get("endpoints"), "webhook"
    if isinstance(endpoints, dict) and isinstance(endpoint := endpoints.get(str(around[1])), dict):
        kind = str(endpoint.get("kind", KINDS[0]))
    return list((HubspotWritten if kind == "hubspot" else WebhookWritten).model_fields)
