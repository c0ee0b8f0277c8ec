from intentflow.domain.lead import Unpublished
from intentflow.lane.marks import Topic
from intentflow.lane.places import Place, made_again, numbered, refused, unpublished
from intentflow.wire.records import Ledger
from tests.lane.scenes import row


def test_reading_begins_at_the_committed_offset_or_at_the_beginning():
    assert Place(committed=7, first=2, end=9).start == 7
    assert Place(committed=None, first=2, end=9).start == 2
    assert Place(committed=0, first=0, end=9).start == 0


def test_a_topic_that_is_no_longer_read_keeps_its_number():
    known = [Topic("a", "1"), Topic("b", "2")]
    assert numbered(known, [Topic("c", "3"), Topic("b", "2")]) == [*known, Topic("c", "3")]


def test_a_topic_whose_id_was_not_known_gets_it_later():
    assert numbered([Topic("a")], [Topic("a", "1")]) == [Topic("a", "1")]
    assert made_again([Topic("a")], [Topic("a", "1")]) == ""


def test_a_topic_with_another_id_was_made_again():
    assert "deleted and made again" in made_again([Topic("a", "1")], [Topic("a", "2")])
    assert made_again([Topic("a", "1")], [Topic("a", "")]) == ""


def test_a_source_that_ends_before_what_was_counted_is_refused():
    stop = refused("events", 0, Place(5, 0, 4), Ledger(position=5))
    assert stop is not None
    assert stop.exit_code == 2
    assert refused("events", 0, Place(5, 0, 5), Ledger(position=5)) is None


def test_committed_offsets_beyond_the_changelog_mean_that_it_was_deleted():
    stop = refused("events", 0, Place(6, 0, 9), Ledger(position=5))
    assert stop is not None
    assert "the changelog was deleted" in stop.reason
    assert refused("events", 0, Place(None, 0, 9), Ledger()) is None


def test_records_that_expired_before_they_were_read_are_said():
    stop = refused("events", 0, Place(5, 8, 9), Ledger(position=5))
    assert stop is not None
    assert "3 records expired" in stop.reason
    assert refused("events", 0, Place(5, 8, 9), Ledger(position=8)) is None
    assert refused("events", 0, Place(None, 8, 9), Ledger()) is None


def test_a_change_whose_cause_was_committed_is_out_already():
    told = [Unpublished(0, 4, b"old"), Unpublished(0, 5, b"new"), Unpublished(1, 0, b"other")]
    assert unpublished({b"l:a": row(0, outbox=told), b"l:b": row(0)}, {0: 5}) == [(b"l:a", told[1:])]
