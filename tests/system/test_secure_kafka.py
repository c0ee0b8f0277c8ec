"""TLS and SCRAM on a real Apache Kafka: a worker that logs in does all that any does; one that may not in says why."""

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from intentflow.model.load import load
from intentflow.operate.doctor import rights
from intentflow.operate.rights import READ, WRITE
from intentflow.settings import Settings
from intentflow.verify.run import Verifier, Wish
from tests.system.records import events, make_topics, send, settled
from tests.system.secure_kafka import GROUP, LITERAL, PASSWORD, TOPIC, USER, SecureKafka
from tests.system.workers import App

pytestmark = [pytest.mark.broker, pytest.mark.slow]


@pytest.fixture
def broker(secure_kafka: SecureKafka) -> SecureKafka:
    return secure_kafka


def access(broker: SecureKafka, **other: str) -> dict[str, str]:
    """The environment of who comes by the secure door."""
    said = {
        "bootstrap": broker.secure, "security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-512", "sasl_username": USER,
        "sasl_password": PASSWORD, "tls_ca": str(broker.authority),
    }  # fmt: skip
    return {f"INTENTFLOW_{name.upper()}": value for name, value in {**said, **other}.items()}


def command(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "intentflow", *arguments],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_worker_that_logs_in_over_tls_scores_and_what_it_did_verifies(broker, tmp_path, monkeypatch):
    with App(broker.bootstrap, tmp_path) as app:
        make_topics(app)
        worker = app.worker(**access(broker)).ready()
        send(app, events(600, 60, seed=3))
        settled(app)
        assert worker.stop() == 0
        assert PASSWORD not in worker.said
        for name, value in access(broker).items():
            monkeypatch.setenv(name, value)
        verifier = Verifier(Settings().kafka, app.names, load("retail"), lambda what, done, total: None)
        report = asyncio.run(verifier.run(Wish("none", settled=True)))
        assert report.shown == []
        assert report.checked.leads > 10


WRONG = [  # what is said otherwise, and what the answer must name
    ({"sasl_password": "a wrong one"}, "sasl_password"),
    ({"tls_ca": ""}, "tls_ca"),
    ({"tls_ca": "/nowhere/ca.pem"}, "/nowhere/ca.pem"),
    ({"security_protocol": "PLAINTEXT"}, "security_protocol"),
]


def test_who_may_not_in_is_told_what_is_wrong_and_no_secret(broker):
    with ThreadPoolExecutor(len(WRONG)) as at_once:
        answers = list(at_once.map(lambda each: command(access(broker, **each[0]), "topics", "verify"), WRONG))
    for (other, named), done in zip(WRONG, answers, strict=True):
        assert done.returncode in (2, 69), (other, done)
        assert named in done.stderr.lower(), other
        assert "Traceback" not in done.stderr
        assert PASSWORD not in done.stdout + done.stderr


async def test_a_collector_s_user_is_told_for_one_and_for_no_worker(broker: SecureKafka, tmp_path):
    app = App(broker.bootstrap, tmp_path)
    await asyncio.to_thread(make_topics, app)
    names = app.names
    both = [(TOPIC, topic, LITERAL, WRITE) for topic in (names.events, names.rejections)]
    user = f"collector-{names.prefix}"
    await asyncio.to_thread(broker.admit, user, "horse", [*both, (GROUP, "another", LITERAL, READ)])
    settings = Settings(
        bootstrap=broker.secure, security_protocol="SASL_SSL", sasl_username=user, sasl_password="horse",  # noqa: S106 - made up
        tls_ca=broker.authority, prefix=names.prefix, app_id=names.app_id,
    )  # fmt: skip
    [told] = await rights(settings)
    assert (told.stands, "these parts do: collector (" in told.says) == ("well", True)
    assert f"write {names.changelog}" in told.says
    [open_door] = await rights(
        settings.model_copy(update={"bootstrap": broker.bootstrap, "security_protocol": "PLAINTEXT"})
    )
    assert open_door.says == "may do what these parts do: collector, worker, projector, deliver"
