"""What in a deliver.yaml can be used, and is probably not meant."""

from collections.abc import Iterator
from ipaddress import ip_address

from yarl import URL

from intentflow.deliver.addresses import is_allowed
from intentflow.deliver.load import Deliver
from intentflow.deliver.schema import HubspotWritten, WebhookWritten
from intentflow.model.document import findings_of
from intentflow.model.findings import Finding, Flaw


def lint(deliver: Deliver) -> tuple[Finding, ...]:
    """The findings, in the order of the file."""
    flaws = [flaw for name, one in deliver.written.endpoints.items() for flaw in _flaws(name, one)]
    return tuple(findings_of(deliver.document, flaws, "deliver"))


def _flaws(name: str, one: WebhookWritten | HubspotWritten) -> Iterator[Flaw]:
    path = ("endpoints", name)
    if isinstance(one.url, str) and URL(one.url).scheme == "http" and not one.allow_networks:
        yield Flaw(
            (*path, "url"), "must begin with https:// outside of your own network: what is sent can be read on the way"
        )
    if isinstance(one.url, str) and not _may_be_there(URL(one.url).host or "", one):
        yield Flaw(
            (*path, "url"), "must have a public address, or one that allow_networks names: nothing is sent elsewhere"
        )
    if isinstance(one, WebhookWritten) and one.contact and one.notices:
        yield Flaw(
            (*path, "notices"),
            "a cart notice does not say whether somebody may be contacted: the receiver must know that itself, or take notices out",
        )
    if isinstance(one, HubspotWritten):
        unmapped = [stage for stage in one.when.to if stage not in one.stages]
        if unmapped:
            yield Flaw(
                (*path, "stages"),
                f"is without {', '.join(unmapped)}, which when.to asks for: HubSpot's stage stays as it is",
            )
    if len(one.retry) < 3:
        yield Flaw(
            (*path, "retry"),
            "must have more entries to outlast a receiver that is restarted; leave it out for ten over three days",
        )


def _may_be_there(host: str, one: WebhookWritten | HubspotWritten) -> bool:
    """Whether something would be sent, as far as that can be told without a look-up."""
    try:
        return is_allowed(ip_address("127.0.0.1" if host == "localhost" else host), one.allow_networks)
    except ValueError:
        return True
