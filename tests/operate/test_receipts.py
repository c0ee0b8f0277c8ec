"""What a receipt says, and whom it does not name."""

import msgspec

from intentflow.adapters.topics import Found
from intentflow.operate.forgetting import Erased
from intentflow.operate.holdings import SWEEP_MS, Kept, gone_by
from intentflow.operate.purging import Purged
from intentflow.operate.receipts import compacted_by, digest, receipt
from intentflow.wire.topic_names import TopicNames

DAY = 86_400_000
NAMES = TopicNames("shop", "shop")
DELETING = Found(2, {"cleanup.policy": "delete", "retention.ms": str(30 * DAY), "segment.ms": str(DAY)})
CHANGELOG = Found(
    2, {"cleanup.policy": "compact", "max.compaction.lag.ms": str(7 * DAY), "delete.retention.ms": str(DAY)}
)
ANNA = b"l:anna@example.com"


def test_a_record_is_gone_a_day_after_its_retention_at_the_latest():
    assert gone_by(DELETING, 1000) == 1000 + 31 * DAY + SWEEP_MS
    assert gone_by(Found(1, {"retention.ms": "-1"}), 1000) is None
    assert gone_by(CHANGELOG, 1000) is None


def test_a_row_is_gone_before_the_tombstone_that_bears_its_key():
    rows, stone = compacted_by(CHANGELOG, 0)
    assert rows == 7 * DAY + SWEEP_MS
    assert stone == 8 * DAY + 2 * SWEEP_MS
    assert compacted_by(Found(1, {"max.compaction.lag.ms": str((1 << 63) - 1)}), 0) == (None, None), (
        "Kafka's default is never"
    )


def test_it_tells_topics_partitions_offsets_and_deadlines_and_names_nobody():
    told = receipt(
        NAMES,
        (1_800_000_000_000, 1_800_000_001_000),
        ANNA,
        [Erased(ANNA, 1, 17, "gone", 99)],
        "gone",
        [Purged(NAMES.rejections, 1, 2, 5, 40)],
        [Kept(NAMES.events, 1, 3, 10, 30, 1_800_000_000_000, 1_800_000_000_000 + 31 * DAY)],
        {NAMES.rejections: DELETING, NAMES.control: DELETING},
        CHANGELOG,
    )
    assert b"anna" not in msgspec.json.encode(told)
    assert told.subject == digest(ANNA)
    [one] = told.ids
    assert one["erasure"] == {"topic": NAMES.control, "partition": 1, "offset": 17}
    assert one["stub_or_tombstone"] == {"topic": NAMES.changelog, "partition": 1, "offset": 99}
    assert told.rejections[0]["deleted_before_offset"] == 40
    assert [line.topic for line in told.stays] == [NAMES.events, NAMES.changelog, NAMES.control]
    assert all(line.gone_by for line in told.stays)
