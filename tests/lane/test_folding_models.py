"""A scoring model takes effect for a partition: in slices, over crashes, once. `docs/semantics.md`, "A new model"."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from intentflow.domain.lead import Lead
from intentflow.domain.rules import ScoringModel
from intentflow.lane import folding
from intentflow.lane.chunk import Chunk
from intentflow.lane.due import Due
from intentflow.lane.effects import Effect, Seek, WriteLog
from intentflow.lane.folding import fold_control
from intentflow.lane.marks import MODEL, Topic, decode_model
from intentflow.lane.places import Place
from intentflow.wire.chunk import Scorer
from intentflow.wire.control import encode_clock, encode_model
from intentflow.wire.rows import decode_row, encode_row, encode_stub
from tests.domain.arms import FoldArm
from tests.domain.renewing import HASH, others
from tests.domain.strategies import SPAN, histories, models
from tests.lane.scenes import EVENTS, Log, Record, process
from tests.oracle.made import T0
from tests.oracle.made import model as made

AT = T0 + SPAN
CONTROL = 1  # source number
OTHER = "89abcdef"
Rows = dict[bytes, bytes]


class Owner:
    """A process that takes the partition from a log and folds a control topic."""

    def __init__(self, log: Log, name: bytes, model: ScoringModel) -> None:
        self.log, self.scorer = log, Scorer(model, 2)
        self.part = part = process(name, (EVENTS, Topic("control")))
        effects = part.take()
        while not isinstance(effects[0], Seek):
            effects = log.perform(part, effects[0])
        log.all(part, part.sought({"events": Place(None, 0, 0), "control": Place(None, 0, 9)}))
        part.open(1)

    def fold(self, records: list[Record], crash: int = 1 << 30) -> list[str]:
        """Fold these until so many writes are in the log; hashes of models that were strange."""
        said = Chunk("control", 0, 0, len(records), records, 1)
        self.part.accept(said)
        strange: list[str] = []
        for effects, folded in fold_control(self.part, Due(self.part.rows), self.scorer, said, 1):
            strange += folded.strange
            if not self._perform(effects, crash):
                return strange
        return strange

    def _perform(self, effects: list[Effect], crash: int) -> bool:
        while effects:
            effect, *effects = effects
            effects += self.log.perform(self.part, effect)
            if isinstance(effect, WriteLog) and self.log.done.count("WriteLog") >= crash:
                return False
        return True


def log_of(rows: Rows) -> Log:
    log = Log()
    log.append(*rows.items())
    return log


def stands(rows: Rows) -> dict[bytes, Lead]:
    """The leads as they are, whoever wrote them, and whether their changes are published or not."""
    return {key: structs.replace(decode_row(row), outbox=[]) for key, row in rows.items()}


def many(rows: list[bytes]) -> Rows:
    return {b"l:%d" % n: row for n, row in enumerate(rows)}


@st.composite
def towns(draw: st.DrawFn) -> tuple[Rows, ScoringModel]:
    """Leads that one model judged, and another one."""
    model = draw(models())
    arms = [FoldArm(model) for _ in range(draw(st.integers(1, 7)))]
    for arm in arms:
        for step in draw(histories(most=6)):
            if step.event is not None:
                arm.event(step.event)
    return many([arm.row for arm in arms]), draw(others(model))


@settings(max_examples=1_000)
@given(towns(), st.integers(1, 3), st.integers(0, 9))
def test_a_sweep_in_slices_with_a_crash_anywhere_is_the_sweep_at_once(town, size, crash):
    rows, model = town
    at_once = Scorer(model, 2).fold_model(dict(rows), rows, AT, CONTROL, 0).leads
    expected = {key: structs.replace(lead, outbox=[]) for key, lead, _ in at_once}
    changes = {one.payload for _, _, told in at_once for one in told}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(folding, "SLICE", size)
        log, records = log_of(rows), [Record(0, *encode_model(HASH, AT))]
        first = Owner(log, b"me", model)
        log.done.clear()
        first.fold(records, crash)
        second = Owner(log, b"it", model)
        second.fold(records)
    found = stands(second.part.rows)
    assert {key: lead for key, lead in found.items() if key in expected} == expected
    assert set(log.published) == changes
    assert second.part.model == HASH
    assert second.part.ledgers[CONTROL].counted == 1


def a_lead(**more: int) -> bytes:
    lead = FoldArm(model_of("0123abcd")).lead
    return encode_row(0, structs.replace(lead, **more))


def model_of(model_hash: str) -> ScoringModel:
    return structs.replace(made(), hash=model_hash)


def test_aliases_stubs_and_who_has_not_begun_are_left_alone():
    rows = {b"l:alias": a_lead(), b"l:stub": encode_stub(0, Lead([0, 0], []))}
    owner = Owner(log_of(rows), b"me", model_of(HASH))
    owner.fold([Record(0, *encode_model(HASH, AT))])
    assert owner.part.rows == rows


def test_a_model_that_is_not_the_worker_s_is_counted_told_and_does_nothing():
    rows = {b"l:a": a_lead(clock=T0, since=T0, model=1)}
    owner = Owner(log_of(rows), b"me", model_of(HASH))
    assert owner.fold([Record(0, *encode_model(OTHER, AT))]) == [OTHER]
    assert owner.part.rows == rows
    assert owner.part.model == ""
    assert owner.part.ledgers[CONTROL].counted == 1


def test_a_strange_model_that_is_read_again_is_not_told_again():
    log, records = log_of({}), [Record(0, *encode_model(OTHER, AT))]
    Owner(log, b"me", model_of(HASH)).fold(records)
    assert Owner(log, b"it", model_of(HASH)).fold(records) == []


def test_the_changelog_says_which_model_took_effect_behind_the_leads_that_were_brought_to_it():
    log = log_of({b"l:a": a_lead(clock=T0, since=T0, model=1)})
    Owner(log, b"me", model_of(HASH)).fold([Record(0, *encode_model(HASH, AT)), Record(1, *encode_clock(AT + 1))])
    keys = [record.key for record in log.records]
    assert keys.index(MODEL) > len(keys) - 1 - keys[::-1].index(b"l:a")
    mark = next(record.value for record in log.records if record.key == MODEL)
    assert decode_model(mark or b"") == (HASH, AT)
    assert Owner(log, b"it", model_of(HASH)).part.model == HASH


def test_who_takes_the_partition_knows_when_the_model_took_effect_and_saying_it_again_does_not_change_that():
    log = log_of({})
    Owner(log, b"me", model_of(HASH)).fold([Record(0, *encode_model(HASH, AT))])
    heir = Owner(log, b"it", model_of(HASH))
    assert heir.part.model_at == AT
    heir.fold([Record(1, *encode_model(HASH, AT + 9))])
    assert heir.part.model_at == Owner(log, b"us", model_of(HASH)).part.model_at == AT


def test_a_model_that_comes_back_took_effect_when_it_came_back():
    log, noted = log_of({}), []
    for number, model_hash in enumerate((HASH, OTHER, HASH)):
        owner = Owner(log, b"me", model_of(model_hash))
        owner.fold([Record(number, *encode_model(model_hash, AT + number))])
        noted.append((owner.part.model, owner.part.model_at))
    assert noted == [(HASH, AT), (OTHER, AT + 1), (HASH, AT + 2)]


def test_a_model_that_took_effect_for_a_lead_does_nothing_when_it_is_said_again():
    owner = Owner(log_of({b"l:a": a_lead(clock=T0, since=T0, model=1)}), b"me", model_of(HASH))
    owner.fold([Record(0, *encode_model(HASH, AT)), Record(1, *encode_model(HASH, AT + 9))])
    assert decode_row(owner.part.rows[b"l:a"]).clock == AT
