"""The door of the console: who is let in, by which name it was called, and what a browser may do with the answers. Plain ASGI.

- A request whose `Host` is not ours is refused: a page elsewhere must not reach us by a name that it made point here (DNS rebinding).
- Nothing but what has no data in it is answered without a token: in `Authorization: Bearer`, or in the cookie of a browser.
- A token in the address of a page (`?token=`) is put into that cookie, and the page is opened again without it: it stays out of history,
  bookmarks and `Referer`. The page is opened by itself and not by a redirect: a browser that came from elsewhere sends no strict cookie
  along a redirect.
- What changes something is taken from our own pages alone, whatever cookie comes with it.
- No other site may read an answer (no CORS), frame a page, or run a script in it.
"""

import html
from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intentflow.console.problems import problem
from intentflow.console.tokens import Role, role_of

COOKIE, QUERY = "intentflow_token", "token"
HERE = ("127.0.0.1", "localhost", "::1")
OPEN = ("/static/", "/healthz", "/favicon.ico")  # no data in them
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
DAY_SECONDS = 86_400
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Stands before an app; what it lets in has `state.role`."""

    def __init__(self, app: ASGIApp, kept: Sequence[str], hosts: Sequence[str]) -> None:
        """`kept`: hashes of tokens with their roles, as settings have them. `hosts`: names that we are called by, besides this machine."""
        self._app, self._kept, self._hosts = app, tuple(kept), {*HERE, *(host.lower() for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        answer = self._answer(scope)
        await (answer or self._app)(scope, receive, safely)

    def _answer(self, scope: Scope) -> Response | None:
        """What is to be said to who is not let in; None if it is."""
        headers, path, role = Headers(scope=scope), scope["path"], None
        if _name_of(headers.get("host", "")) not in self._hosts:
            return problem(421, "this console is not called by that name: add it to INTENTFLOW_CONSOLE_HOSTS")
        if path.startswith(OPEN):
            return None
        if (signed_in := self._signs_in(scope)) is not None:
            return signed_in
        bearer, cookie = _bearer(headers), _cookie(headers)
        role = role_of(bearer or cookie, self._kept)
        if role is None:
            return _unknown(path)
        if scope["method"] not in SAFE and not bearer and not _is_ours(headers):
            return problem(403, "what changes something is taken from the console's own pages alone")
        scope.setdefault("state", {})["role"] = role
        return None

    def _signs_in(self, scope: Scope) -> Response | None:
        """A token in the address of a page becomes a cookie."""
        if scope["method"] != "GET" or scope["path"].startswith("/api/"):
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        token = dict(query).get(QUERY, "")
        if not token or role_of(token, self._kept) is None:
            return None
        rest = urlencode([(name, value) for name, value in query if name != QUERY])
        return _opened_again(scope["path"] + (f"?{rest}" if rest else ""), token, secure=scope["scheme"] == "https")


def role_in(scope: Scope) -> Role | None:
    """What the guard found that this request may do."""
    role: Role | None = scope.get("state", {}).get("role")
    return role


def _opened_again(address: str, token: str, secure: bool) -> Response:
    target = html.escape("/" + address.lstrip("/\\"), quote=True)
    page = f'<!doctype html><title>intentflow</title><meta http-equiv="refresh" content="0; url={target}"><a href="{target}">Go on</a>'
    answer = HTMLResponse(page, headers={"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"})
    answer.set_cookie(COOKIE, token, max_age=30 * DAY_SECONDS, httponly=True, samesite="strict", secure=secure)
    return answer


def _unknown(path: str) -> Response:
    says = "a token is needed: in the header `Authorization: Bearer ...`; `intentflow token create` makes one"
    if path.startswith("/api/"):
        return problem(401, says, {"WWW-Authenticate": 'Bearer realm="intentflow"'})
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<title>Sign in · intentflow</title><link rel="stylesheet" href="/static/console.css">'
        '<main class="sign-in"><h1>intentflow</h1><p>Open the address that was printed when the console was started, or paste a token. '
        "<code>intentflow token create</code> makes one.</p>"
        '<form method="get" action="/"><label>Token <input name="token" type="password" autocomplete="off" required autofocus></label> '
        "<button>Sign in</button></form></main></html>"
    )
    return HTMLResponse(page, 401)


def _name_of(host: str) -> str:
    """A `Host` header without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _bearer(headers: Headers) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _is_ours(headers: Headers) -> bool:
    """Whether the browser says that the request comes from our own pages."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    return origin is None or urlsplit(origin).netloc == headers.get("host")
