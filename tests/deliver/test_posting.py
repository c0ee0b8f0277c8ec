"""One POST, to real servers on loopback that behave well, badly, or are where nobody may go."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from intentflow.deliver.endpoint import Endpoint
from intentflow.deliver.posting import MOST_READ, Posted, Poster
from tests.deliver.made import endpoint

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that says whatever it likes; its port."""
    tasks: list[asyncio.Task[Any]] = []

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.current_task())  # type: ignore[arg-type]  # there is one
        try:
            await talk(reader, writer)
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(one, host, 0, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def says(text: bytes) -> Talk:
    """Reads a request's head, then says this."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(text)
        await writer.drain()

    return talk


async def post(url: str, *, read: bool = False, **other: object) -> Posted:
    """What comes of one POST there, by an endpoint that may be on loopback."""
    one: Endpoint = endpoint(**{"url": SecretStr(url), "networks": LOOPBACK, "timeout": 2_000} | other)  # type: ignore[arg-type]  # as said
    async with Poster(one) as poster:
        return await poster.post(url, b"{}", {"Content-Type": "application/json"}, read=read)


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"HTTP/1.1 200 OK", "ok"),
        (b"HTTP/1.1 204 No Content", "ok"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/", "redirect"),
        (b"HTTP/1.1 410 Gone", "gone"),
        (b"HTTP/1.1 503 No\r\nRetry-After: 9", "throttled"),
        (b"HTTP/1.1 500 No", "error"),
    ],
)
async def test_what_a_receiver_answers_is_told_in_one_word(head, word):
    async with server(says(head + b"\r\nContent-Length: 0\r\n\r\n")) as port:
        assert (await post(f"http://127.0.0.1:{port}/")).answer.word == word


@pytest.mark.parametrize(
    "said",
    [b"", b"\x00\xff" * 100, b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000, b"HTTP/9 OK\r\n\r\n"],
)
async def test_what_is_no_answer_is_a_failure_and_no_crash(said):
    async with server(says(said)) as port:
        assert (await post(f"http://127.0.0.1:{port}/")).answer.word == "unreachable"


async def test_a_receiver_that_says_nothing_or_a_byte_at_a_time_is_a_timeout():
    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.1)

    for talk in (_silent, drips):
        async with server(talk) as port:
            assert (await post(f"http://127.0.0.1:{port}/", timeout=300)).answer.word == "timeout"


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def test_of_an_endless_answer_no_more_is_read_than_the_bound():
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"a" * 65_536)
            await writer.drain()

    async with server(endless) as port:
        posted = await post(f"http://127.0.0.1:{port}/", read=True)
        assert (posted.answer.word, len(posted.body)) == ("ok", MOST_READ)
        assert (await post(f"http://127.0.0.1:{port}/")).body == b""


async def test_nobody_there_is_unreachable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        posted = await post(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert posted.answer.word == "unreachable"
    assert (await post("http://no-such-host.invalid/")).answer.word == "unreachable"


async def test_a_certificate_that_nobody_vouches_for_is_refused():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    async with server(says(b"HTTP/1.1 200 OK\r\n\r\n"), tls=context) as port:
        answer = (await post(f"https://localhost:{port}/")).answer
    assert (answer.word, answer.detail) == ("unreachable", "its certificate is not trusted, or TLS fails")


FORMS = [
    *("http://127.0.0.1", "http://127.1", "http://2130706433", "http://0x7f000001", "http://0177.0.0.1", "http://0"),
    *("http://localhost", "http://[::1]", "http://[::ffff:127.0.0.1]", "http://[::ffff:7f00:1]", "http://[::]"),
    *("http://0.0.0.0", "http://127.0.0.1.", "http://localhost.", "http://LOCALHOST", "http://①②⑦.0.0.1"),
    *("http://169.254.169.254/latest/meta-data", "http://[::ffff:169.254.169.254]", "http://2852039166"),
    *("http://10.0.0.1", "http://[::ffff:10.0.0.1]", "http://167772161", "http://[fd00:ec2::254]", "http://[fe80::1%25lo]"),
    *("http://192.168.0.1", "http://172.16.0.1", "http://100.100.100.200", "http://[64:ff9b::7f00:1]"),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
async def test_no_form_of_an_address_that_is_not_public_is_spoken_to(form):
    heard: list[bytes] = []

    async def listens(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))

    async with server(listens) as port:
        scheme, _, rest = form.partition("://")
        host, slash, path = rest.partition("/")
        answer = (await post(f"{scheme}://{host}:{port}{slash}{path}", networks=())).answer
    assert answer.word in ("forbidden", "unreachable")
    assert heard == []


async def test_a_name_that_is_answered_otherwise_the_second_time_does_not_lead_inside(monkeypatch):
    """DNS rebinding: what was looked up is what is connected to, and a new connection is judged anew."""
    looked_up: list[str] = []
    answers = iter(["127.0.0.2", "127.0.0.1", "127.0.0.1"])
    system = socket.getaddrinfo

    def rebinding(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        looked_up.append(host)
        return system(next(answers), port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    heard: list[str] = []

    def listens(name: str) -> Talk:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.append(name)
            await says(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")(reader, writer)

        return talk

    async with server(listens("outside"), "127.0.0.2") as port, server(listens("inside"), "127.0.0.1"):
        outside = (ip_network("127.0.0.2/32"),)
        first = await post(f"http://rebinding.example:{port}/", networks=outside)
        second = await post(f"http://rebinding.example:{port}/", networks=outside)
    assert (first.answer.word, second.answer.word) == ("ok", "forbidden")
    assert heard == ["outside"]
    assert looked_up == ["rebinding.example"] * 2
