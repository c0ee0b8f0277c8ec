"""What each part needs of Kafka, held against the page that lists it. A real broker is asked in tests/system/test_secure_kafka.py."""

import re
from pathlib import Path

from intentflow.operate.rights import READ, WRITE, Allowed, needs_of
from intentflow.wire.topic_names import TopicNames

DOCS = Path(__file__).parents[2] / "docs" / "security.md"
NAMES = TopicNames("<prefix>", "<app_id>")
ROWS = {"projector": "projector and console", "deliver": "deliverer"}


def test_each_part_needs_what_the_page_on_security_says():
    page = DOCS.read_text().partition("## Who needs")[2]
    families = set(NAMES.families.values())
    for part, needs in needs_of(NAMES).items():
        row = re.search(rf"^\| {ROWS.get(part, part)} \|(.*?)\|(.*?)\|(.*?)\|$", page, re.MULTILINE)
        assert row is not None
        reads, writes, groups = (set(re.findall(r"`([^`]+)`", cell)) for cell in row.groups())
        assert set(needs.reads) - families == reads
        assert set(needs.writes) == writes
        assert {needs.group, needs.looks_at} - {""} == groups
        assert bool(families & set(needs.reads)) == ("family topics" in row[1])


def test_what_is_not_there_lacks_nothing():
    assert Allowed({}, {}).lacks(needs_of(NAMES)["collector"]) == []


def test_a_right_that_is_missing_is_named():
    may = Allowed({NAMES.events: 1 << READ, NAMES.rejections: 1 << WRITE}, {})
    assert may.lacks(needs_of(NAMES)["collector"]) == [f"write {NAMES.events}"]
