"""What a tracker's request becomes: the seam between HTTP and the formats of trackers.

Each format is a module of two pure functions, a `Format`. `opened` finds in a request's body what must be known before anything in it is
believed: the write key, the time at which it was sent, and the bytes of each event. `translate` makes of one event's bytes what it is to
us: none, one or several events and links, in the order in which they happened, or a rejection. What is the same for all formats is done
behind them: the contract is checked with the worker's own decoder, and a link is added where an event names a lead and a visitor.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal, Protocol

from msgspec import Raw, Struct

from intentflow.domain.event import EARLIEST, AnyRecord
from intentflow.wire.rejections import Rejection
from intentflow.wire.site import ANY_SITE, Site

Tracker = Literal["segment", "snowplow", "posthog", "cloudevents"]
DO_NOT_TRACK = (
    "do_not_track"  # attribute, true: this person refuses to be watched, by header or in a consent of the tracker
)
PRIVACY_CONTROL = (
    "global_privacy_control"  # attribute, true: this person's browser says that nothing may be sold or shared
)
CONSENT = (
    "consent."  # in front of an attribute, true or false: what was said to one category, such as `consent.advertising`
)

BELIEVED = 10_000  # ms between sending and receipt that may be the way and not a wrong clock (docs/trackers.md)


class Envelope(Struct, frozen=True, kw_only=True):
    """What HTTP knows of a request. No address: it is kept nowhere."""

    tracker: Tracker
    received: int  # epoch milliseconds
    call: str = ""  # what the path names: `track`, `batch`, ...; in long names, whichever form was sent
    sent: int | None = None  # epoch milliseconds by the sender's clock, as `opened` found it
    user_agent: str | None = (
        None  # of the request: for a server's library that is the library, so a format must know whom it believes
    )
    request_id: str = ""
    site: Site = ANY_SITE  # what the site says of itself


class Opened(Struct, frozen=True, kw_only=True):
    """A request's body, opened. The items are the bytes of each event as they were sent."""

    items: Sequence[bytes | Raw]
    key: str | None = None  # the write key, if the body has it
    sent: int | None = None  # epoch milliseconds by the sender's clock


class Format(Protocol):
    """How one tracker says things; a module has these functions."""

    @property
    def opened(self) -> Callable[[bytes, str], Opened | Rejection]:
        """Of a body and the path's `call`. The body is no longer compressed, base64 or a form, and not nested too deep; of a pixel
        (`call` is `pixel`) it is the query, as it was sent. Nothing raises.
        """

    @property
    def translate(self) -> Callable[[bytes | Raw, Envelope], Sequence[AnyRecord | Rejection]]:
        """Of one item. Nothing raises; nothing yielded: it is nothing to us. The structs are checked behind, they need not be here."""


def happened(envelope: Envelope, created: int | None, sent: int | None = None) -> datetime:
    """When an event happened that was made at `created` by the sender's clock: received - (sent - created), never after it was received.

    A clock that runs wrong is so put right, as far as both its times are wrong alike. One that is `BELIEVED` is right: the time on the
    way would put events of one browser, sent one by one, in another order. Without `created` it is the time of receipt; without `sent`
    the sender's clock is believed as far as it lies in the past. `sent` is that of the request, or of the event where the tracker says it
    for each.
    """
    if created is None:
        return at(envelope.received)
    sent = envelope.sent if sent is None else sent
    if sent is None or abs(envelope.received - sent) <= BELIEVED:
        sent = envelope.received
    since = max(0, sent - created)
    return at(max(EARLIEST, envelope.received - since))


def at(milliseconds: int) -> datetime:
    """The aware time of these epoch milliseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
