"""What a site says of itself, so that its trackers are understood: its own names of events, its landing pages, how it speaks of carts."""

import fnmatch
import re
from collections.abc import Mapping, Sequence

from intentflow.errors import ConfigError
from intentflow.wire.event_names import EventNames

_CURRENCY = re.compile(r"[A-Z]{3}")


class Site:
    """One site's words. Made once: a name that was looked up is remembered."""

    def __init__(
        self,
        event_names: Mapping[str, str] | None = None,
        landing_pages: Sequence[str] = (),
        currency: str | None = None,
        *,
        cart_ids: bool = False,
    ) -> None:
        """`landing_pages`: globs of the URLs that are landing pages whoever comes, and by whatever link. `currency`: of amounts that come
        without one. `cart_ids`: every event of a cart, the purchase too, says which cart it is. Raises ConfigError that names the setting.
        """
        if currency is not None and not _CURRENCY.fullmatch(currency):
            raise ConfigError(f"currency: {currency!r} must be an ISO 4217 code, such as EUR")
        self.names = EventNames(event_names)
        self.currency, self.cart_ids = currency, cart_ids
        patterns = "|".join(fnmatch.translate(glob) for glob in landing_pages)
        self._landing = re.compile(patterns, re.IGNORECASE) if patterns else None

    def is_landing_page(self, url: str | None) -> bool:
        """Whether the page is made for those who arrive."""
        return url is not None and self._landing is not None and self._landing.match(url) is not None


ANY_SITE = Site()
