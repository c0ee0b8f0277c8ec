"""Addresses and credentials become arguments in one place, and every client is given them."""

import re
import ssl
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from intentflow.adapters.kafka_access import client_arguments, tls
from intentflow.errors import ConfigError
from intentflow.lane.credentials import broker_credentials
from intentflow.servers import KafkaAccess
from tests.house.tree import SRC, name_of, sources

CLIENT = re.compile(r"AIOKafka(?:Producer|Consumer|AdminClient)\(([^)]*)")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority and a certificate, as files."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("client").private_key_and_cert_chain_pem.write_to_path(folder / "client.pem")
    return folder


def test_an_address_alone_is_neither_encrypted_nor_logged_in():
    assert client_arguments("a:1,b:2") == {"bootstrap_servers": "a:1,b:2"}
    assert client_arguments(KafkaAccess("a:1"))["ssl_context"] is None
    assert broker_credentials(KafkaAccess("a:1")) is None


def test_a_login_is_given_to_aiokafka_and_to_faust_alike(certificates):
    access = KafkaAccess("a:1", "SASL_SSL", "SCRAM-SHA-256", "anna", SecretStr("geheim"), certificates / "ca.pem")
    given = client_arguments(access)
    assert isinstance(given.pop("ssl_context"), ssl.SSLContext)
    assert given == {
        "bootstrap_servers": "a:1",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": "anna",
        "sasl_plain_password": "geheim",
    }
    ours: Any = broker_credentials(access)
    assert (ours.protocol.value, ours.mechanism.value, ours.username, ours.password) == (
        "SASL_SSL",
        "SCRAM-SHA-256",
        "anna",
        "geheim",
    )
    assert "geheim" not in f"{access!r} {access} {ours!r}"


def test_the_broker_is_checked_and_our_own_certificate_shown(certificates):
    context = tls(KafkaAccess("a:1", "SSL", tls_ca=certificates / "ca.pem", tls_cert=certificates / "client.pem"))
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert len(context.get_ca_certs()) == 1


def test_a_file_that_cannot_be_read_is_named(certificates):
    with pytest.raises(ConfigError, match=r"TLS to Kafka: .*tls_ca=.*nowhere\.pem"):
        tls(KafkaAccess("a:1", "SSL", tls_ca=certificates / "nowhere.pem"))


def test_no_client_is_made_without_them():
    """The settings' addresses alone would speak plaintext to a broker that wants a login."""
    made = [
        (name_of(path), found)
        for path in sources()
        for found in CLIENT.findall(path.read_text())
        if SRC in path.parents
    ]
    assert made
    assert [where for where, given in made if "client_arguments" not in given and "**self._settings" not in given] == []
    given_away = re.compile(r"\((?:self\.|lane\.)?settings\.bootstrap\b(?!\.)")
    assert [name_of(path) for path in sources() if SRC in path.parents and given_away.search(path.read_text())] == []
