"""A follower's questions to Kafka, without one: what becomes of a question that is given up."""

import asyncio

import pytest

from intentflow.errors import ServerMissingError
from intentflow.lane import follower
from intentflow.lane.follower import Follower, answered


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


async def test_a_kafka_that_takes_connections_and_answers_nothing_is_told_from_one_that_works(monkeypatch):
    """As one that is frozen does. The client itself would wait for 40 s, and nobody would be told meanwhile."""
    monkeypatch.setattr(follower, "ANSWER_SECONDS", 0.1)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        finally:
            writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as frozen:
        address = "{}:{}".format(*frozen.sockets[0].getsockname())
        with pytest.raises(ServerMissingError, match=r"no Kafka answers at 127.* within 0.1 s"):
            await Follower(address, ["t"]).__aenter__()
