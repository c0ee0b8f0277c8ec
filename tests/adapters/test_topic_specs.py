"""What the topics must be like, without a broker."""

from collections.abc import Iterable
from typing import Any

import pytest

from intentflow.adapters.topic_specs import DAY_MS, TopicSpec, app_topics, suffices, topics_of
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames

NAMES = TopicNames("intentflow", "scoring")


def test_an_app_has_these_topics_with_one_partition_count():
    specs = app_topics(NAMES, partitions=8, replication=3)
    assert [spec.name for spec in specs] == [
        "intentflow.events",
        "intentflow.website-visits",
        "intentflow.newsletter-signups",
        "intentflow.carts",
        "intentflow.landing-pages",
        "intentflow.outcomes",
        "intentflow.profiles",
        "intentflow.qualification-changes",
        "intentflow.cart-notices",
        "intentflow.rejections",
        "intentflow.identities",
        "intentflow.control",
        "scoring-leads-changelog",
    ]
    assert {(spec.partitions, spec.replication) for spec in specs} == {(8, 3)}
    assert {spec.config["min.insync.replicas"] for spec in specs} == {"2"}


def test_family_topics_are_left_out_when_they_are_not_configured():
    names = [spec.name for spec in app_topics(NAMES, family_topics=False)]
    assert len(names) == 7
    assert not set(names) & set(NAMES.families.values())


def retention(specs: Iterable[TopicSpec]) -> dict[str, str]:
    return {spec.name: spec.config["retention.ms"] for spec in specs if "retention.ms" in spec.config}


def test_records_stay_thirty_days_and_those_of_a_replay_for_ever():
    assert set(retention(app_topics(NAMES)).values()) == {str(30 * DAY_MS)}
    assert set(retention(app_topics(NAMES, kept_for_ever=True)).values()) == {"-1"}


def test_each_kind_of_topic_keeps_its_records_as_long_as_its_setting_says():
    days: dict[str, Any] = {
        "retention_days": 3,
        "changes_days": 4,
        "rejections_days": 0.5,
        "compaction_days": 1,
        "tombstone_days": 2,
    }
    specs = topics_of(Settings(**days))
    kept = {name.removeprefix("intentflow."): int(ms) / DAY_MS for name, ms in retention(specs).items()}
    assert {name for name, stays in kept.items() if stays == 3} == {
        "events", "website-visits", "newsletter-signups", "carts", "landing-pages", "outcomes", "profiles", "identities", "control",
    }  # fmt: skip
    assert {name: stays for name, stays in kept.items() if stays != 3} == {
        "qualification-changes": 4,
        "cart-notices": 4,
        "rejections": 0.5,
    }
    assert specs[-1].config["max.compaction.lag.ms"] == str(DAY_MS)
    assert specs[-1].config["delete.retention.ms"] == str(2 * DAY_MS)


def test_a_record_goes_no_more_than_a_day_after_its_time():
    assert {spec.config.get("segment.ms") for spec in app_topics(NAMES)[:-1]} == {str(DAY_MS)}


def test_the_changelog_is_compacted_ten_minutes_behind_at_the_earliest():
    changelog = app_topics(NAMES)[-1]
    assert changelog.config["cleanup.policy"] == "compact"
    assert changelog.config["min.compaction.lag.ms"] == "600000"
    assert "retention.ms" not in changelog.config


@pytest.mark.parametrize(
    ("key", "found", "should", "enough"),
    [
        ("retention.ms", "-1", "1000", True),
        ("retention.ms", "2000", "1000", True),
        ("retention.ms", "999", "1000", False),
        ("retention.ms", "1000", "-1", False),
        ("max.message.bytes", "not set", "1000", False),
        ("cleanup.policy", "compact,delete", "compact", False),
    ],
)
def test_a_bound_may_be_wider_than_asked_for_and_a_policy_must_be_equal(key, found, should, enough):
    assert suffices(key, found, should) is enough
