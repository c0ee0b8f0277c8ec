"""docs/configuration.md is what the settings are."""

from intentflow.settings import Settings
from intentflow.settings_page import PAGE, headings, page
from tests.house.tree import ROOT

UNITS = [
    "seconds",
    "bytes",
    "milliseconds",
    "records",
    "partitions",
    "replicas",
    "port",
    "chunks",
    "days",
    "requests",
    "events",
    "connections",
    "attempts",
]


def test_the_page_is_as_the_settings_are():
    assert (ROOT / PAGE).read_text() == page(), "write it again: python -m intentflow.settings_page"


def test_every_setting_stands_below_a_heading():
    assert [name for _, names in headings() for name in names] == list(Settings.model_fields)


def test_every_setting_says_what_it_is_and_a_number_says_of_what():
    fields = Settings.model_fields
    assert [name for name, field in fields.items() if not field.description] == []
    numbers = {name: field.description or "" for name, field in fields.items() if field.annotation in (int, float)}
    assert [name for name, said in numbers.items() if not any(unit in said for unit in UNITS)] == []
