"""The scoring app with pauses between the steps of the protocol, so that a kill falls between any two of them."""

import asyncio
import os
import random
from typing import Any

from intentflow.lane import performing, writing
from streams.scoring import app

PAUSE = float(os.environ.get("PAUSE", "0.05"))  # seconds, at most
chance = random.Random(os.getpid())
send, landed = writing.Writer.send, writing.landed


async def slow_send(self: writing.Writer, *args: Any) -> Any:
    await asyncio.sleep(chance.random() * PAUSE)
    return await send(self, *args)


async def slow_landed(*args: Any) -> Any:
    places = await landed(*args)
    await asyncio.sleep(chance.random() * PAUSE)
    return places


writing.Writer.send = slow_send  # type: ignore[assignment, method-assign]  # its arguments are passed on as they are
vars(performing)["landed"] = slow_landed
__all__ = ["app"]
