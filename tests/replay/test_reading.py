"""Mapped tables as records: through the core, whole and a second time."""

from collections import Counter
from pathlib import Path

import pytest

from intentflow.errors import RejectedError
from intentflow.mapping.load import load as load_mapping
from intentflow.mapping.mapped import MappedReader
from intentflow.model.load import load
from intentflow.replay.reading import Reading
from intentflow.replay.result import Result
from intentflow.replay.through_core import replay_core
from intentflow.wire.changes import decode_change
from tests.wire.real_data import real


def replayed(mapping: str, *paths: Path) -> Result:
    reading = Reading(paths, MappedReader(load_mapping(mapping)), lambda _done, _total: None)
    return replay_core(reading, load("retail"), None)


def test_of_a_table_in_no_order_nothing_is_too_late():
    summary = replayed("hubspot-email-events", real("hubspot_seeds/email_event_data.csv")).summary
    assert (summary.read, summary.counted, summary.rejected, summary.passed_over) == (90, 90, 0, 10)


def test_a_second_import_of_a_table_adds_no_change():
    clicks = real("bitly_usagov/example.txt")
    once, twice = replayed("bitly-usagov", clicks), replayed("bitly-usagov", clicks, clicks)
    assert {decode_change(change).id for change in twice.changes} == {
        decode_change(change).id for change in once.changes
    }
    assert twice.summary.by_stage == once.summary.by_stage
    assert (twice.summary.read, twice.summary.passed_over) == (2 * once.summary.read, 240)
    assert twice.summary.adds_up


def test_a_table_of_which_no_row_is_meant_is_refused_as_such_and_not_as_empty():
    with pytest.raises(RejectedError, match=r"deal_data\.csv: all 44 rows are passed over by the mapping"):
        replayed("hubspot-deals", real("hubspot_seeds/deal_data.csv"))


@pytest.mark.parametrize(
    ("mapping", "table", "records"),
    [
        ("hubspot-companies", "hubspot_seeds/company_data.csv", 24),
        ("hubspot-contact-profiles", "hubspot_seeds/contact_data.csv", 22),
        ("uci-outcomes", "uci_online_shoppers/online_shoppers_intention.csv", 12_330),
    ],
)
def test_profiles_and_outcomes_of_a_table_are_counted_like_events(mapping: str, table: str, records: int):
    result = replayed(mapping, real(table))
    assert (result.summary.read, result.summary.counted, result.summary.leads) == (records, records, records)


def test_a_session_of_the_shop_that_bought_is_a_customer_and_one_that_did_not_is_nurtured_for_the_next_time():
    result = replayed("uci-outcomes", real("uci_online_shoppers/online_shoppers_intention.csv"))
    first = [decode_change(change) for change in result.changes if decode_change(change).sequence == 1]
    assert Counter(change.to_stage for change in first) == {"customer": 1_908, "recycled": 10_422}
    assert {change.cause.kind for change in first} == {"outcome"}
