"""What a projector tells Prometheus, where each thing happens. `intentflow.metrics` lists them all."""

from collections.abc import Mapping

from intentflow.adapters import prometheus
from intentflow.metrics import PROJECTOR
from intentflow.readmodel.pulse import Pulse
from intentflow.readmodel.writes import Writes


class ProjectorMetrics:
    """One projector's metrics, on a registry of their own."""

    def __init__(self) -> None:
        made = prometheus.Registered(PROJECTOR)
        self.registry, self._counters, self._gauges = made.registry, made.counters, made.gauges

    def took(self, counts: Mapping[str, int], writes: Writes) -> None:
        """A batch is in Redis; so many records by topic."""
        self._counters["projector_batches"].inc()
        self._counters["projector_leads_written"].inc(len(writes.rows))
        self._counters["projector_leads_erased"].inc(len(writes.gone))
        self._counters["projector_strange_records"].inc(writes.strange)
        for topic, count in counts.items():
            self._counters["projector_records"].labels(topic).inc(count)

    def moved(self) -> None:
        """A batch found Redis elsewhere than it was left."""
        self._counters["projector_batches_moved"].inc()

    def failed(self, of: str) -> None:
        """It has to begin again."""
        self._counters["projector_failures"].labels(of).inc()

    def leads(self, is_at_work: bool) -> None:
        """Whether it is at work, or stands by."""
        self._gauges["projector_leading"].set(is_at_work)
        if not is_at_work:
            self._gauges["projector_stage_leads"].clear()  # another one tells it now

    def standing(self, counts: Mapping[str, int]) -> None:
        """So many leads stand in each stage."""
        for stage, count in counts.items():
            self._gauges["projector_stage_leads"].labels(stage).set(count)

    def stands(self, pulse: Pulse) -> None:
        """How the projector is."""
        self._gauges["projector_generation"].set(pulse.generation)
        self._gauges["projector_built_ratio"].set(pulse.built)
        if pulse.lag is not None:
            self._gauges["projector_lag_records"].set(pulse.lag)
        if pulse.worker_lag is not None:
            self._gauges["projector_worker_lag_records"].set(pulse.worker_lag)
