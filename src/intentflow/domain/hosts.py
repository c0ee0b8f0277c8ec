"""Hosts: which one an address names, and under which wider names it may be listed."""

import re
from collections.abc import Iterator

_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#]*@)?([^/?#@:]*)")


def host_of(address: str | None) -> str:
    """The host in lower case without `www.`; empty if the address names none, as a mere path doesn't."""
    found = None if address is None else _HOST.match(address.strip().lower())
    return "" if found is None else found[1].removeprefix("www.")


def wider(host: str) -> Iterator[str]:
    """The names under which a host may be listed, the narrowest first: `news.google.de`, `google.de`, `google.*`. None is one word."""
    while "." in host:
        yield host
        name, _, rest = host.partition(".")
        if short_suffix(rest):
            yield f"{name}.*"
        host = rest


def short_suffix(rest: str) -> bool:
    """Whether this can be a top-level domain, such as `com` or `co.uk`: at most two words of at most three letters."""
    words = rest.split(".")
    return len(words) <= 2 and all(0 < len(word) <= 3 for word in words)
