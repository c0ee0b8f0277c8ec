"""Ending a projector's task."""

import asyncio
from contextlib import suppress

from intentflow.readmodel import running
from intentflow.readmodel.running import ended


async def test_a_task_that_loses_a_cancel_is_ended_all_the_same(monkeypatch):
    monkeypatch.setattr(running, "INSIST_SECONDS", 0.01)
    lost = []

    async def works_on() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        lost.append(1)
        await asyncio.Event().wait()

    task = asyncio.create_task(works_on())
    await asyncio.sleep(0)
    await ended(task)
    assert lost == [1]
    assert task.cancelled()


async def test_a_task_that_is_over_keeps_what_it_ended_with():
    async def answers() -> None:
        raise ValueError("no")

    task = asyncio.create_task(answers())
    await asyncio.wait({task})
    await ended(task)
    assert isinstance(task.exception(), ValueError)
