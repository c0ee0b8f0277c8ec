"""The public topics as an AsyncAPI 3 document, made from the code: `python -m intentflow.adapters.asyncapi > docs/schemas/asyncapi.yaml`.

It says, as any AsyncAPI tool reads it: which topics there are and what they are like, who writes and who reads them, under which key, and
what a message holds. The payloads are the JSON Schemas beside it. Actions are seen from intentflow: it receives events and sends changes.
"""

import sys
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from intentflow import __version__
from intentflow.adapters.topic_specs import TopicSpec, app_topics
from intentflow.domain.event import FAMILIES
from intentflow.wire.schemas import CONTRACTS
from intentflow.wire.topic_names import FAMILY_TOPICS, TopicNames

Part = dict[str, Any]

BINDING = "0.5.0"
DIALECT = "application/schema+json;version=2020-12"
KEY = {
    "type": "string",
    "pattern": "^(l|v):.+$",
    "description": "the lead's key: l:<lead id>, or l:<e-mail in lower case> if there is none, or v:<visitor id>; partitioner murmur2",
}
CE_HEADERS = {
    "type": "object",
    "description": "CloudEvents 1.0 in Kafka's binary mode",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "content-type"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "description": "the same whenever this is published again; drop what was seen"},
        "ce_source": {"const": "/intentflow/scoring"},
        "ce_subject": {"type": "string", "description": "the lead's key"},
        "ce_time": {"type": "string", "format": "date-time"},
        "content-type": {"const": "application/json"},
        "traceparent": {
            "type": "string",
            "description": "W3C trace context of the event that caused this, if it had one",
        },
    },
}
REJECTED_HEADERS = {
    "type": "object",
    "required": ["rejection_id", "reason", "detail", "source_topic", "source_partition", "source_offset"],
    "properties": {
        "rejection_id": {"type": "string", "description": "source topic, partition and offset; drop what was seen"},
        "reason": {"type": "string", "description": "one of the words of `intentflow_events_rejected_total`"},
        "detail": {"type": "string", "description": "what to mend"},
        "source_topic": {"type": "string"},
        "source_partition": {"type": "string"},
        "source_offset": {"type": "string"},
    },
}
SAYS = {
    "qualification_change": ("A lead moved from one stage to another", "intentflow.qualification-change"),
    "cart_notice": ("A cart was abandoned, or one that was is bought after all", "intentflow.cart-notice"),
}


def document() -> Part:
    """The whole document."""
    names = TopicNames()
    specs = {spec.name: spec for spec in app_topics(names)}
    channels = {name: _channel(specs[address], says, kinds) for name, address, says, kinds, _ in _channels(names)}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "intentflow",
            "version": __version__,
            "description": "Scores behaviour while it happens and says which leads are qualified, with a receipt for every point.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "embedded": {"host": "127.0.0.1:9092", "protocol": "kafka", "description": "what `intentflow up` starts"}
        },
        "channels": channels,
        "operations": {
            f"{'take' if action == 'receive' else 'tell'}_{name}": {"action": action, "channel": _ref("channels", name)}
            for name, _, _, _, action in _channels(names)
        },
        "components": {"messages": {kind: _message(kind) for kind in [*CONTRACTS, "rejection"]}},
    }


def _channels(names: TopicNames) -> list[tuple[str, str, str, list[str], str]]:
    """Name, address, what it is for, which messages, and what intentflow does with it."""
    behaviour = list(FAMILY_TOPICS)
    rest = [kind for kind in FAMILIES if kind not in FAMILY_TOPICS]
    families = [
        (kind, names.families[kind], f"Events of the family {kind} alone", [kind], "receive") for kind in behaviour
    ]
    return [
        ("events", names.events, "Events of every family, and links, in the order in which they happened to a lead",
         [*behaviour, *rest, "link"], "receive"),
        *families,
        ("outcomes", names.outcomes, "What sales says of leads", ["outcome"], "receive"),
        ("profiles", names.profiles, "What becomes known of leads", ["profile"], "receive"),
        ("qualification_changes", names.changes, "The output: leads that moved from one stage to another",
         ["qualification_change"], "send"),
        ("cart_notices", names.cart_notices, "Carts that were abandoned, and those that are bought after all",
         ["cart_notice"], "send"),
        ("rejections", names.rejections, "What was refused: the original bytes, and why", ["rejection"], "send"),
    ]  # fmt: skip


def _channel(spec: TopicSpec, says: str, kinds: list[str]) -> Part:
    config: Part = {"cleanup.policy": [spec.config["cleanup.policy"]]}
    config |= {name: int(spec.config[name]) for name in ("retention.ms", "max.message.bytes") if name in spec.config}
    binding = {
        "topic": spec.name,
        "partitions": spec.partitions,
        "replicas": spec.replication,
        "topicConfiguration": config,
        "bindingVersion": BINDING,
    }
    return {
        "address": spec.name,
        "description": says,
        "messages": {kind: _ref("components/messages", kind) for kind in kinds},
        "bindings": {"kafka": binding},
    }


def _message(kind: str) -> Part:
    key = {"bindings": {"kafka": {"key": KEY, "bindingVersion": BINDING}}}
    if kind == "rejection":
        says = "The refused record's own key and value, whatever they are"
        return {"name": kind, "summary": says, "contentType": "application/octet-stream", "headers": REJECTED_HEADERS}
    payload = {"schemaFormat": DIALECT, "schema": {"$ref": f"./{kind}.json"}}
    if kind not in SAYS:
        return {"name": kind, "payload": payload, **key}
    summary, type_ = SAYS[kind]
    headers = {**CE_HEADERS, "properties": {**CE_HEADERS["properties"], "ce_type": {"const": type_}}}  # type: ignore[dict-item]  # a dict in a dict
    return {"name": kind, "summary": summary, "headers": headers, "payload": payload, **key}


def _ref(where: str, name: str) -> Part:
    return {"$ref": f"#/{where}/{name}"}


def text() -> str:
    """The document as it is committed."""
    yaml, out = YAML(), StringIO()
    yaml.width = 140
    yaml.representer.ignore_aliases = lambda _: True  # what is shared in the code is written out
    yaml.dump(document(), out)
    return out.getvalue()


if __name__ == "__main__":
    sys.stdout.write(text())
