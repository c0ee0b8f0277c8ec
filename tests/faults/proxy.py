"""A network that misbehaves: a TCP proxy that knows as much of Kafka as it needs to tell a write from the rest.

What passes is whole requests and answers. Answers come in the order of their requests, so a queue of what was asked says
what an answer is about.
"""

import asyncio
import contextlib
import random
import threading
from collections import deque
from collections.abc import Mapping

from intentflow.adapters.server_process import LOCALHOST

PRODUCE = 0  # Kafka's number of the request that writes
LOOK_SECONDS = 0.02


class Trouble:
    """What goes wrong just now, on every connection; set from any thread. All of it off is a network as it should be."""

    def __init__(self) -> None:
        self.delay = 0.0  # seconds, each way
        self.deaf = False  # requests go nowhere: nothing is closed, nothing arrives
        self.mute = False  # answers go nowhere
        self.lose = 0.0  # chance that a write's answer is lost and its connection breaks: it looks failed
        self.hold = 0.0  # seconds that a write is under way; it arrives even if its writer is dead by then
        self.lost = self.held = 0  # how often

    def clear(self) -> None:
        """All is well from here on."""
        self.delay = self.lose = self.hold = 0.0
        self.deaf = self.mute = False


class Link:
    """One connection of a worker, and the one to the broker that it stands for."""

    def __init__(self, trouble: Trouble, chance: random.Random) -> None:
        self._trouble, self._chance = trouble, chance
        self._asked: deque[int] = deque()  # kinds of requests without an answer yet
        self._ends: list[asyncio.StreamWriter] = []

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, behind: int) -> None:
        """Until both ends are closed."""
        self._ends.append(writer)
        try:
            from_broker, to_broker = await asyncio.open_connection(LOCALHOST, behind)
        except OSError:
            writer.close()
            return
        self._ends.append(to_broker)
        answers = asyncio.create_task(self._answers(from_broker, writer))
        try:
            await self._requests(reader, to_broker)
            await asyncio.wait([answers], timeout=5)
        finally:
            answers.cancel()
            self.cut()

    async def _requests(self, reader: asyncio.StreamReader, to_broker: asyncio.StreamWriter) -> None:
        """What was sent is delivered, whether or not the sender still lives."""
        trouble = self._trouble
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                frame = await _frame(reader)
                kind = int.from_bytes(frame[4:6], "big")
                if kind == PRODUCE and trouble.hold:
                    trouble.held += 1
                    await asyncio.sleep(trouble.hold)
                await asyncio.sleep(trouble.delay)
                while trouble.deaf:  # noqa: ASYNC110 - set by another thread
                    await asyncio.sleep(LOOK_SECONDS)
                self._asked.append(kind)
                to_broker.write(frame)
                await to_broker.drain()

    async def _answers(self, from_broker: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        trouble = self._trouble
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                frame = await _frame(from_broker)
                kind = self._asked.popleft()
                await asyncio.sleep(trouble.delay)
                while trouble.mute:  # noqa: ASYNC110 - set by another thread
                    await asyncio.sleep(LOOK_SECONDS)
                if kind == PRODUCE and self._chance.random() < trouble.lose:
                    trouble.lost += 1
                    self.cut()
                    return
                with contextlib.suppress(OSError):  # a worker that is dead by now
                    writer.write(frame)
                    await writer.drain()
        writer.close()

    def cut(self) -> None:
        """Both connections break."""
        for end in self._ends:
            end.transport.abort()


async def _frame(reader: asyncio.StreamReader) -> bytes:
    """A request or an answer, with its length before it."""
    size = await reader.readexactly(4)
    return size + await reader.readexactly(int.from_bytes(size, "big"))


class Proxy:
    """Listens on some ports, each standing for another; runs in a thread of its own."""

    def __init__(self, trouble: Trouble, ports: Mapping[int, int]) -> None:
        self.trouble = trouble
        self._ports = ports
        self._links: set[Link] = set()
        self._servers: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._chance = random.Random(0)

    def start(self) -> None:
        """It listens."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    async def _listen(self) -> None:
        for front, behind in self._ports.items():
            self._servers.append(await asyncio.start_server(self._serve(behind), LOCALHOST, front))

    def _serve(self, behind: int):
        async def link(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            one = Link(self.trouble, self._chance)
            self._links.add(one)
            try:
                await one.run(reader, writer, behind)
            except asyncio.CancelledError:  # by `_end`: Python 3.11 would print it, nobody waits for it
                one.cut()
            finally:
                self._links.discard(one)

        return link

    def cut(self) -> int:
        """Every connection breaks; returns how many there were."""

        async def all_of_them() -> int:
            links = list(self._links)
            for link in links:
                link.cut()
            return len(links)

        return asyncio.run_coroutine_threadsafe(all_of_them(), self._loop).result(10)

    def stop(self) -> None:
        """Nothing listens any more."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(20)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        mine = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not mine]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.05)  # for transports to say that they are closed
