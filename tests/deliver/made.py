"""Made for the tests of delivery: endpoints, changes, records."""

import msgspec

from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.load import Deliver, DeliverError, endpoints, understood
from intentflow.deliver.told import Told, told_of
from intentflow.wire.changes import NOTICE_TYPE, TYPE, headers_of

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of the specification's own examples
OLD_SECRET = "whsec_b2xkLXNlY3JldC1vZi10aGUtdGVzdHMtMDE="  # noqa: S105 - made up for the tests
ENVIRON = {"CRM_SECRET": SECRET, "OLD_SECRET": OLD_SECRET, "HUBSPOT_TOKEN": "pat-test-1", "AUTH": "Bearer x"}
WRITTEN = """\
deliver: 1
endpoints:
  crm:
    url: https://crm.example/hooks
    secrets: [{env: CRM_SECRET}]
  hubspot:
    kind: hubspot
    token: {env: HUBSPOT_TOKEN}
    stages: {prospect: lead, mql: marketingqualifiedlead, sql: salesqualifiedlead}
"""


def deliver(text: str = WRITTEN) -> Deliver:
    """What is written in a deliver.yaml."""
    return understood("deliver.yaml", text.encode())


def findings(text: str, environ: dict[str, str] | None = None) -> list[str]:
    """What is said of a deliver.yaml that cannot be used; nothing if it can."""
    try:
        endpoints(deliver(text), ENVIRON if environ is None else environ)
    except DeliverError as error:
        return str(error).splitlines()
    return []


def endpoint(name: str = "crm", **other: object) -> Endpoint:
    """An endpoint of the file above, with other things about it."""
    found = {one.name: one for one in endpoints(deliver(), ENVIRON)}
    return msgspec.structs.replace(found.get(name, found["crm"]), **{"name": name, **other})


def change(lead: str, sequence: int, to: str = "mql", **other: object) -> dict[str, object]:
    """A qualification change as it is published, with an id of its lead and its number."""
    said: dict[str, object] = {
        "id": f"{lead}#{sequence}",
        "lead": lead,
        "sequence": sequence,
        "from": "prospect",
        "to": to,
        "at": "2026-05-01T10:00:00.000Z",
        "cause": {"kind": "decay"},
        "scores": {"engagement": 33.5, "fit": 0.0, "intent": 4.25},
        "receipts": [],
        "answers": {"eligible": True, "meets_criteria": None, "criteria_met": 0, "criteria": 0, "likelihood": None},
        "missing": [],
        "treatment": "nurture" if to == "mql" else "sales" if to == "sql" else "none",
        "follow_up_by": None,
        "model": {"name": "retail", "version": 1, "hash": "9f2c"},
    }
    return said | other


def notice(lead: str, cart: str) -> dict[str, object]:
    """A notice of an abandoned cart as it is published."""
    return {
        "id": f"{lead}#{cart}",
        "kind": "abandoned",
        "lead": lead,
        "cart_id": cart,
        "at": "2026-05-01T10:00:00.000Z",
        "last_used": "2026-05-01T09:00:00.000Z",
        "value": None,
        "lines": None,
        "model": {"name": "retail", "version": 1, "hash": "9f2c"},
    }


def record(said: dict[str, object]) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Value and headers of its record."""
    value = msgspec.json.encode(said)
    return value, headers_of(value, NOTICE_TYPE if "cart_id" in said else TYPE)


def told(said: dict[str, object]) -> Told:
    """What its record tells."""
    found = told_of(*record(said), notice="cart_id" in said)
    assert isinstance(found, Told)
    return found
