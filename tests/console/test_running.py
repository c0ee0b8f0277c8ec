"""Starting the console: whom it lets in when nobody was named, and when it does not start."""

import pytest

from intentflow.console.running import address_of, serve
from intentflow.console.tokens import make_token
from intentflow.errors import ConfigError
from intentflow.settings import Settings

KEPT = make_token("viewer")[1]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound: it is refused, or only spelled


@pytest.mark.parametrize("host", [EVERYWHERE, "192.0.2.1", "console.example"])
async def test_where_others_may_come_it_does_not_start_without_tokens(host, tmp_path):
    settings = Settings(console_host=host, console_port=0, data=tmp_path, redis_url="redis://127.0.0.1:1/0")
    with pytest.raises(ConfigError, match="intentflow token create"):
        await serve(settings, with_projector=False, tell=lambda _: None)


async def test_without_a_redis_it_does_not_start(tmp_path):
    with pytest.raises(ConfigError, match="INTENTFLOW_REDIS_URL"):
        await serve(Settings(console_port=0, data=tmp_path), with_projector=False, tell=lambda _: None)


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:8081/"), (EVERYWHERE, "http://127.0.0.1:8081/"), ("::1", "http://[::1]:8081/")],
)
def test_the_address_is_one_that_can_be_opened(host, address):
    settings = Settings(console_host=host, console_tokens=(KEPT,))
    assert address_of(settings) == address
    assert address_of(settings, "abc") == f"{address}?token=abc"
