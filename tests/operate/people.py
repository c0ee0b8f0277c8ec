"""Rows of leads that are tied to each other."""

from intentflow.domain.bonds import Bonds, Merged
from intentflow.domain.lead import Lead
from intentflow.wire.rows import encode_row, encode_stub


def lead(newest: int = 100, *, alias: bytes = b"", merged: tuple[bytes, ...] = (), sent: int = 0) -> bytes:
    """A row; an alias has nothing but its bonds."""
    tied = alias or merged or sent
    bonds = Bonds(alias, sent, merged=[Merged(whose, 1, (0.0, 0.0, 0.0)) for whose in merged]) if tied else None
    return encode_row(1, Lead([1], [], clock=0 if alias else newest, newest=0 if alias else newest, bonds=bonds))


STUB = encode_stub(1, Lead([1], []))
