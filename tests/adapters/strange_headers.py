"""Batches as clients write them that send any bytes for a header's name; ours take text alone."""

from collections.abc import Sequence

from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy


class Named(str):
    """A header's name of these bytes."""

    __slots__ = ("raw",)
    raw: bytes

    def __new__(cls, raw: bytes) -> "Named":
        made = super().__new__(cls, raw.decode("latin-1"))
        made.raw = raw
        return made

    def encode(self, *_: str) -> bytes:  # what the writer of batches calls
        return self.raw


def batch(names: Sequence[bytes], base: int, codec: int = 0) -> bytes:
    """One record for each of these names of a header, from offset `base` on."""
    builder = _DefaultRecordBatchBuilderPy(2, codec, 0, -1, -1, -1, 1 << 20)
    for n, name in enumerate(names):
        builder.append(n, timestamp=1_000 + n, key=b"k", value=b"v%d" % n, headers=[(Named(name), b"x")])
    made = bytearray(builder.build())
    made[:8] = base.to_bytes(8, "big")
    return bytes(made)
