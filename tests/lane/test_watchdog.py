"""Standing still: what counts as it, and what is said of it."""

import asyncio
import threading
import time

from intentflow.lane.lane import Lane, Owned
from intentflow.lane.metrics import Metrics
from intentflow.lane.reader import Progress
from intentflow.lane.watchdog import Beat, Stall, awaited, progress, unanswered
from intentflow.settings import Settings
from intentflow.wire.topic_names import TopicNames
from tests.lane.scenes import Log, opened


def lane() -> Lane:
    async def made() -> Lane:
        return Lane(Settings(app_id="shop"), TopicNames("shop", "shop"), lambda _: None, Metrics())  # type: ignore[arg-type, return-value]  # folds nothing

    return asyncio.run(made())


def test_a_worker_with_nothing_to_do_never_stalls():
    stall = Stall(10)
    assert [stall.look(now, "", 1) for now in (0, 9, 100, 1_000)] == ["", "", "", ""]


def test_what_does_not_move_for_longer_than_the_limit_is_said():
    stall = Stall(10)
    assert [stall.look(now, "acks", 1) for now in (100, 105, 110)] == ["", "", ""]
    assert stall.look(111, "acks", 1) == "nothing has moved for 10 s: waiting for acks"


def test_any_progress_begins_the_wait_anew():
    stall = Stall(10)
    assert [stall.look(now, "acks", moved) for now, moved in ((0, 1), (9, 2), (18, 3), (27, 4))] == [""] * 4


def test_the_wait_begins_when_there_is_something_to_wait_for():
    stall = Stall(10)
    stall.look(50, "", 1)
    assert stall.look(51, "acks", 1) == stall.look(60, "acks", 1) == ""
    assert stall.look(61, "acks", 1)


def test_a_lane_without_partitions_waits_for_them_and_says_so():
    assert awaited(lane()) == "partitions of group shop"


def test_a_recovery_says_how_far_it_has_come():
    taking = lane()
    before = progress(taking)
    taking.reading = Progress(3, 10, 2)
    assert awaited(taking) == "recovery: 3 of 10 records of shop-leads-changelog are read"
    assert progress(taking) != before


def test_an_open_lane_without_partitions_waits_for_nothing():
    idle = lane()
    idle.open(1)
    assert awaited(idle) == ""


def test_an_idle_worker_waits_for_an_answer_and_one_that_has_come_is_none_to_a_write_that_is_owed():
    idle = lane()
    idle.open(1)
    assert unanswered(idle) == ""
    idle.asking = True
    assert unanswered(idle) == "an answer of Kafka: where shop-leads-changelog and the sources end"
    before = progress(idle)
    idle.answers += 1
    assert progress(idle) == before


def test_what_is_done_and_not_committed_is_waited_for():
    """The broker may fall silent just when everything else is settled."""
    done = lane()
    done.owned[0] = Owned(opened(Log()), object())  # type: ignore[arg-type]  # nothing is performed here
    done.generation = 1
    done.owned[0].part.done = {"events": 7}
    before = progress(done)
    assert awaited(done) == "commits, 1 in all: of events-0 up to 7"
    done.committed["events", 0] = 7
    assert awaited(done) == ""
    assert progress(done) != before


def test_a_blocked_event_loop_is_noticed_from_outside_with_the_place_where_it_hangs():
    said: list[str] = []
    ended = threading.Event()

    def end(reason: str) -> None:
        said.append(reason)
        ended.set()

    async def blocked() -> None:
        Beat(0.2, end).start()
        while not ended.is_set():
            time.sleep(0.01)  # noqa: ASYNC251 - blocking is the point

    asyncio.run(asyncio.wait_for(blocked(), 30))
    assert said[0].startswith("the event loop has been blocked for 0.2 s, in ")
    assert "blocked (" in said[0]
    assert __file__ in said[0]
