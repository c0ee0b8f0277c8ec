"""What a partition's offsets say."""

from intentflow.adapters.topic_specs import topics_of
from intentflow.operate.lag import Lag, Sum, sources_of, sums
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames


def test_a_group_that_committed_nothing_is_behind_by_all_that_is_still_there():
    assert Lag("t", 0, first=5, committed=None, end=9, seconds=1.0).records == 4


def test_what_was_deleted_before_it_was_read_is_told_apart_from_what_is_still_to_be_read():
    lag = Lag("t", 0, first=5, committed=2, end=9, seconds=1.0)
    assert (lag.records, lag.expired) == (4, 3)
    assert Lag("t", 0, first=5, committed=7, end=9, seconds=1.0).expired == 0


def test_a_topic_is_as_far_behind_as_its_furthest_partition():
    lags = [Lag("a", 0, 0, 4, 4, 0.0), Lag("a", 1, 0, None, 3, 9.0), Lag("b", 0, 0, 1, 2, 0.5)]
    assert sums(lags) == [Sum("a", 2, 1, 4, 7, 3, 9.0, 0), Sum("b", 1, 1, 1, 2, 1, 0.5, 0)]


def test_workers_are_behind_on_whatever_topic_they_read():
    names, settings = TopicNames("intentflow", "intentflow"), Settings()
    told = {names.changes, names.cart_notices, names.rejections, names.changelog}
    assert set(sources_of(settings)) == {spec.name for spec in topics_of(settings)} - told
    assert set(sources_of(Settings(family_topics=False))) == {names.events, names.identities, names.control}
