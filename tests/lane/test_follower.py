"""A follower's questions to Kafka, without one: what becomes of a question that is given up."""

import asyncio

import pytest

from intentflow.errors import ServerMissingError
from intentflow.lane import follower
from intentflow.lane.follower import answered


async def test_a_cancel_that_comes_together_with_the_answer_is_not_lost():
    """`asyncio.wait_for` of Python 3.11 would hand out the answer, and whoever was cancelled would go on for ever."""
    answer = asyncio.get_running_loop().create_future()
    asking = asyncio.create_task(answered("kafka", answer))
    await asyncio.sleep(0)
    answer.set_result(1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_question_without_an_answer_ends_in_words(monkeypatch):
    monkeypatch.setattr(follower, "ANSWER_SECONDS", 0.01)
    with pytest.raises(ServerMissingError, match="Kafka at here:9092 does not answer"):
        await answered("here:9092", asyncio.get_running_loop().create_future())


async def test_an_answer_is_given_as_it_is():
    answer = asyncio.get_running_loop().create_future()
    answer.set_result({"a": 1})
    assert await answered("kafka", answer) == {"a": 1}
