"""What trackers fetch before they send: settings documents that switch nothing on.

Each says the least that its tracker accepts: no destinations, no plugins to load, no feature flags, no session recording.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.json import encode


class Asked(Struct, frozen=True):
    """Who asks, and where."""

    key: str
    host: str  # with its port, as the asker knows us
    scheme: str  # http or https


Document = Callable[[Asked], bytes]
_UPDATED = "2026-01-01T00:00:00.000Z"
_OFF: Mapping[str, object] = {
    "supportedCompression": ["gzip", "gzip-js", "base64"],
    "featureFlags": {},
    "featureFlagPayloads": {},
    "errorsWhileComputingFlags": False,
    "sessionRecording": False,
    "surveys": False,
    "heatmaps": False,
    "toolbarParams": {},
    "isAuthenticated": False,
    "siteApps": [],
    "autocapture_opt_out": True,
    "capturePerformance": False,
    "autocaptureExceptions": False,
}


def segment_settings(asked: Asked) -> bytes:
    """For analytics-next: send to this host, load nothing else."""
    sender = {"apiKey": asked.key, "apiHost": f"{asked.host}/v1", "protocol": asked.scheme, "unbundledIntegrations": []}
    plan = {"track": {"__default": {"enabled": True}}, "identify": {"__default": {"enabled": True}}}
    return encode(
        {"integrations": {"Segment.io": sender}, "plan": plan, "edgeFunction": {}, "metrics": {"sampleRate": 0}}
    )


def rudder_source(asked: Asked) -> bytes:
    """For RudderStack's SDK: an enabled source without destinations."""
    statistics = {"errors": {"enabled": False}, "metrics": {"enabled": False}}
    source = {
        "id": "intentflow",
        "name": "intentflow",
        "writeKey": asked.key,
        "enabled": True,
        "workspaceId": "intentflow",
        "updatedAt": _UPDATED,
        "config": {"statsCollection": statistics},
        "dataplanes": {},
        "destinations": [],
    }
    return encode({"source": source, "updatedAt": _UPDATED, "consentManagementMetadata": {"providers": []}})


def posthog_flags(_: Asked) -> bytes:
    """For posthog-js: no flags."""
    return encode({**_OFF, "flags": {}})


def posthog_array(asked: Asked) -> bytes:
    """For posthog-js: its remote configuration, all off."""
    return encode({**_OFF, "token": asked.key, "hasFeatureFlags": False})
