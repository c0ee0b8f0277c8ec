"""The changelog's format, byte for byte: what is written today is what the golden file of the format holds, and it is read back the same.

A change that makes these fail is a new format: docs/operations.md, "Upgrading", says what to do then. To write the file of a new
format: `python -m tests.wire.test_rows_golden`.
"""

import json
from pathlib import Path

import msgspec
import pytest

from intentflow.domain.bonds import Bonds, Merged
from intentflow.domain.carts import CartState, Contents
from intentflow.domain.lead import NOTICE, Lead, Unpublished
from intentflow.domain.profile import Telling
from intentflow.errors import ConfigError
from intentflow.lane.changelog import Changelog
from intentflow.lane.marks import (  # fmt: skip
    MODEL,
    SOURCES,
    Fence,
    Topic,
    encode_fence,
    encode_ledger,
    encode_model,
    encode_sources,
    ledger_key,
)
from intentflow.wire.records import Ledger
from intentflow.wire.rows import HEAD, VERSION, decode_row, encode_row, encode_stub, format_of
from tests.lane.scenes import Record

FOLDER = Path(__file__).with_name("golden")
T = 1_800_000_000_000
ANNA, VISITOR, GONE = b"l:anna@example.com", b"v:c0ffee", b"l:gone"


def full() -> Lead:
    """Every field says something."""
    lead = Lead(
        [7, -1, 3], [Unpublished(0, 7, b"{}", None), Unpublished(0, 7, b"m", VISITOR), Unpublished(0, 7, b"n", NOTICE)]
    )
    lead.model, lead.due, lead.stage, lead.since, lead.sequence = 0xC0FFEE, T + 5, 0xBEEF, T, 4
    lead.clock, lead.newest, lead.floor, lead.room, lead.paid = T + 2, T + 1, T - 9, [1.5, 0.0], 5
    lead.seen_hashes, lead.seen_times, lead.signals = b"hash", b"sixsix", b"sigs"
    lead.counts, lead.older, lead.closed = bytearray(b"counts"), b"older", b"closed"
    lead.firsts, lead.lasts, lead.windows = {1: T}, {2: T}, {3: b"window"}
    lead.newsletter = (T, T + 1, T + 2, 0, 0)
    lead.carts = {9: CartState(T, T, 0, 0, "k9", Contents(T, 3, "39.900000000", "EUR", 1))}
    lead.left, lead.entered, lead.told = {4: T}, {5: [T - 1, T]}, {9: T}
    lead.bonds = Bonds(b"", 8, b"heard-of-someone", b"told", [Merged(VISITOR, T, (1.0, 0.0, 2.5))], [])
    lead.profile = {"role": Telling(T, 1, 0, True, "owner"), "gone": Telling(T, 2, 1, False, None)}
    lead.evidence, lead.bursts = {6: [T]}, {7: b"burst"}
    return lead


def alias() -> Lead:
    return Lead([9], [], bonds=Bonds(ANNA, 3, since=[10]))


def stub() -> Lead:
    return Lead([12, 2], [], sequence=5)


def written() -> dict[str, tuple[bytes, bytes]]:
    """One record of each kind, as it is written today."""
    return {
        "a lead with everything": (ANNA, encode_row(3, full())),
        "a lead that has seen nothing": (b"l:42", encode_row(3, Lead([], []))),
        "an alias": (VISITOR, encode_row(3, alias())),
        "a stub": (GONE, encode_stub(3, stub())),
        "a fence": encode_fence(Fence(3, b"0123456789abcdef")),
        "a ledger": (ledger_key(1), encode_ledger(3, Ledger(100, 80, 10, 5, [97, 98], 3, 2))),
        "the sources": (
            SOURCES,
            encode_sources(3, [Topic("intentflow.events", "a-topic-id"), Topic("intentflow.control")]),
        ),
        "the model": (MODEL, encode_model(3, "9f2c" * 16, at=0)),  # as it was written before docs/decisions/0023
        "the model, and since when": (MODEL, encode_model(3, "9f2c" * 16, at=T)),
    }


def golden(version: int) -> dict[str, tuple[bytes, bytes]]:
    said = json.loads((FOLDER / f"changelog-format-{version}.json").read_text())
    return {name: (bytes.fromhex(one["key"]), bytes.fromhex(one["value"])) for name, one in said.items()}


def fed(*records: tuple[bytes, bytes]) -> Changelog:
    log = Changelog()
    log.feed([Record(offset, key, value) for offset, (key, value) in enumerate(records)])
    return log


def test_every_format_that_was_ever_written_has_its_golden_file():
    files = sorted(path.name for path in FOLDER.iterdir())
    assert files == [f"changelog-format-{version}.json" for version in range(1, VERSION + 1)]


def test_what_is_written_today_is_what_the_golden_file_holds():
    assert written() == golden(VERSION)


def test_the_lead_that_is_written_leaves_no_field_at_its_default():
    blank = Lead([], [])
    assert [name for name in Lead.__struct_fields__ if getattr(full(), name) == getattr(blank, name)] == []


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_what_a_version_wrote_is_read_back_as_it_was_meant(version):
    log = fed(*golden(version).values())
    leads = {key: decode_row(row) for key, row in log.rows.items()}
    assert leads == {ANNA: full(), b"l:42": Lead([], []), VISITOR: alias(), GONE: stub()}
    assert log.ledgers() == {1: Ledger(100, 80, 10, 5, [97, 98], 3, 2)}
    assert log.sources() == [Topic("intentflow.events", "a-topic-id"), Topic("intentflow.control")]
    assert (log.model(), log.epoch) == (("9f2c" * 16, T), 3)


def test_when_a_model_took_effect_is_not_known_where_it_was_not_noted():
    assert fed(golden(1)["the model"]).model() == ("9f2c" * 16, 0)


def test_fields_that_were_added_at_the_end_have_their_defaults_in_a_row_from_before_them():
    _, row = golden(VERSION)["a lead with everything"]
    fields = msgspec.msgpack.decode(row[HEAD.size :])
    lead = decode_row(row[: HEAD.size] + msgspec.msgpack.encode(fields[:-4]))
    assert (lead.profile, lead.told, lead.evidence, lead.bursts) == (None, None, None, None)
    assert lead.entered == full().entered


@pytest.mark.parametrize("name", sorted(set(written()) - {"a fence"}))
def test_a_newer_format_is_refused_whatever_record_bears_it_and_it_is_said_what_to_do(name):
    key, value = written()[name]
    newer = value[:4] + bytes([value[4] & ~0x7E | (VERSION + 1) << 1]) + value[5:]
    assert format_of(newer) == VERSION + 1
    with pytest.raises(ConfigError, match=rf"offset 0: format {VERSION + 1}, .* reads up to {VERSION}: .*install"):
        fed((key, newer))


if __name__ == "__main__":
    told = {name: {"key": key.hex(), "value": value.hex()} for name, (key, value) in written().items()}
    (FOLDER / f"changelog-format-{VERSION}.json").write_text(json.dumps(told, indent=2) + "\n")
