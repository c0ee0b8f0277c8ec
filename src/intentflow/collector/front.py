"""What answers at every address: routes, methods, CORS, and what each request cost.

Pages of any origin may send, with credentials, since trackers ask their browsers for that; an origin is therefore said back, never `*`.
No cookie is set or read, so nobody's session can be ridden on. Which pages may use a write key says the key.

There are two ways through. Nearly all requests bring events whose body came together with the head: they are worked on as they are
read, and answered when Kafka has acknowledged, without a task of their own (`quick`). All others go the way of any aiohttp handler.
"""

import asyncio
import time
from collections.abc import Callable

from aiohttp.web import BaseRequest

from intentflow.adapters.gathering import GatheringProducer
from intentflow.collector import asking
from intentflow.collector.answers import JSON, Answer, TurnedAwayError
from intentflow.collector.asking import Head
from intentflow.collector.call import Call
from intentflow.collector.documents import Asked
from intentflow.collector.metrics import Metrics
from intentflow.collector.reading import BodyError
from intentflow.collector.routes import Intake, Route, Told, route_of
from intentflow.collector.taking import Taker
from intentflow.collector.written import Written, preflight, written

WELL = Answer(200, b'{"status":"ok"}')
READY_SECONDS = 1.0  # how long it is believed that Kafka answers


class Front:
    """Answers every request."""

    def __init__(
        self, taker: Taker, producer: GatheringProducer, metrics: Metrics, topic: str, partitions: int
    ) -> None:
        self._taker, self._producer, self._metrics = taker, producer, metrics
        self._topic, self._partitions = topic, partitions
        self._ready, self._looked = False, float("-inf")

    def quick(self, head: Head, body: Callable[[], bytes], send: Callable[[bytes], None]) -> bool:
        """Whether this request is one that brings events; then `send` gets its answer, now or later, and the body is taken."""
        route = route_of(head.target.partition("?")[0])
        if not isinstance(route, Intake) or head.method == "OPTIONS":
            return False
        call = Call(self._taker, head, route, send)
        try:
            call.admit()
            held = self._taker.reader.hold(body())
        except (BodyError, TurnedAwayError) as error:
            call.turn_away(error)
        else:
            call.work(held)
        return True

    async def __call__(self, request: BaseRequest) -> Written:
        """The answer. Only what nobody foresaw raises."""
        head = Head(
            request.method, request.raw_path, request.headers, request.keep_alive, request.version.minor, request.scheme
        )
        route = route_of(head.target.partition("?")[0])
        if head.method == "OPTIONS":
            answer = preflight(head, asking.origin(head.headers))
        elif isinstance(route, Intake):
            answer = await self._taken(request, head, route)
        else:
            answer = await self._told(head, route)
        return Written(answer, keep_alive=head.keep_alive)

    async def _taken(self, request: BaseRequest, head: Head, route: Intake) -> bytes:
        sent: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def send(answer: bytes) -> None:
            if not sent.done():  # else the connection was ended meanwhile
                sent.set_result(answer)

        call = Call(self._taker, head, route, send)
        try:
            call.admit()
            held = await self._taker.reader.body(request)
        except (BodyError, TurnedAwayError) as error:
            call.turn_away(error)
        else:
            call.work(held)
        return await sent

    async def _told(self, head: Head, route: Route | None) -> bytes:
        request_id, origin = asking.request_id(head.headers), asking.origin(head.headers)
        try:
            answer = await self._document(head, route)
        except TurnedAwayError as error:
            answer = error.answer(request_id)
        self._metrics.count("requests", "none", str(answer.status))
        return written(head, answer, origin, request_id)

    async def _document(self, head: Head, route: Route | None) -> Answer:
        path = head.target.partition("?")[0]
        if isinstance(route, Told):
            scheme = "https" if head.headers.get("X-Forwarded-Proto") == "https" else head.scheme
            key = route.key or asking.write_key(head.headers) or ""
            return Answer(200, route.document(Asked(key, asking.host(head.headers), scheme)))
        if route is not None or path == "/health":
            return WELL
        if path != "/ready":
            raise TurnedAwayError(404, "no_such_path", "nothing is here: docs/collector.md lists the paths")
        return WELL if await self._is_ready() else Answer(503, b'{"status":"Kafka does not answer"}', JSON, 1)

    async def _is_ready(self) -> bool:
        now = time.monotonic()
        if now - self._looked > READY_SECONDS:
            self._looked = now
            self._ready = self._producer.is_up and await self._producer.leads(self._topic, self._partitions)
        return self._ready and self._producer.is_up
