import time

import pytest
from prometheus_client import CollectorRegistry

from intentflow.adapters.server_process import free_port
from intentflow.deliver.deliverer import Deliverer
from intentflow.deliver.health import LIVE_SECONDS, not_live, not_ready, serving
from intentflow.deliver.tenure import Tenure
from intentflow.deliver.topics import names_of
from intentflow.errors import ConfigError
from intentflow.settings import Settings

SETTINGS = Settings()


def tenure(number: int) -> Tenure:
    return Tenure(number, SETTINGS.kafka, names_of(SETTINGS), "g", None, Deliverer([]), from_now=False)


def test_it_is_ready_once_it_has_taken_all_that_it_was_given():
    assert not_ready(SETTINGS, {}, assigned=False) == "waiting for partitions of group intentflow-deliver"
    tenures = {3: tenure(3), 1: tenure(1)}
    assert not_ready(SETTINGS, tenures, assigned=True) == "taking partitions 1, 3"
    for number, one in tenures.items():
        one.partition = one.deliverer.take(number, {}, {})
    assert not_ready(SETTINGS, tenures, assigned=True) == ""
    assert not_ready(SETTINGS, {}, assigned=True) == ""


def test_an_event_loop_that_does_not_turn_is_not_alive():
    assert not_live(time.monotonic()) == ""
    assert not_live(time.monotonic() - LIVE_SECONDS - 1) == "the event loop has not turned for 31 s"


def test_a_port_that_is_taken_is_said_with_the_option_that_chooses_another():
    settings = SETTINGS.model_copy(update={"deliver_metrics_port": free_port()})
    end = serving(settings, CollectorRegistry(), {})
    try:
        with pytest.raises(ConfigError, match="choose another --metrics-port"):
            serving(settings, CollectorRegistry(), {})
    finally:
        end()
