"""The small types that deliver.yaml is written in, each with an error that says what it must be and never repeats what may be secret."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from yarl import URL

from intentflow.model.durations import duration, shown
from intentflow.model.written import tuple_of

MOST_ATTEMPTS = 20
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
PROPERTY = re.compile(r"[a-z][a-z0-9_]{0,99}")
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
SPACES = re.compile(r"[\x00-\x20\x7f]")
OURS = ("webhook-", "content-", "host", "user-agent", "transfer-", "connection", "expect", "upgrade", "traceparent")
SOMEWHERE = "{env: NAME_OF_A_VARIABLE} or {file: /path/to/a/file}"

Network = IPv4Network | IPv6Network


class Place(NamedTuple):
    """Where a secret is: in an environment variable, or in a file."""

    env: str = ""
    file: str = ""


def secret(written: object) -> Place:
    """The place that a secret is at; the secret itself is refused."""
    if isinstance(written, str):
        raise ValueError(f"must say where the secret is, not the secret itself: {SOMEWHERE}")
    if not isinstance(written, dict) or len(written) != 1 or next(iter(written)) not in Place._fields:
        raise ValueError(f"must be {SOMEWHERE}")
    ((kind, name),) = written.items()
    if kind == "env" and not (isinstance(name, str) and VARIABLE.fullmatch(name)):
        raise ValueError("must name an environment variable, like {env: CRM_SECRET}")
    if kind == "file" and not (isinstance(name, str) and 0 < len(name) <= 1000):
        raise ValueError("must name a file, like {file: /run/secrets/crm}")
    return Place(**{kind: name})


def address(written: object) -> str | Place:
    """A URL, or where it is if it is secret."""
    if isinstance(written, dict):
        return secret(written)
    return checked_url(written if isinstance(written, str) else "")


def checked_url(written: str) -> str:
    """A URL that can be posted to; a ValueError says what is wrong."""
    try:
        url = URL(written)
    except ValueError:
        raise ValueError("must be a URL, like https://crm.example/hooks") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("must be a URL that begins with https:// (or http://), like https://crm.example/hooks")
    if SPACES.search(written) or _is_half_an_address(url.host):
        raise ValueError("must be a URL without spaces, with a whole name or address, like https://crm.example/hooks")
    if url.user is not None or url.password is not None:
        raise ValueError(
            "must not hold a user or password; give them as a header: headers: {Authorization: {env: NAME}}"
        )
    if url.fragment:
        raise ValueError("must not have a fragment (what follows #); it would never be sent")
    return written


def _is_half_an_address(host: str) -> bool:
    """`2130706433` and `127.1`: some take them for addresses, no name ends in a number, and nothing could be sent there."""
    if not host.rpartition(".")[2].isdecimal():
        return False
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


def timeout(written: object) -> int:
    """Milliseconds until an answer that has not come is a failure."""
    ms = duration(written)
    if not 1_000 <= ms <= 60_000:
        raise ValueError("must be from 1s to 60s (try 20s)")
    return ms


def waits(written: object) -> tuple[int, ...]:
    """Milliseconds before each attempt; as many attempts as entries."""
    items = tuple_of(written)
    if len(items) > MOST_ATTEMPTS:
        raise ValueError(f"must have at most {MOST_ATTEMPTS} entries, one for each attempt")
    found = tuple(duration(item) for item in items)
    if found[0]:
        raise ValueError("must begin with 0s: the first attempt is made at once")
    return found


def network(written: object) -> Network:
    """Addresses that an endpoint may be at although they are not public."""
    try:
        return ip_network(written if isinstance(written, str) else "")
    except ValueError:
        text = f"must be a network like 10.20.0.0/16, or an address like 10.20.1.5, not {shown(written)}"
        raise ValueError(text) from None


def header(written: object) -> str:
    """The name of a header that is sent beside ours."""
    if not isinstance(written, str) or not HEADER.fullmatch(written) or written.lower().startswith(OURS):
        raise ValueError("must be a header's name that deliver does not set itself, like Authorization")
    return written


def hubspot_name(written: object) -> str:
    """The internal name of a property or a stage in HubSpot."""
    if not isinstance(written, str) or not PROPERTY.fullmatch(written):
        raise ValueError(f"must be an internal name in HubSpot, like marketingqualifiedlead, not {shown(written)}")
    return written
