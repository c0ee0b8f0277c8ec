"""docs/trackers.md and examples/trackers.html are what the code says and the tests try."""

import inspect
import re
from types import ModuleType

import pytest

from intentflow.wire import posted_events, posthog, segment, snowplow
from intentflow.wire.event_names import TABLE
from intentflow.wire.tracker_traits import FORM, FREELY
from tests.clients.packages import PACKAGES
from tests.house.tree import ROOT

PAGE = (ROOT / "docs" / "trackers.md").read_text()
EXAMPLE = (ROOT / "examples" / "trackers.html").read_bytes()


@pytest.mark.parametrize("module", [segment, posthog, snowplow, posted_events], ids=lambda module: module.__name__)
def test_the_tables_of_a_format_are_those_at_the_top_of_its_module(module: ModuleType):
    """All that follows the first line of the module's docstring stands in the page as it is."""
    _, _, tables = (inspect.getdoc(module) or "").partition("\n\n")
    assert tables.strip() in PAGE


def test_the_names_are_those_of_the_table():
    section = PAGE.partition("| is | names |")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `([^`]+)` \| ([^|]+) \|$", section, re.MULTILINE))
    assert rows == {
        meaning: ", ".join(" ".join(name.split()) for name in names.split(";")) for meaning, names in TABLE.items()
    }


def test_what_is_told_in_forms_is_named():
    assert f"`form`): {listed(FORM)}. Given freely: {listed(FREELY)}." in PAGE


def test_the_files_of_the_example_are_those_that_are_tried():
    rows = re.findall(r"^\| `([\w.]+\.js)` \| `(\S+)@(\S+)` \| `(\S+)` \|$", PAGE, re.MULTILINE)
    assert rows == [(name, package.name, package.version, package.file) for name, package in PACKAGES.items()]
    assert re.findall(r'src="lib/([^"]+)"', EXAMPLE.decode()) == list(PACKAGES)


def test_the_example_is_small_enough_to_be_read():
    assert len(EXAMPLE) < 2200


def listed(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
