"""The door of the console, knocked at over HTTP."""

from aiohttp import ClientSession, CookieJar
from yarl import URL

from tests.console.conftest import OPERATOR, VIEWER

DATA = ["/", "/leads", "/leads/ada@acme.com", "/model", "/rejections", "/live", "/api/leads", "/api/leads/ada@acme.com"]
DATA += [
    "/api/changes",
    "/api/model",
    "/api/funnel",
    "/api/rates",
    "/api/rejections",
    "/api/health",
    "/api/openapi.json",
]
BAD = ["", "ift_x", VIEWER[0][:-1], VIEWER[0] + "x", VIEWER[1], "é" * 200, "x" * 5000]


async def test_nothing_with_data_in_it_is_answered_without_a_token(stranger):
    for path in DATA:
        async with stranger.get(path) as response:
            wanted = "application/problem+json" if path.startswith("/api/") else "text/html"
            assert (path, response.status, response.content_type) == (path, 401, wanted)
            assert "acme" not in await response.text()


async def test_a_token_that_is_none_of_ours_opens_nothing(stranger):
    for token in BAD:
        headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
        async with stranger.get("/api/leads", headers=headers) as response:
            assert (token, response.status) == (token, 401)
        async with stranger.get("/", params={"token": token}) as response:
            assert (token, response.status) == (token, 401)
            assert "Set-Cookie" not in response.headers


async def test_that_it_is_up_is_told_to_anybody_and_nothing_else(stranger):
    async with stranger.get("/healthz") as response:
        assert (response.status, await response.json()) == (200, {"status": "up"})


async def test_a_token_in_the_address_becomes_a_cookie_and_leaves_the_address(site):
    async with ClientSession(site, cookie_jar=CookieJar(unsafe=True)) as browser:
        async with browser.get("/leads", params={"stage": "mql", "token": VIEWER[0]}) as response:
            text = await response.text()
            cookie = response.headers["Set-Cookie"]
            assert response.status == 200
            assert 'content="0; url=/leads?stage=mql"' in text
            assert VIEWER[0] not in text
            assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
            assert response.headers["Referrer-Policy"] == "no-referrer"
        for path in ("/leads?stage=mql", "/api/leads"):
            async with browser.get(path) as response:
                assert response.status == 200
                assert "ada@acme.com" in await response.text()


async def test_a_page_is_never_opened_again_elsewhere(site):
    address = URL(f"{site}//evil.example/x?token={VIEWER[0]}", encoded=True)
    async with ClientSession() as browser, browser.get(address) as response:
        text = await response.text()
        assert (response.status, '0; url=/evil.example/x"' in text) == (200, True)


async def test_a_name_that_is_not_ours_is_refused_whatever_the_token(viewer):
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:8081", "", "[", "localhost."):
        async with viewer.get("/api/leads", headers={"Host": host}) as response:
            assert (host, response.status) == (host, 421)
            assert "acme" not in await response.text()


async def test_our_names_are_taken_with_any_port(viewer):
    for host in ("localhost:1", "127.0.0.1", "[::1]:8081", "console.example", "CONSOLE.EXAMPLE:443"):
        async with viewer.get("/api/funnel", headers={"Host": host}) as response:
            assert (host, response.status) == (host, 200)


async def test_every_answer_tells_the_browser_what_it_may_not_do(viewer):
    for path in ("/", "/api/leads", "/static/console.css", "/healthz", "/nothing", "/api/leads/nobody"):
        async with viewer.get(path, headers={"Origin": "https://evil.example"}) as response:
            policy = response.headers["Content-Security-Policy"]
            assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert (response.headers["Cache-Control"] == "no-store") is not path.startswith("/static/")
            assert {"Access-Control-Allow-Origin", "Server"}.isdisjoint(response.headers)


async def test_what_changes_something_is_not_taken_from_elsewhere_whatever_the_cookie(stranger):
    form, cookie = {"reason": "not_json", "csrf": ""}, {"Cookie": f"intentflow_token={OPERATOR[0]}"}
    for site in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}, {}):
        async with stranger.post("/rejections/replay", data=form, headers=cookie | site) as response:
            assert (site, response.status) == (site, 403)


async def test_sending_again_is_for_operators(viewer):
    async with viewer.post("/rejections/replay", data={"reason": "not_json"}) as response:
        assert (response.status, "for operators" in await response.text()) == (403, True)


async def test_there_is_no_way_out_of_the_folder_of_files(viewer):
    for path in ("/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/../app.py", "/static//etc/passwd"):
        async with viewer.get(path) as response:
            assert response.status in (404, 401)
            assert "create_app" not in await response.text()
