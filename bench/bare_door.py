"""The least that an aiohttp server can do with a request: read its body, and say ok. What the collector is compared with."""

import sys

import uvloop
from aiohttp import web


async def read(request: web.Request) -> web.Response:
    """The body is read."""
    await request.read()
    return web.Response(text="ok")


async def serve(port: int) -> None:
    """Until killed."""
    app = web.Application(client_max_size=1 << 24)
    app.router.add_post("/{path:.*}", read)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    import asyncio

    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
