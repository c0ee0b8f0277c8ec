"""One scored shop for all commands that look at state: made once, its worker stopped, so that nothing moves under the tests."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from intentflow.cli.main import app as command_line
from intentflow.errors import IntentflowError
from tests.system.records import Sending, events, send, settled
from tests.system.workers import App

ANNA = "anna@example.com"
STRANGER = b"v:stranger\x1b[2J"  # of whom there is nothing but a record that was refused
Run = Callable[..., Result]


def event(number: int, family: str, action: str | None, **more: Any) -> bytes:
    at = datetime.now(UTC) - timedelta(minutes=30 - number)
    said = {"event_id": f"known-{number}", "family": family, "occurred_at": at.isoformat(), **more}
    said |= {"action": action} if action else {}
    return json.dumps(said).encode()


def known() -> list[Sending]:
    """Anna, whose browser was seen before she signed up; and a company whose name would be a formula."""
    page = {"page": {"url": "https://shop.example/pricing"}}
    evil = {"company": "=HYPERLINK(1)"}
    return [
        (b"v:c0ffee", event(0, "website_visit", "view", visitor_id="c0ffee", **page)),
        (f"l:{ANNA}".encode(), event(1, "newsletter_signup", "signup", email=ANNA, visitor_id="c0ffee")),
        (f"l:{ANNA}".encode(), event(2, "newsletter_signup", "confirm", email=ANNA)),
        (b"l:evil", event(3, "profile", None, lead_id="evil", profile=evil, provenance="form", given_freely=True)),
        (b"l:evil", b"\xff{"),
        (STRANGER, b"\xff{"),
    ]


@pytest.fixture(scope="session")
def shop(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """200 events of 20 leads, and those that are known; all committed."""
    with App(kafka.bootstrap, tmp_path_factory.mktemp("shop"), partitions=2) as app:
        worker = app.worker().ready()
        send(app, [*events(200, 20, seed=1), *known()])
        settled(app)
        assert worker.stop() == 0
        yield app


def ended(arguments: list[str], env: dict[str, str], code: int) -> Result:
    """How a command ends; our own errors with their exit codes, as `main` has them."""
    end = CliRunner().invoke(command_line, arguments, env=env)
    was = end.exception.exit_code if isinstance(end.exception, IntentflowError) else end.exit_code
    assert was == code, f"{end.output}\n{end.exception!r}"
    return end


@pytest.fixture(scope="session")
def run(shop: App) -> Run:
    """Runs a command on the shop, and sees that it ends as expected."""
    settings = shop.settings
    env = {"INTENTFLOW_APP_ID": settings.app_id, "INTENTFLOW_PREFIX": settings.prefix, "INTENTFLOW_PARTITIONS": "2"}
    env |= {"INTENTFLOW_BOOTSTRAP": settings.bootstrap, "INTENTFLOW_FAMILY_TOPICS": "false", "COLUMNS": "200"}

    def run(*arguments: str, code: int = 0, **more: str) -> Result:
        return ended([*arguments, "--data", str(shop.folder)], {**env, **more}, code)

    return run
