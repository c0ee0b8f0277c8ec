"""What holds for every test: how Hypothesis searches, that CI runs them all, and the one real broker that tests share."""

import asyncio
import io
import os
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from intentflow.adapters.embedded_kafka import EmbeddedKafka
from tests.beside import BesideTheBroker

os.environ.pop("COLUMNS", None)  # a worker of xdist sets it; a console that is made under it keeps that width for ever
IN_CI = os.environ.get("CI", "") not in ("", "0", "false")

# No deadline: a property that shares two cores with a broker is slow at times without being wrong.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# CI looks at the same examples every time, so that it fails for what a commit changed; new ones are looked for by hand.
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, print_blob=True)
settings.load_profile("ci" if IN_CI else "here")

skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what was skipped for want of a tool: in CI none may be missing. Data kept beside the repository may."""
    if report.skipped and not hasattr(report, "wasxfail") and "beside the repository" not in str(report.longrepr):
        skipped.append(report.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where the coroutines of a test stood when its time was over: the stack of the loop says nothing of them."""
    report = yield
    if report.when == "call" and "pytest-timeout" in str(report.longrepr):
        told = io.StringIO()
        for name, made in getattr(item, "funcargs", {}).items():
            if name.endswith("_scoped_runner"):
                for task in asyncio.all_tasks(made.get_loop()):
                    task.print_stack(file=told)
        report.sections.append(("tasks that were under way", told.getvalue()))
    return report


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """The same for a whole module that skips itself."""
    if report.skipped:
        skipped.append(report.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A skip in CI is a failure: there a test that didn't run would never run."""
    if IN_CI and skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which skips made CI fail."""
    if IN_CI and skipped:
        terminalreporter.section("skipped, which CI doesn't allow")
        for name in skipped:
            terminalreporter.line(name)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BesideTheBroker:
    """The broker's tests are handed out first, since they take longest: they are in the first file."""
    config.option.loadscopereorder = False
    return BesideTheBroker(config, log)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """One Apache Kafka for all tests of a run, at `kafka.bootstrap`; a test uses topics and groups of its own names."""
    with EmbeddedKafka(tmp_path_factory.mktemp("broker")) as broker:
        yield broker
