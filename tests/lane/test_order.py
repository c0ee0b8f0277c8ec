from intentflow.lane.chunk import Chunk
from intentflow.lane.order import PATIENCE, Intake
from tests.lane.scenes import Record


def chunk(topic: str, time: int, partition: int = 0, start: int = 0) -> Chunk:
    return Chunk(topic, partition, start, start + 1, [Record(start, timestamp=time)], 1)


def intake(*topics: str, partitions: int = 1) -> Intake:
    return Intake((topic, number) for topic in topics for number in range(partitions))


def test_the_chunk_whose_first_record_is_the_oldest_comes_first():
    these = intake("a", "b")
    these.offer(chunk("a", 20))
    these.offer(chunk("b", 10))
    assert [c.topic for c in these.choose(0.0, 1) + these.choose(0.0, 1)] == ["b", "a"]


def test_a_topic_known_to_lag_is_waited_for_but_not_for_long():
    these = intake("a", "b")
    these.offer(chunk("a", 20))
    these.lags("b", 0, 5)
    assert these.choose(0.0, 1) == []
    assert these.patience(0.0) == PATIENCE
    assert these.choose(PATIENCE * 0.9, 1) == []
    assert len(these.choose(PATIENCE, 1)) == 1


def test_a_topic_that_is_read_to_its_end_is_not_waited_for():
    these = intake("a", "b")
    these.offer(chunk("a", 20))
    these.lags("b", 0, 0)
    assert len(these.choose(0.0, 1)) == 1


def test_what_arrives_while_it_is_waited_for_comes_first_if_it_is_older():
    these = intake("a", "b")
    these.offer(chunk("a", 20))
    these.lags("b", 0, 1)
    these.choose(0.0, 1)
    these.offer(chunk("b", 10))
    assert [c.topic for c in these.choose(0.1, 1)] == ["b"]


def test_the_chunks_of_one_topic_keep_their_order():
    these = intake("a")
    these.offer(chunk("a", 20, start=0))
    these.offer(chunk("a", 10, start=1))
    assert [c.start for c in these.choose(0.0, 1) + these.choose(0.0, 1)] == [0, 1]


def test_partitions_take_turns():
    these = intake("a", partitions=2)
    for n in range(2):
        these.offer(chunk("a", 1, partition=0, start=n))
        these.offer(chunk("a", 1, partition=1, start=n))
    assert [c.partition for _ in range(4) for c in these.choose(0.0, 1)] == [0, 1, 0, 1]


def test_only_sources_without_a_chunk_are_fetched_from():
    these = intake("a", "b")
    these.offer(chunk("a", 1))
    assert these.wanted() == [("b", 0)]


def test_what_is_read_again_comes_before_all_that_is_new_however_old_that_is():
    these = Intake([("a", 0), ("b", 0)], {("b", 0): 2})
    these.offer(chunk("a", 10))
    these.offer(chunk("b", 20, start=0))
    assert [c.topic for c in these.choose(0.0, 2)] == ["b"]
    assert these.choose(PATIENCE * 9, 2) == [], "another record of b is read again, and waited for as long as it takes"
    these.offer(chunk("b", 30, start=1))
    assert [c.topic for c in these.choose(0.0, 1) + these.choose(0.0, 1)] == ["b", "a"]


def test_a_chunk_is_cut_where_what_is_read_again_ends():
    these = Intake([("a", 0), ("b", 0)], {("a", 0): 3, ("b", 0): 1})
    these.offer(Chunk("a", 0, 0, 5, [Record(n, timestamp=n) for n in range(5)], 1))
    these.offer(chunk("b", 2, start=0))
    told = [(c.topic, c.start, c.end) for _ in range(3) for c in these.choose(0.0, 1)]
    assert told == [("a", 0, 3), ("b", 0, 1), ("a", 3, 5)]


def test_a_chunk_without_records_may_be_the_end_of_what_is_read_again():
    """The broker's own markers take offsets."""
    these = Intake([("a", 0), ("b", 0)], {("a", 0): 3})
    these.offer(Chunk("a", 0, 0, 4, [], 1))
    these.offer(chunk("b", 2))
    assert [c.topic for c in these.choose(0.0, 1) + these.choose(0.0, 1)] == ["a", "b"]
