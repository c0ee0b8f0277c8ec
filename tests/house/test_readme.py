"""What README.md shows is what the code does."""

import re
from typing import Any

import msgspec
from typer.main import get_command

from intentflow.cli.main import app
from intentflow.domain.event import FAMILIES, FAMILY_OF, Link, key_of
from intentflow.wire.changes import decode_change
from intentflow.wire.events import decode
from intentflow.wire.rejections import Rejection
from intentflow.wire.topic_names import TopicNames
from tests.house.tree import ROOT

README = (ROOT / "README.md").read_text()
EXAMPLES = [block.encode() for block in re.findall(r"```json\n(.*?)```", README, re.DOTALL)]
LINKS = [text for text in EXAMPLES if b'"link"' in text]
EVENTS = [text for text in EXAMPLES if b'"family"' in text and text not in LINKS]


def test_the_examples_are_one_good_event_of_each_family():
    events = [decode(text) for text in EVENTS]
    assert [e for e in events if isinstance(e, Rejection)] == []
    assert [FAMILY_OF[type(event)] for event in events] == list(FAMILIES)


def test_the_links_name_two_ids_of_one_person():
    assert [type(decode(text)) for text in LINKS] == [Link] * 2
    shown = {name for text in LINKS for name in msgspec.json.decode(text)}
    assert shown - {"family"} <= set(Link.__struct_fields__)


def test_no_example_has_a_field_that_we_would_ignore():
    shown = {name for text in EVENTS for name in msgspec.json.decode(text)}
    assert shown - {"family"} <= {name for kind in FAMILIES.values() for name in kind.__struct_fields__}


def test_the_keys_are_those_of_the_examples():
    keys = [key_of(event).decode() for text in EVENTS if not isinstance(event := decode(text), Rejection)]
    assert "`{}`, `{}`, `{}` and\n`{}`".format(*keys) in README


def test_the_change_is_as_we_publish_it():
    (text,) = [text for text in EXAMPLES if b'"family"' not in text]
    change = decode_change(text)
    assert msgspec.json.decode(msgspec.json.encode(change)) == msgspec.json.decode(text)


def test_the_topics_are_those_of_the_code():
    names = TopicNames()
    written = {
        names.events,
        names.changes,
        names.cart_notices,
        names.rejections,
        *names.families.values(),
        names.outcomes,
        names.profiles,
    }
    assert set(re.findall(r"`(intentflow\.[a-z-]+)`", README)) == written


def test_every_command_is_there():
    told = re.findall(r"^\| `intentflow ([a-z ]+)`", README, re.MULTILINE)
    assert told
    assert [command for command in told if command not in commands(get_command(app))] == []


def commands(group: Any, before: str = "") -> set[str]:
    """Every command of the command line, those of groups behind the group's name."""
    told: set[str] = set()
    for name, command in getattr(group, "commands", {}).items():
        told |= {before + name} | commands(command, f"{before}{name} ")
    return told
