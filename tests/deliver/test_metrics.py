"""What a deliverer tells Prometheus."""

from typing import get_args

from intentflow.deliver.deliverer import Deliverer
from intentflow.deliver.metrics import Metrics
from intentflow.deliver.rows import Reason
from tests.deliver.made import endpoint


def test_dead_letters_are_told_from_zero_on_so_that_the_first_one_is_an_increase():
    metrics = Metrics(Deliverer([endpoint("crm"), endpoint("mail")]))
    found = {
        (sample.labels["endpoint"], sample.labels["reason"]): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "intentflow_deliver_dead_letters_total"
    }
    assert found == {(name, reason): 0 for name in ("crm", "mail") for reason in get_args(Reason)}
