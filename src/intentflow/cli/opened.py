"""The doors of the embedded stack: a token for the console and a write key for the collector, made once and kept in the data folder.

Both are for this machine alone: every part of the embedded stack listens on 127.0.0.1. They stay the same from run to run, so that
an address or a page that was set up yesterday works today.
"""

from itertools import chain, count
from pathlib import Path

from msgspec import Struct

from intentflow.adapters.server_process import claimed_port
from intentflow.collector.keyfile import add_key, key_ring, read_keys
from intentflow.console.running import address_of
from intentflow.console.tokens import kept_of, make_token
from intentflow.settings import Settings

TOKEN, KEY = "console.token", "collector.key"
SITE = "site"  # the key's name, in metrics and logs


class Doors(Struct, frozen=True):
    """Where people and trackers come in."""

    console: str  # with the token that opens it
    collector: str
    key: str  # a write key for browsers


def opened(settings: Settings) -> tuple[Settings, Doors]:
    """These settings with a console that a token opens and a collector that takes a write key. Raises ConfigError if a port is taken."""
    ports = {
        "console_port": claimed_port(settings.console_port, "the console", "--console-port"),
        "collector_port": claimed_port(settings.collector_port, "the collector", "--collector-port"),
    }
    settings.data.mkdir(parents=True, exist_ok=True)
    token = _kept(settings.data / TOKEN) or _keep(settings.data / TOKEN, make_token("operator")[0])
    keys = settings.collector_keys or settings.data / "collector-keys.yaml"
    key = _kept(settings.data / KEY)
    if not key or not keys.exists() or key_ring(keys).find(key) is None:
        key = _keep(settings.data / KEY, add_key(keys, _free_name(keys), "browser"))
    tokens = (*settings.console_tokens, kept_of("operator", token))
    settings = settings.model_copy(update={**ports, "collector_keys": keys, "console_tokens": tokens})
    collector = f"http://127.0.0.1:{settings.collector_port}"
    return settings, Doors(address_of(settings, token), collector, key)


def delivers(settings: Settings) -> bool:
    """Whether there are endpoints to deliver to."""
    return settings.deliver_endpoints.exists()


def parts_of(settings: Settings) -> tuple[str, ...]:
    """What runs on the stack."""
    return ("worker", "collector", "console", *(("deliver",) if delivers(settings) else ()))


def _free_name(keys: Path) -> str:
    """Of the key that is to be made: one whose text was lost keeps its own, and only its hash is known."""
    taken = {key.name for key in read_keys(keys).keys} if keys.exists() else set()
    return next(name for name in chain([SITE], (f"{SITE}-{number}" for number in count(2))) if name not in taken)


def _kept(path: Path) -> str:
    return path.read_text(errors="replace").strip() if path.exists() else ""


def _keep(path: Path, secret: str) -> str:
    path.touch(mode=0o600)
    path.chmod(0o600)  # it may have been there
    path.write_text(secret + "\n")
    return secret
