"""Rejections as their topic tells of them, whoever wrote them: the worker, or the collector."""

from typing import Any

from intentflow.readmodel.told import KEPT_BYTES, Refused

KEPT_DETAIL = 1000  # characters


def refused_of(record: Any, topic: str, partition: int) -> Refused:
    """A record of the rejections topic. What its headers don't say is taken from where it lies."""
    said = {name: value.decode(errors="replace") for name, value in record.headers if value is not None}
    value = record.value or b""
    return Refused(
        id=said.get("rejection_id") or f"{topic}/{partition}/{record.offset}",
        reason=said.get("reason", "not_said"),
        detail=said.get("detail", "")[:KEPT_DETAIL],
        topic=said.get("source_topic", ""),
        partition=_number(said.get("source_partition")),
        offset=_number(said.get("source_offset")),
        at=_number(said.get("source_timestamp")) or record.timestamp,
        key=(record.key or b"")[:256],
        value=value[:KEPT_BYTES],
        size=len(value),
    )


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 19 else 0
