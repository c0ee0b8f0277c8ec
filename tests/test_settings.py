"""Settings: what is said where, what is refused, and that no secret is repeated."""

import os
from typing import Any

import pytest

from intentflow.adapters.embedded_command import environment
from intentflow.compiled import PURE
from intentflow.errors import ConfigError
from intentflow.settings import Settings, secrets, sources
from intentflow.settings_sources import CONFIG, PREFIX, SECRETS

LOGIN: dict[str, Any] = {"security_protocol": "SASL_SSL", "sasl_username": "anna", "sasl_password": "geheim"}


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    """No setting is said outside of the test."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Writes a configuration file that is in force."""

    def write(text, name="intentflow.toml"):
        path = tmp_path / name
        path.write_text(text)
        monkeypatch.setenv(CONFIG, str(path))
        return path

    return write


def test_of_two_places_the_first_counts_argument_environment_secret_file_configuration_file_default(
    written, tmp_path, monkeypatch
):
    path = written('partitions = 1\nchunk = 1\nsasl_username = "file"\nin_flight = 1\n')
    monkeypatch.setenv(SECRETS, str(tmp_path))
    (tmp_path / "sasl_username").write_text("secret\n")
    monkeypatch.setenv("INTENTFLOW_PARTITIONS", "2")
    monkeypatch.setenv("INTENTFLOW_CHUNK", "2")
    made = Settings(partitions=3)
    assert (made.partitions, made.chunk, made.sasl_username, made.in_flight, made.replication) == (3, 2, "secret", 1, 1)
    assert {name: one.where for name, one in sources().items()} == {
        "partitions": "environment INTENTFLOW_PARTITIONS",
        "chunk": "environment INTENTFLOW_CHUNK",
        "sasl_username": f"secret file {tmp_path / 'sasl_username'}",
        "in_flight": f"{path}:4",
    }


def test_a_file_in_yaml_says_the_same_as_one_in_toml(written):
    written("partitions: 5\nfamily_topics: false\n", "intentflow.yaml")
    assert (Settings().partitions, Settings().family_topics) == (5, False)


def test_an_empty_variable_says_nothing(monkeypatch):
    monkeypatch.setenv("INTENTFLOW_PARTITIONS", "")
    assert Settings().partitions == 8


def test_names_that_no_setting_has_are_refused_all_at_once_with_their_place_and_the_nearest_that_there_is(
    written, monkeypatch
):
    path = written("partitions = 3\n\nsesion_timeout = 3\nnothing_like_it = 1\n")
    monkeypatch.setenv("INTENTFLOW_PARTITONS", "3")
    with pytest.raises(ConfigError) as refused:
        Settings()
    assert str(refused.value).splitlines() == [
        "Settings that there are not:",
        "  INTENTFLOW_PARTITONS (environment): did you mean INTENTFLOW_PARTITIONS?",
        f"  sesion_timeout ({path}:3): did you mean session_timeout?",
        f"  nothing_like_it ({path}:4): see docs/configuration.md for those that there are",
    ]


@pytest.mark.parametrize("name", ["CONSOLE_SERVICE_HOST", "CONSOLE_SERVICE_PORT_HTTP", "CONSOLE_PORT_8081_TCP_ADDR"])
def test_a_variable_that_kubernetes_makes_of_a_service_is_known_for_what_it_is(name, monkeypatch):
    monkeypatch.setenv(PREFIX + name, "10.0.0.1")
    with pytest.raises(ConfigError, match="enableServiceLinks: false"):
        Settings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("partitions = 0\n", r"partitions \(.*intentflow.toml:1\): should be greater than or equal to 1 \(given: 0\)"),
        ("clock = 'sun'\n", r"clock \(.*:1\): should be 'wall' or 'records' \(given: 'sun'\)"),
        ("security_protocol = 'SASL_SSL'\n", "security_protocol SASL_SSL needs sasl_username and sasl_password"),
        ("tls_key = 'k.pem'\n", "tls_key needs tls_cert"),
        ("partitions 3\n", r"intentflow.toml: Expected '='"),
    ],
)
def test_a_value_that_is_not_right_is_told_with_its_place(text, words, written):
    written(text)
    with pytest.raises(ConfigError, match=words):
        Settings()


def test_a_file_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv(CONFIG, "nowhere.toml")
    with pytest.raises(ConfigError, match=r"INTENTFLOW_CONFIG: nowhere.toml cannot be read \(No such file"):
        Settings()
    monkeypatch.delenv(CONFIG)
    monkeypatch.setenv(SECRETS, "nowhere")
    with pytest.raises(ConfigError, match="INTENTFLOW_SECRETS: nowhere is no folder"):
        Settings()


@pytest.mark.parametrize("name", ["intentflow.yaml", "intentflow.toml"])
@pytest.mark.parametrize(
    "text", ["partitions: = [", "\0", "1: 2", "partitions: 2026-99-99", "partitions: !!int x", "deep"]
)
def test_a_file_that_is_no_good_is_told_with_its_name_whatever_is_in_it(text, name, written):
    sign = ":" if name.endswith("yaml") else "="
    path = written(f"partitions {sign} " + "[" * 50_000 if text == "deep" else text, name)
    with pytest.raises(ConfigError) as told:
        Settings()
    assert str(path) in str(told.value)


def test_a_list_in_a_variable_that_is_nested_without_end_is_no_list(monkeypatch):
    monkeypatch.setenv("INTENTFLOW_LANDING_PAGES", "[" * 50_000)
    with pytest.raises(ConfigError, match="landing_pages"):
        Settings()


def test_a_file_of_comments_alone_says_nothing(written):
    for name in ("intentflow.yaml", "intentflow.toml"):
        written("# partitions\n", name)
        assert sources() == {}


def test_a_secret_file_that_is_no_text_is_named_and_not_repeated(tmp_path, monkeypatch):
    (tmp_path / "sasl_password").write_bytes(b"geheim\xff")
    monkeypatch.setenv(SECRETS, str(tmp_path))
    with pytest.raises(ConfigError, match="sasl_password cannot be read") as told:
        Settings()
    assert "geheim" not in f"{told.value} {told.value.__cause__!r}"


def test_no_secret_is_in_what_settings_and_their_errors_say(written):
    made = Settings(**LOGIN, redis_url="rediss://:geheim@redis/0")
    written("sasl_password = ['geheim']\n")
    with pytest.raises(ConfigError) as refused:
        Settings()
    said = f"{made!r} {made} {made.kafka!r} {made.model_dump_json()} {refused.value} {refused.value.__cause__!r}"
    assert "geheim" not in said
    assert "sasl_password" in str(refused.value)
    assert {"sasl_password", "tls_key_password", "redis_url"} <= set(secrets())


def test_a_process_that_we_start_knows_all_that_we_know(monkeypatch):
    ours = Settings(**LOGIN, partitions=3, family_topics=False, chunk=7)
    for name, value in environment(ours).items():
        if name.startswith(PREFIX):
            monkeypatch.setenv(name, value)
    assert Settings() == ours


def test_what_asks_for_the_core_in_plain_python_is_no_setting_and_no_mistake(monkeypatch):
    monkeypatch.setenv(PURE, "1")
    assert Settings().chunk == 5000
