"""A deliver.yaml and what is probably not meant, side by side."""

import pytest

from intentflow.deliver.lint import lint
from tests.deliver.made import WRITTEN, deliver


def found(text: str) -> list[str]:
    return [f"{finding.line}: {finding.text}" for finding in lint(deliver(text))]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("https://crm", "http://crm"), '4: endpoint "crm": url must begin with https:// outside of your own network'),
        (
            ("secrets:", "contact: true\n    notices: true\n    secrets:"),
            '6: endpoint "crm": notices: a cart notice does not say',
        ),
        (
            ("token:", "when: {to: [mql, pql]}\n    token:"),
            '10: endpoint "hubspot": stages is without pql, which when.to asks for',
        ),
        (("secrets:", "retry: [0s, 5s]\n    secrets:"), '5: endpoint "crm": retry must have more entries'),
    ],
)
def test_what_is_probably_not_meant_is_told(change, said):
    (line,) = found(WRITTEN.replace(change[0], change[1], 1))
    assert said in line


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:169.254.169.254]", "10.0.0.1:8443"])
def test_an_address_that_nothing_would_be_sent_to_is_told_before_anything_is(host):
    (line,) = found(WRITTEN.replace("crm.example", host))
    assert '4: endpoint "crm": url must have a public address, or one that allow_networks names' in line


def test_a_sound_file_has_no_findings():
    assert found(WRITTEN) == []


def test_http_within_an_own_network_is_fine():
    assert (
        found(
            WRITTEN.replace("https://crm", "http://crm").replace("secrets:", "allow_networks: 10.0.0.0/8\n    secrets:")
        )
        == []
    )
