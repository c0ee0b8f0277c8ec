"""Which path is whose: every address that a tracker knows, and what it means. The table is the documentation.

A slash at the end makes no difference. The key in the path of a settings document is said back and not looked up: whoever has it learns
nothing that a stranger doesn't.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from intentflow.collector.documents import Document, posthog_array, posthog_flags, rudder_source, segment_settings
from intentflow.wire.tracked import Tracker


class Intake(Struct, frozen=True):
    """A path that takes events."""

    tracker: Tracker
    call: str = ""


class Told(Struct, frozen=True):
    """A path that tells a tracker what it asks before it sends anything."""

    document: Document
    key: str = ""  # as the path has it


class Swallowed(Struct, frozen=True):
    """A path to which a tracker sends what is nothing to us: it is answered well, and not read."""


Route = Intake | Told | Swallowed
PIXEL = "pixel"
_SHORT = {"t": "track", "p": "page", "i": "identify", "s": "screen", "g": "group", "a": "alias", "b": "batch"}

EXACT: Mapping[str, Route] = {
    **{f"/v1/{short}": Intake("segment", call) for short, call in _SHORT.items()},
    **{f"/v1/{call}": Intake("segment", call) for call in (*_SHORT.values(), "import")},
    "/v1/m": Swallowed(),  # how analytics-next itself is doing
    "/sourceConfig": Told(rudder_source),
    "/com.snowplowanalytics.snowplow/tp2": Intake("snowplow", "tp2"),
    "/i": Intake("snowplow", PIXEL),
    **{path: Intake("posthog", "capture") for path in ("/e", "/i/v0/e", "/capture", "/track")},
    "/batch": Intake("posthog", "batch"),
    "/s": Swallowed(),  # recordings of sessions
    "/flags": Told(posthog_flags),
    "/decide": Told(posthog_flags),
    "/v1/events": Intake("cloudevents", "events"),
}
PATTERNS: Mapping[re.Pattern[str], Document] = {
    re.compile(r"/v1/projects/([A-Za-z0-9_-]{1,128})/settings"): segment_settings,
    re.compile(r"/array/([A-Za-z0-9_-]{1,128})/config"): posthog_array,
}


def route_of(path: str) -> Route | None:
    """What this path means, if anything."""
    found = EXACT.get(path)
    if found is not None:
        return found
    path = path.rstrip("/")
    return EXACT.get(path) or _document_of(path)


def _document_of(path: str) -> Told | None:
    for pattern, document in PATTERNS.items():
        if named := pattern.fullmatch(path):
            return Told(document, named[1])
    return None
