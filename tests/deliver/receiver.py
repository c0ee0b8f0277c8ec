"""A receiver of webhooks on loopback: it verifies, writes down what it takes, and answers as a test says."""

from collections.abc import Callable
from typing import Any, NamedTuple, Self

from aiohttp import web
from standardwebhooks import Webhook

from tests.deliver.made import SECRET

Behaviour = Callable[["Got"], web.StreamResponse | int]


class Got(NamedTuple):
    """One request as it came in."""

    id: str
    lead: str
    sequence: int
    headers: dict[str, str]
    event: dict[str, Any]
    attempt: int  # of this id, from 1
    taken: bool  # answered 2xx


class Receiver:
    """A context manager; `url` is where it listens. `behaves` says the status of each request, 200 by default."""

    def __init__(self, behaves: Behaviour | None = None, secret: str = SECRET, port: int = 0) -> None:
        self.behaves, self.secret, self.port = behaves or (lambda _: 200), secret, port
        self.got: list[Got] = []
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def taken(self) -> list[Got]:
        """What it took."""
        return [got for got in self.got if got.taken]

    def of(self, lead: str) -> list[int]:
        """The sequence numbers of one lead, in the order in which they were first taken."""
        return list(dict.fromkeys(got.sequence for got in self.taken if got.lead == lead))

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        event = Webhook(self.secret).verify(body, dict(request.headers))
        attempt = 1 + sum(got.id == event["id"] for got in self.got)
        headers = {name.lower(): value for name, value in request.headers.items()}
        got = Got(event["id"], event["subject"], event["data"].get("sequence", 0), headers, event, attempt, taken=False)
        said = self.behaves(got)
        answer = web.Response(status=said) if isinstance(said, int) else said
        self.got.append(got._replace(taken=200 <= answer.status < 300))
        return answer
