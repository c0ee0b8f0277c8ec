import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from intentflow.adapters.prometheus import Registered, serve
from intentflow.adapters.server_process import free_port
from intentflow.metrics import PARTS


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def wrong() -> list[str]:
    return []


@pytest.fixture
def port(wrong: list[str]) -> Iterator[int]:
    made, number = Registered(PARTS["worker"]), free_port()
    made.gauges["leads"].set(7)
    end = serve(made.registry, number, checks={"ready": lambda: "".join(wrong)})
    yield number
    end()


def test_metrics_are_told_with_their_meaning(port):
    status, text = get(port, "/metrics")
    assert status == 200
    assert "# HELP intentflow_leads Leads held by this worker" in text
    assert "intentflow_leads 7.0" in text


def test_a_check_says_what_is_wrong_and_that_it_is_over(port, wrong):
    assert get(port, "/ready") == (200, "ok\n")
    wrong.append("recovering: 1 of 2")
    assert get(port, "/ready") == (503, "recovering: 1 of 2\n")
    wrong.clear()
    assert get(port, "/ready") == (200, "ok\n")


def test_another_path_says_which_there_are(port):
    assert get(port, "/etc/passwd") == (404, "nothing here; try /metrics, /ready\n")


def test_a_port_that_is_taken_is_an_error(port):
    with pytest.raises(OSError, match="in use"):
        serve(Registered(()).registry, port)


def test_every_metric_of_every_part_can_be_made():
    for metrics in PARTS.values():
        made = Registered(metrics)
        assert len(made.counters) + len(made.gauges) + len(made.histograms) == len(metrics)
