"""Health: whether what is shown is whole and current, and what to do if it is not. Pure."""

from msgspec import Struct

from intentflow.readmodel.deliverers import Deliverer, part_of
from intentflow.readmodel.pulse import Pulse
from intentflow.readmodel.views import HealthPart, Name, State

STANDS_STILL_MS = 15_000  # a worker that has something to do and does nothing


class Seen(Struct, frozen=True, kw_only=True):
    """What was found."""

    redis: str = ""  # why it does not answer; empty: it does
    memory: tuple[int, int] = (0, 0)  # used, and the most; 0: no bound
    policy: str = "noeviction"
    pulse: Pulse | None = None
    generation: int | None = None
    whole: bool = False
    model: str = ""  # the hash of the one that took effect last; empty: not known
    ours: str = ""
    deliverers: tuple[Deliverer, ...] = ()


def parts_of(seen: Seen, now: int) -> tuple[HealthPart, ...]:
    """What is to be said of each part."""
    parts = _redis(seen), _projector(seen, now), _kafka(seen, now), _worker(seen, now), _model(seen)
    webhooks = part_of(seen.deliverers, now)
    return parts if webhooks is None else (*parts, webhooks)


def worst(parts: tuple[HealthPart, ...]) -> State:
    """The state of the whole."""
    states = {part.state for part in parts}
    return "down" if "down" in states else "degraded" if "degraded" in states else "ok"


def _redis(seen: Seen) -> HealthPart:
    used, most = seen.memory
    if seen.redis:
        return _part(
            "redis", "down", f"Redis does not answer ({seen.redis}): start it, or look at INTENTFLOW_REDIS_URL."
        )
    if most and used >= most:
        held = f"{used >> 20} of {most >> 20} MiB"
        return _part("redis", "degraded", f"Redis is full ({held}), and what is shown gets old: give it more memory.")
    if most and seen.policy != "noeviction":
        says = f"Redis throws leads away when it is full (maxmemory-policy {seen.policy}): set it to noeviction."
        return _part("redis", "degraded", says)
    return _part("redis", "ok", "Redis answers.")


def _projector(seen: Seen, now: int) -> HealthPart:
    pulse = seen.pulse
    if seen.redis:
        return _part("projector", "down", "Not known while Redis does not answer.")
    if pulse is None or pulse.is_stale(now):
        return _part(
            "projector", "down", "No projector is at work, what is shown gets old: start `intentflow projector`."
        )
    if pulse.doing in ("full", "broken", "waiting"):
        return _part("projector", "degraded", pulse.says or "The projector is starting.")
    if pulse.doing == "building" or not seen.whole:
        return _part("projector", "degraded", f"The read model is being built: {pulse.built:.0%} so far.")
    if pulse.lag:
        return _part("projector", "ok", f"{_records(pulse.lag)} behind Kafka.")
    return _part("projector", "ok", "Up to date with Kafka.")


def _kafka(seen: Seen, now: int) -> HealthPart:
    pulse = seen.pulse
    if pulse is None or pulse.is_stale(now):
        return _part("kafka", "degraded", "Not known while no projector is at work.")
    if pulse.doing == "kafka":
        return _part("kafka", "down", pulse.says)
    return _part("kafka", "ok", "Kafka answers.")


def _worker(seen: Seen, now: int) -> HealthPart:
    pulse = seen.pulse
    if pulse is None or pulse.is_stale(now) or pulse.doing == "kafka":
        return _part("worker", "degraded", "Not known while Kafka is not read.")
    if pulse.worker_lag is None:
        return _part("worker", "degraded", "No worker has scored anything yet: start `intentflow worker`.")
    waiting = f"{_records(pulse.worker_lag)} {'waits' if pulse.worker_lag == 1 else 'wait'}"
    if pulse.worker_lag and now - pulse.scored_at > STANDS_STILL_MS:
        return _part("worker", "down", f"{waiting}, and none is scored: start `intentflow worker`, or read its log.")
    return _part("worker", "ok", f"Scoring; {waiting}." if pulse.worker_lag else "All that came in is scored.")


def _model(seen: Seen) -> HealthPart:
    if not seen.model:
        return _part("model", "ok", "No worker has said yet by which model it scores.")
    if seen.model != seen.ours:
        others = (
            f"The workers score by another model ({seen.model[:12]}) than leads are read with here ({seen.ours[:12]})"
        )
        return _part("model", "degraded", f"{others}: set INTENTFLOW_MODEL to theirs.")
    return _part("model", "ok", "This is the model that the workers score by.")


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count:,} records"


def _part(name: Name, state: State, says: str) -> HealthPart:
    return HealthPart(name=name, state=state, says=says)
