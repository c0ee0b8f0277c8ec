"""Made for the tests of delivery: endpoints, changes, records."""

import msgspec

from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.load import Deliver, DeliverError, endpoints, understood

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
    return msgspec.structs.replace(found[name], **other)
