"""Faults of what events say, and of the model that reads them."""

import re
import time
from collections.abc import Generator
from itertools import count
from pathlib import Path

import msgspec

from tests.alarms.plant import WORKERS, Plant, newcomers, over_and_over
from tests.alarms.scenes import scene
from tests.system.records import events, settled
from tests.system.workers import until

A, B = WORKERS
SHIPPED = Path(__file__).parents[2] / "src" / "intentflow" / "model" / "shipped" / "retail.yaml"
numbers = count(1)


@scene("RejectionsMany", "Misrouted")
def poison(plant: Plant) -> Generator[None]:
    """A producer sends what is no JSON, another one to wrong partitions. They stop; what was misrouted is replayed and counts."""

    def send() -> None:
        plant.put([(b"l:evil", b"\xff{")] * 20)
        plant.put(events(20, 5, seed=next(numbers)), shift=1)

    with over_and_over(send, 0.5):
        yield
    settled(plant)
    assert "not_json" in plant.say("rejections", "list", "--limit", "2")
    plant.say("rejections", "replay", "--reason", "misrouted")
    settled(plant)


@scene("NoChanges")
def events_that_mean_nothing(plant: Plant) -> Generator[None]:
    """The site's pages have other names: events count, and no lead moves. The names are mended: leads move."""
    plant.again(*WORKERS)
    until(lambda: plant.prometheus.value("sum(intentflow_partitions)") == plant.settings.partitions, "workers")

    def visits() -> None:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        plant.put(
            (b"l:reader", msgspec.json.encode({
                "event_id": f"r{next(numbers)}", "lead_id": "reader", "occurred_at": now, "family": "website_visit", "action": "view",
                "page": {"url": "https://shop.example/nowhere/"},
            }))
            for _ in range(5)
        )  # fmt: skip

    with over_and_over(visits, 0.5):
        yield
    plant.put(newcomers(20))


def model(folder: Path, **changed: str) -> Path:
    """The shipped model with these lines of it changed."""
    text = SHIPPED.read_text()
    for key, value in changed.items():
        text, times = re.subn(rf"(?m)^{key}: \S+", f"{key}: {value}", text, count=1)
        assert times
    path = folder / "-".join(["model", *changed.values(), ".yaml"])
    path.write_text(text)
    return path


@scene("ModelsDiffer")
def a_rollout_that_hangs(plant: Plant) -> Generator[None]:
    """One of two workers runs the next version of the model. The rollout is taken back."""
    plant.again(B, model=str(model(plant.folder, version="2")))
    yield
    plant.again(B)


@scene("ReviewOverdue")
def a_review_that_was_forgotten(plant: Plant) -> Generator[None]:
    """The model's `review_by` is over. It is reviewed, and says another day."""
    plant.again(*WORKERS, model=str(model(plant.folder, review_by="2020-01-01")))
    yield
    plant.again(*WORKERS)


@scene("ReceiptsMismatch")
def a_wrong_build(plant: Plant) -> Generator[None]:
    """A worker of a build with an error on purpose: a receipt is lost. The build before it is started again."""
    plant.stop(*WORKERS)
    own = {
        "INTENTFLOW_METRICS_PORT": str(plant.metrics_ports[A]),
        "INTENTFLOW_PURE": "1",
    }  # machine code can't be made wrong
    wrong = plant.worker("tests.alarms.wrong_scoring", **own).ready()
    with over_and_over(lambda: plant.put(newcomers(5)), 1):
        yield
    assert "a score is not the sum of its receipts" in wrong.said
    wrong.stop()
    plant.start(*WORKERS)
