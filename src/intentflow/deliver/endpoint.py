"""An endpoint that can be delivered to: what was written, with its secrets in place."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from pydantic import SecretStr

from intentflow.deliver.schema import HubspotWritten, WantedWritten, WebhookWritten
from intentflow.deliver.written import Network, Place, checked_url
from intentflow.model.findings import Flaw

LEAST_KEY, MOST_KEY = 24, 64  # bytes of a signing secret, as Standard Webhooks asks
MOST_SECRET = 4096
HUBSPOT_BATCH = 100


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where changes go. Nothing secret is in its `repr`; times are in milliseconds."""

    name: str
    kind: str
    url: SecretStr
    batch: int  # changes in a request, at most
    when: WantedWritten
    contact: bool
    notices: bool
    concurrency: int  # requests under way, at most
    timeout: int
    retry: tuple[int, ...]
    networks: tuple[Network, ...]
    secrets: tuple[SecretStr, ...] = ()
    headers: Mapping[str, SecretStr] = {}
    stages: Mapping[str, str] = {}  # of HubSpot: our stages in its words, in rising order
    properties: Mapping[str, str] = {}
    lead_id_property: str | None = None

    @property
    def mark(self) -> str:
        """Changes when the endpoint is another one: what was disabled, is not any more."""
        return sha256(self.url.get_secret_value().encode()).hexdigest()[:16]


def endpoint_of(
    name: str, written: WebhookWritten | HubspotWritten, environ: Mapping[str, str]
) -> Endpoint | list[Flaw]:
    """The endpoint, or every secret of it that is not to be had."""
    secrets = _Secrets(environ)
    shared = {
        "name": name,
        "kind": written.kind,
        "when": written.when,
        "contact": written.contact,
        "concurrency": written.concurrency,
        "timeout": written.timeout,
        "retry": written.retry,
        "networks": written.allow_networks,
    }
    found = (
        _hubspot(written, secrets, shared)
        if isinstance(written, HubspotWritten)
        else _webhook(written, secrets, shared)
    )
    return secrets.flaws or found


def _webhook(written: WebhookWritten, secrets: "_Secrets", shared: dict[str, object]) -> Endpoint:
    signing = tuple(secrets.signing(("secrets", i), place) for i, place in enumerate(written.secrets))
    headers = {key: secrets.header(("headers", key), place) for key, place in written.headers.items()}
    url = SecretStr(written.url) if isinstance(written.url, str) else secrets.url(("url",), written.url)
    return Endpoint(**shared, url=url, secrets=signing, headers=headers, batch=1, notices=written.notices)  # type: ignore[arg-type]  # as in the model


def _hubspot(written: HubspotWritten, secrets: "_Secrets", shared: dict[str, object]) -> Endpoint:
    return Endpoint(
        **shared,  # type: ignore[arg-type]  # as in the model
        url=SecretStr(written.url),
        secrets=(secrets.header(("token",), written.token),),
        batch=HUBSPOT_BATCH,
        notices=False,
        stages=written.stages,
        properties=written.properties,
        lead_id_property=written.lead_id_property,
    )


class _Secrets:
    """Reads secrets, and notes what is wrong with each."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ, self.flaws = environ, list[Flaw]()

    def signing(self, path: tuple[str | int, ...], place: Place) -> SecretStr:
        """A secret that a signature is made with."""
        text = self._text(path, place)
        if text is not None:
            self.flaws += [Flaw(path, problem) for problem in _unfit(text)]
        return SecretStr(text or "")

    def header(self, path: tuple[str | int, ...], place: Place) -> SecretStr:
        """A header's value."""
        text = self._text(path, place)
        if text is not None and not all(" " <= c <= "~" for c in text):
            self.flaws.append(Flaw(path, "must be printable ASCII in one line; what is there is not"))
        return SecretStr(text or "")

    def url(self, path: tuple[str | int, ...], place: Place) -> SecretStr:
        """An address."""
        text = self._text(path, place)
        if text is not None:
            try:
                checked_url(text)
            except ValueError as error:
                self.flaws.append(Flaw(path, str(error)))
        return SecretStr(text or "")

    def _text(self, path: tuple[str | int, ...], place: Place) -> str | None:
        try:
            text = self.environ.get(place.env, "") if place.env else Path(place.file).read_text()[:MOST_SECRET]
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not text"
            self.flaws.append(Flaw(path, f"the file {place.file} cannot be read ({reason}): put the secret there"))
            return None
        if not text.strip():
            where = f"the environment has no {place.env}" if place.env else f"the file {place.file} is empty"
            self.flaws.append(Flaw(path, f"{where}: put the secret there"))
            return None
        return text.strip()


def _unfit(text: str) -> Iterator[str]:
    make = "make one with: echo whsec_$(openssl rand -base64 32)"
    try:
        size = len(base64.b64decode(text.removeprefix("whsec_"), validate=True))
    except binascii.Error:
        yield f"must be base64, with or without whsec_ before it: {make}"
        return
    if not LEAST_KEY <= size <= MOST_KEY:
        yield f"must be {LEAST_KEY} to {MOST_KEY} bytes in base64; what is there has {size}: {make}"
