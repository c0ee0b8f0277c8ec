"""A deliver.yaml in, endpoints or everything that is wrong with it out."""

import re
from pathlib import Path

import pytest

from intentflow.deliver.load import DeliverError, endpoints, load
from intentflow.deliver.schema import WebhookWritten
from tests.deliver.made import ENVIRON, OLD_SECRET, SECRET, WRITTEN, deliver, findings

PAGE = Path(__file__).parents[2] / "docs" / "delivery.md"


def test_a_sound_file_gives_its_endpoints_with_their_secrets():
    crm, hubspot = endpoints(deliver(), ENVIRON)
    assert (crm.name, crm.kind, crm.batch, crm.url.get_secret_value()) == (
        "crm",
        "webhook",
        1,
        "https://crm.example/hooks",
    )
    assert [secret.get_secret_value() for secret in crm.secrets] == [SECRET]
    assert (hubspot.kind, hubspot.batch, list(hubspot.stages)) == ("hubspot", 100, ["prospect", "mql", "sql"])


def test_nothing_secret_is_in_what_an_endpoint_says_of_itself():
    said = repr(endpoints(deliver(), ENVIRON))
    assert not [text for text in (*ENVIRON.values(), "crm.example") if text in said]


def test_a_secret_may_lie_in_a_file(tmp_path):
    file = tmp_path / "secret"
    file.write_text(f"{OLD_SECRET}\n")
    (crm, _) = endpoints(
        deliver(WRITTEN.replace("[{env: CRM_SECRET}]", f"[{{env: CRM_SECRET}}, {{file: {file}}}]")), ENVIRON
    )
    assert [secret.get_secret_value() for secret in crm.secrets] == [SECRET, OLD_SECRET]


def test_a_url_that_is_secret_comes_from_the_environment():
    text = WRITTEN.replace("https://crm.example/hooks", "{env: CRM_URL}")
    (crm, _) = endpoints(deliver(text), ENVIRON | {"CRM_URL": "https://hooks.example/T0/B1/x"})
    assert crm.url.get_secret_value() == "https://hooks.example/T0/B1/x"


def test_an_endpoint_that_moves_has_another_mark():
    moved = WRITTEN.replace("/hooks", "/elsewhere")
    assert endpoints(deliver(), ENVIRON)[0].mark != endpoints(deliver(moved), ENVIRON)[0].mark


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("deliver: 1", "deliver: 2"), "1: deliver must be a whole number from 1 to 1, not 2"),
        (("deliver: 1", "deliver: 1\nbegin: today"), '2: begin must be beginning or now, not "today"'),
        (("endpoints:", "endpoint:"), '2: unknown key "endpoint" (did you mean endpoints?)'),
        (
            ("  crm:", "  Crm:"),
            '3: endpoint "Crm": the name must be of lower-case letters, digits, _ and -, like pricing_page, not "Crm"',
        ),
        (("url: https", "url: ftp"), '4: endpoint "crm": url must be a URL that begins with https://'),
        (("url: https://", "url: https://me:pw@"), '4: endpoint "crm": url must not hold a user or password'),
        (("crm.example", "crm .example"), '4: endpoint "crm": url must be a URL without spaces'),
        (
            ("url: https://crm.example/hooks", 'url: "https://crm.example/\\nX: 1"'),
            '4: endpoint "crm": url must be a URL without',
        ),
        (
            ("crm.example", "2130706433"),
            '4: endpoint "crm": url must be a URL without spaces, with a whole name or address',
        ),
        (("crm.example", "127.1"), '4: endpoint "crm": url must be a URL without spaces, with a whole name or address'),
        (("/hooks", "/hooks#top"), '4: endpoint "crm": url must not have a fragment'),
        (("url: https://crm.example/hooks", "url: [a]"), '4: endpoint "crm": url must be a URL that begins'),
        (
            ("{env: CRM_SECRET}", SECRET),
            '5: endpoint "crm": secrets: entry 1 must say where the secret is, not the secret itself',
        ),
        (("{env: CRM_SECRET}", "{env: a b}"), '5: endpoint "crm": secrets: entry 1 must name an environment variable'),
        (("{env: CRM_SECRET}", "{vault: x}"), '5: endpoint "crm": secrets: entry 1 must be {env: NAME_OF_A_VARIABLE}'),
        (("secrets:", "secret:"), '5: endpoint "crm": a webhook\'s secrets are a list'),
        (("    secrets: [{env: CRM_SECRET}]\n", ""), '3: endpoint "crm": secrets is missing'),
        (
            ("kind: hubspot", "kind: salesforce"),
            '6: endpoint "hubspot": kind must be webhook or hubspot, not "salesforce"',
        ),
        (("kind: hubspot", "kind: hubspot\n    notices: true"), '8: endpoint "hubspot": unknown key "notices"'),
        (
            ("mql: marketing", "mql: Marketing "),
            '9: endpoint "hubspot": stages: mql must be an internal name in HubSpot',
        ),
        (("secrets:", "timeout: 2m\n    secrets:"), '5: endpoint "crm": timeout must be from 1s to 60s (try 20s)'),
        (("secrets:", "retry: 5\n    secrets:"), '5: endpoint "crm": retry must be a whole number with a unit'),
        (("secrets:", "allow_networks: 10.0.0.1/8\n    secrets:"), "must be a network like 10.20.0.0/16"),
        (
            ("secrets:", "headers: {Host: {env: AUTH}}\n    secrets:"),
            "must be a header's name that deliver does not set",
        ),
        (("secrets:", "when: {stage: sql}\n    secrets:"), '5: endpoint "crm": when: unknown key "stage"'),
        (("secrets:", "when: {from: SQL}\n    secrets:"), '5: endpoint "crm": when: from must be of lower-case'),
        (("secrets:", "filter: x\n    secrets:"), "changes are chosen with when"),
    ],
)
def test_a_mistake_is_told_with_line_place_and_remedy(change, said):
    found = findings(WRITTEN.replace(change[0], change[1], 1))
    assert [line for line in found if line.startswith("deliver.yaml:") and said in line], found


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (
            {"CRM_SECRET": ""},
            '5: endpoint "crm": secrets: entry 1: the environment has no CRM_SECRET: put the secret there',
        ),
        ({"CRM_SECRET": "whsec_?"}, "secrets: entry 1 must be base64, with or without whsec_ before it: make one with"),
        ({"CRM_SECRET": "whsec_c2hvcnQ="}, "secrets: entry 1 must be 24 to 64 bytes in base64; what is there has 5"),
        ({"HUBSPOT_TOKEN": "a\r\nX-Evil: 1"}, '8: endpoint "hubspot": token must be printable ASCII in one line'),
    ],
)
def test_a_secret_that_cannot_be_used_is_told_without_repeating_it(environ, said):
    found = findings(WRITTEN, ENVIRON | environ)
    assert [line for line in found if said in line], found
    assert not [line for line in found if "X-Evil" in line or "whsec_c2" in line]


def test_every_mistake_is_told_at_once():
    assert len(findings(WRITTEN.replace("https:", "ftp:").replace("HUBSPOT_TOKEN}", "HUBSPOT_TOKEN, file: x}"))) == 2


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(DeliverError, match=r"^nowhere.yaml: there is no such file$"):
        load("nowhere.yaml")


def test_an_empty_file_is_told_what_to_begin_with():
    assert findings("") == ["deliver.yaml:1: the file is empty; begin with the key deliver"]


def blocks_of_the_page() -> list[str]:
    """The YAML of docs/delivery.md."""
    return re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_endpoints_that_the_page_shows_can_be_used():
    general, hubspot, _ = blocks_of_the_page()
    crm, contacts = endpoints(deliver(general + hubspot), ENVIRON)
    assert (crm.name, crm.when.to, crm.when.leads) == ("crm", ("mql", "sql"), "known")
    assert (contacts.kind, list(contacts.stages)) == ("hubspot", ["prospect", "mql", "sql"])


def test_the_table_of_the_page_names_every_key_of_a_webhook():
    said = re.findall(r"^\| `([a-z_]+)` \| .* \|.*\|$", PAGE.read_text(), re.MULTILINE)
    assert said == [
        "kind",
        "url",
        "secrets",
        "headers",
        "when",
        "notices",
        "contact",
        "concurrency",
        "timeout",
        "retry",
        "allow_networks",
    ]
    assert set(said) == set(WebhookWritten.model_fields)
