"""Whether an endpoint gets a change, and if not, why: the words of `intentflow_deliver_skipped_total`."""

from typing import Literal

from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.told import Said, Told

Why = Literal["not_wanted", "notice", "do_not_contact", "no_email"]


def skipped(endpoint: Endpoint, told: Told) -> Why | None:
    """Why an endpoint does not get a change; None if it does."""
    said = told.said
    if told.notice:
        return None if endpoint.notices and _known(endpoint, said) else "notice"
    if not _is_wanted(endpoint, said):
        return "not_wanted"
    if endpoint.contact and said.treatment != "none" and not said.answers.eligible:
        return "do_not_contact"
    if endpoint.kind == "hubspot" and identity(said.lead, endpoint.lead_id_property) is None:
        return "no_email"
    return None


def _is_wanted(endpoint: Endpoint, said: Said) -> bool:
    when = endpoint.when
    return (
        (not when.to or said.to_stage in when.to)
        and (not when.from_ or said.from_stage in when.from_)
        and (not when.treatment or said.treatment in when.treatment)
        and _known(endpoint, said)
    )


def _known(endpoint: Endpoint, said: Said) -> bool:
    return endpoint.when.leads == "all" or said.lead.startswith("l:")


def identity(lead: str, lead_id_property: str | None) -> tuple[str, str] | None:
    """By which property a CRM knows a lead, and its value there; None if it cannot know it."""
    kind, _, name = lead.partition(":")
    if kind != "l":
        return None
    if "@" in name:
        return "email", name
    return None if lead_id_property is None else (lead_id_property, name)
