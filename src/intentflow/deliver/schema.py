"""What people write into deliver.yaml: the endpoints that changes are delivered to."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, PlainValidator, Tag

from intentflow.deliver import written
from intentflow.deliver.schedule import RETRY_MS
from intentflow.deliver.written import Network, Place
from intentflow.model.durations import shown
from intentflow.model.written import Bool, Name, Names, Treatment, Written, entries, many, one_of, whole

HUBSPOT = "https://api.hubapi.com"
KINDS = ("webhook", "hubspot")
TOLD = ("stage", "treatment", "at", "follow_up_by", "sequence", "engagement", "fit", "intent", "likelihood", "model")

Secret = Annotated[Place, PlainValidator(written.secret)]
Property = Annotated[str, PlainValidator(written.hubspot_name)]
Header = Annotated[str, PlainValidator(written.header)]
Networks = Annotated[tuple[Annotated[Network, PlainValidator(written.network)], ...], BeforeValidator(many)]


class WantedWritten(Written):
    """Which changes an endpoint gets: those of which all that is said holds; all, if nothing is said."""

    to: Names = ()
    from_: Annotated[Names, Field(alias="from")] = ()
    treatment: Annotated[tuple[Treatment, ...], BeforeValidator(many)] = ()
    leads: Annotated[Literal["all", "known"], PlainValidator(one_of("all", "known"))] = "all"


class EndpointWritten(Written):
    """What every kind of endpoint has."""

    when: WantedWritten = WantedWritten()
    contact: Bool = False
    concurrency: Annotated[int, PlainValidator(whole(1, 64))] = 8
    timeout: Annotated[int, PlainValidator(written.timeout)] = 20_000
    retry: Annotated[tuple[int, ...], PlainValidator(written.waits)] = RETRY_MS
    allow_networks: Networks = ()


class WebhookWritten(EndpointWritten):
    """A receiver of Standard Webhooks."""

    kind: Literal["webhook"] = "webhook"
    url: Annotated[str | Place, PlainValidator(written.address)]
    secrets: Annotated[tuple[Secret, ...], BeforeValidator(many), Field(max_length=5)]
    headers: Annotated[dict[Header, Secret], Field(max_length=10)] = {}
    notices: Bool = False


class HubspotWritten(EndpointWritten):
    """Contacts in HubSpot."""

    kind: Literal["hubspot"]
    token: Secret
    stages: Annotated[dict[Name, Property], entries(50)]
    properties: Annotated[dict[Property, Annotated[str, PlainValidator(one_of(*TOLD))]], Field(max_length=50)] = {}
    lead_id_property: Property | None = None
    url: Annotated[str, PlainValidator(written.checked_url)] = HUBSPOT


def _known_kind(endpoint: object) -> object:
    if not isinstance(endpoint, dict):
        raise ValueError(f"must be keys and values, not {shown(endpoint)}")
    if endpoint.get("kind", "webhook") not in KINDS:
        raise ValueError(f"kind must be {' or '.join(KINDS)}, not {shown(endpoint['kind'])}")
    return endpoint


def _kind(endpoint: Any) -> str:
    """Which kind a dict, or a model that was made from one, is of."""
    return str(endpoint.get("kind", "webhook") if isinstance(endpoint, dict) else endpoint.kind)


AnyEndpoint = Annotated[
    Annotated[WebhookWritten, Tag("webhook")] | Annotated[HubspotWritten, Tag("hubspot")],
    Discriminator(_kind),
    BeforeValidator(_known_kind),
]


class DeliverWritten(Written):
    """The file."""

    deliver: Annotated[int, PlainValidator(whole(1, 1))]
    begin: Annotated[Literal["beginning", "now"], PlainValidator(one_of("beginning", "now"))] = "beginning"
    endpoints: Annotated[dict[Name, AnyEndpoint], entries(50)]
