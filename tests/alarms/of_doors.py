"""Faults of the doors, and of what stands behind them."""

import time
from collections.abc import Generator
from itertools import count

from tests.alarms.plant import Plant, frozen, newcomers, over_and_over
from tests.alarms.scenes import scene
from tests.system.workers import until

numbers = count(1)


@scene("CollectorDown")
def the_collector_ends(plant: Plant) -> Generator[None]:
    """The collector is stopped. Started again, it takes events."""
    plant.stop("collector")
    yield
    plant.start("collector")
    until(lambda: plant.prometheus.value('up{job="intentflow-collector"}') == 1, "the collector")
    assert plant.post(next(numbers)) == 200


@scene("CollectorRefusesAll")
def kafka_is_frozen(plant: Plant) -> Generator[None]:
    """Kafka is frozen: its connections stay open and nothing answers. It is thawed, and events are taken."""
    with frozen(plant.kafka.pid), over_and_over(lambda: plant.post(next(numbers))):
        yield
    until(lambda: plant.post(next(numbers)) == 200, "a 200")


@scene("CollectorSlow")
def kafka_is_slow(plant: Plant) -> Generator[None]:
    """Kafka stands still for 0.8 s of each second. It is let go."""

    def nap() -> None:
        with frozen(plant.kafka.pid):
            time.sleep(0.8)

    with over_and_over(nap, 0.2), over_and_over(lambda: plant.post(next(numbers)), 0.05):
        yield


@scene("PartDown")
def console_and_deliverer_end(plant: Plant) -> Generator[None]:
    """Both are stopped, while leads move. Started again they go on where they were; what was missed is delivered."""
    plant.stop("console", "deliver")
    before = plant.endpoint.got
    plant.put(newcomers(20))
    yield
    plant.start("console", "deliver")
    until(lambda: plant.endpoint.got > before, "what was missed to be delivered")


@scene("ReadModelBehind")
def redis_ends(plant: Plant) -> Generator[None]:
    """Redis is stopped. It is started again on its port, and the read model goes on."""
    plant.valkey.stop()
    yield
    plant.valkey.start()


@scene("DeliveriesWait", "DeadLetters")
def a_dead_receiver(plant: Plant) -> Generator[None]:
    """One receiver answers 500, and another one 410. They are mended, and `deliver retry` sends what waits and what was given up."""
    plant.endpoint.answers.update({"/patient": 500, "/gone": 410})
    plant.put(newcomers(20))
    yield
    assert "gone" in plant.say("deliver", "status", finds=1)
    plant.endpoint.answers.update({"/patient": 204, "/gone": 204})
    for name in ("patient", "gone"):
        plant.say("deliver", "retry", name)
