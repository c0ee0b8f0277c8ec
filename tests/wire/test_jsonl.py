"""JSON lines go through the same `decode` as records of Kafka."""

import io
import json

from intentflow.wire.events import decode
from intentflow.wire.examples import EXAMPLES
from intentflow.wire.jsonl import read_jsonl
from intentflow.wire.rejections import Rejection
from tests.wire.payloads import visit


def test_a_line_ends_as_the_same_bytes_would_on_kafka():
    samples = [json.dumps(sample).encode() for name in EXAMPLES for sample in EXAMPLES[name]]
    lines = [*samples, visit(occurred_at="1990-01-01T00:00:00Z"), visit(visitor_id=...), b"[]", b"{"]
    for row, line in zip(read_jsonl(io.BytesIO(b"\n".join(lines))), lines, strict=True):
        event = decode(line)
        assert row.value == line
        assert (row.time if isinstance(event, Rejection) else row.key[:2]) == (
            event if isinstance(event, Rejection) else row.key[:2]
        )
        assert isinstance(row.time, Rejection) == isinstance(event, Rejection)
