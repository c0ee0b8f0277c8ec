"""The fold through its door: the same lead, whatever the chunks, and what the reference says of it."""

from typing import NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from intentflow.domain.event import AnyEvent
from intentflow.domain.fold import Fold
from intentflow.domain.lead import NOTICE, Lead, Unpublished
from intentflow.domain.rules import AXES, ScoringModel
from intentflow.oracle import Notice, Reference
from intentflow.wire.changes import decode_change, decode_notice
from intentflow.wire.chunk import Scorer
from intentflow.wire.events import encode
from intentflow.wire.rows import decode_row, due_of, encode_row
from tests.domain.arms import Move, as_told, assert_close, milliseconds
from tests.domain.strategies import SPAN, histories, models
from tests.oracle.made import T0

KEYS = (b"l:a", b"l:b", b"l:c")
END = T0 + 2 * SPAN + 300_001


class Record(NamedTuple):
    """A record as the Kafka client gives it, and the event in it."""

    offset: int
    timestamp: int
    key: bytes
    value: bytes
    event: AnyEvent
    headers: tuple[tuple[str, bytes], ...] = ()


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    """Events of up to three leads; the clocks of some who sent them run five minutes ahead, or more."""
    made: list[Record] = []
    for step in draw(histories()):
        if step.event is not None:
            key = draw(st.sampled_from(KEYS))
            ahead = draw(st.sampled_from((0, 0, 0, 0, 300_000, 300_001)))
            event = msgspec.structs.replace(step.event, visitor_id=None, lead_id=key[2:].decode())
            made.append(Record(len(made), step.at - ahead, key, encode(event), event))
    return made


class Table:
    """What the lane would hold: rows and changes of each lead, and the counts."""

    def __init__(self, model: ScoringModel) -> None:
        self.scorer = Scorer(model, sources=2)
        self.rows: dict[bytes, bytes] = {}
        self.changes: dict[bytes, list[Move]] = {}
        self.notices: dict[bytes, list[Notice]] = {}
        self.counts = {"counted": 0, "duplicate": 0, "too_late": 0}

    def events(self, chunk: list[Record]) -> None:
        folded = self.scorer.fold_events(self.rows, chunk, 0, 0, 1)
        self._keep(folded.leads)
        self.counts["counted"] += folded.counted
        self.counts["duplicate"] += folded.duplicate
        self.counts["too_late"] += len(folded.rejected)

    def clock(self, until: int) -> None:
        due = [key for key, row in self.rows.items() if 0 < due_of(row) <= until]
        self._keep(self.scorer.fold_clock(self.rows, due, until, 1, until).leads)

    def _keep(self, leads: list[tuple[bytes, Lead, list[Unpublished]]]) -> None:
        for key, lead, news in leads:
            self.rows[key] = encode_row(1, lead)
            self.notices.setdefault(key, []).extend(
                as_told(decode_notice(told.payload)) for told in news if told.to == NOTICE
            )
            for change in (decode_change(told.payload) for told in news if told.to is None):
                at = milliseconds(change.at) - T0
                move = Move(change.sequence, change.from_stage, change.to_stage, at, change.id)
                self.changes.setdefault(key, []).append(move)


def in_chunks(model: ScoringModel, told: list[Record], cuts: list[int]) -> Table:
    table = Table(model)
    for start, end in zip([0, *cuts], [*cuts, len(told)], strict=True):
        table.events(told[start:end])
    table.clock(END)
    return table


@settings(max_examples=1_000)
@given(models(horizons=(1500, 400_000)), records(), st.data())
def test_leads_that_come_in_chunks_go_the_way_of_their_references(model, told, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(told)), max_size=4)))
    table, reference = in_chunks(model, told, cuts), Reference(model)
    counts = {"counted": 0, "duplicate": 0, "too_late": 0}
    for record in told:
        counts[reference.event(record.key, record.event, record.timestamp)] += 1
    assert table.counts == counts
    scores = Fold(model).scores
    for key in reference.leads:
        reference.clock(key, END)
        moves = [Move(m.sequence, m.left, m.entered, m.at - T0, m.id) for m in reference.moves(key)]
        assert table.changes.get(key, []) == moves
        assert table.notices[key] == list(reference.notices(key))
        found = scores.at(decode_row(table.rows[key]), END)
        assert_close(dict(zip(AXES, found, strict=True)), reference.score(key, END))


@settings(max_examples=1_000)
@given(models(), records(), st.data())
def test_where_chunks_are_cut_makes_no_difference(model, told, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(told)), max_size=4)))
    one, other = in_chunks(model, told, cuts), in_chunks(model, told, list(range(len(told))))
    assert (one.rows, one.changes, one.notices, one.counts) == (other.rows, other.changes, other.notices, other.counts)
