"""What answers at every address: routes, methods, CORS, and what each request cost.

Pages of any origin may send, with credentials, since trackers ask their browsers for that; an origin is therefore said back, never `*`.
No cookie is set or read, so nobody's session can be ridden on. Which pages may use a write key says the key.
"""

import time

from aiohttp.web import BaseRequest

from intentflow.adapters.gathering import GatheringProducer
from intentflow.collector import asking
from intentflow.collector.answers import JSON, Answer, TurnedAwayError
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

    async def __call__(self, request: BaseRequest) -> Written:
        """The answer. Only what nobody foresaw raises."""
        request_id, origin = asking.request_id(request.headers), asking.origin(request.headers)
        route = route_of(request.raw_path.partition("?")[0])
        if request.method == "OPTIONS":
            return preflight(request, origin, asking.names_asked(request.headers))
        began = time.perf_counter()
        try:
            answer = await self._answer(request, route, request_id)
        except BodyError as error:
            answer = TurnedAwayError(error.status, "body", str(error), 1 if error.status == 503 else 0).answer(
                request_id
            )
        except TurnedAwayError as error:
            answer = error.answer(request_id)
        tracker = route.tracker if isinstance(route, Intake) else "none"
        self._metrics.count("requests", tracker, str(answer.status))
        if tracker != "none":
            self._metrics.took(tracker, time.perf_counter() - began)
        return written(request, answer, origin, request_id)

    async def _answer(self, request: BaseRequest, route: Route | None, request_id: str) -> Answer:
        if isinstance(route, Intake):
            if request.method == "POST" or (request.method == "GET" and route.tracker in ("snowplow", "posthog")):
                return await self._taker.take(request, route, request_id)
            raise TurnedAwayError(405, "method", f"{request.method[:10]} is not understood here: send a POST")
        if isinstance(route, Told):
            headers = request.headers
            scheme = "https" if headers.get("X-Forwarded-Proto") == "https" else request.scheme
            key = route.key or asking.write_key(headers) or ""
            return Answer(200, route.document(Asked(key, asking.host(headers), scheme)))
        if route is not None:
            return WELL
        return await self._health(request.path)

    async def _health(self, path: str) -> Answer:
        if path == "/health":
            return WELL
        if path == "/ready":
            if await self._is_ready():
                return WELL
            return Answer(503, b'{"status":"Kafka does not answer"}', JSON, 1)
        raise TurnedAwayError(404, "no_such_path", "nothing is here: docs/collector.md lists the paths")

    async def _is_ready(self) -> bool:
        now = time.monotonic()
        if now - self._looked > READY_SECONDS:
            self._looked = now
            self._ready = self._producer.is_up and await self._producer.leads(self._topic, self._partitions)
        return self._ready and self._producer.is_up
