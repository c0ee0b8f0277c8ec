"""What a deliverer tells Prometheus; the metrics' meanings are in `intentflow.metrics`. No label names a lead or a URL."""

import itertools
from collections import Counter
from typing import get_args

from intentflow.adapters.prometheus import Registered
from intentflow.deliver.deliverer import Deliverer, Waits
from intentflow.deliver.outlet import Outlet
from intentflow.deliver.rows import Reason
from intentflow.metrics import DELIVER

STATES = ("closed", "open", "half_open", "held", "disabled")


class Metrics(Registered):
    """One process's metrics, on a registry of their own."""

    def __init__(self, deliverer: Deliverer) -> None:
        super().__init__(DELIVER)
        self._deliverer = deliverer
        self._told: Counter[tuple[str, str, str]] = Counter()
        for name, reason in itertools.product(deliverer.outlets, get_args(Reason)):
            self.counters["deliver_dead_letters"].labels(name, reason)  # from 0 on: the first one must be seen as well

    def took(self, endpoint: str, seconds: float) -> None:
        """A request is over."""
        self.histograms["deliver_request_seconds"].labels(endpoint).observe(seconds)

    def look(self, now: int) -> None:
        """What is counted and what waits, as of `now` in epoch milliseconds."""
        self._count()
        waits = self._deliverer.waits()
        for name, outlet in self._deliverer.outlets.items():
            one = waits.get(name, Waits())
            self.gauges["deliver_waiting"].labels(name).set(one.changes)
            self.gauges["deliver_waiting_leads"].labels(name).set(one.leads)
            self.gauges["deliver_oldest_waiting_seconds"].labels(name).set(
                (now - one.oldest) / 1000 if one.leads else 0
            )
            for state in STATES:
                self.gauges["deliver_circuit"].labels(name, state).set(state == state_of(outlet, now))
        self.gauges["deliver_waiting_bytes"].set(self._deliverer.bytes)
        self.gauges["deliver_partitions"].set(len(self._deliverer.partitions))

    def _count(self) -> None:
        """What has happened since the last look."""
        for what, count in (self._deliverer.counts - self._told).items():
            name, *labels = what
            counter = self.counters[f"deliver_{name}"]
            given = [label for label in labels if label]
            (counter.labels(*given) if given else counter).inc(count)
        self._told = self._deliverer.counts.copy()


def state_of(outlet: Outlet, now: int) -> str:
    """How an endpoint is taken just now, in one word."""
    if outlet.disabled:
        return "disabled"
    state = outlet.circuit.state(now)
    return "held" if state == "closed" and now < outlet.held_until else state
