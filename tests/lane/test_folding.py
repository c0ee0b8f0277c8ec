from intentflow.domain.lead import Lead, Unpublished
from intentflow.lane.chunk import Chunk
from intentflow.lane.due import Due
from intentflow.lane.effects import Seek, WriteLog
from intentflow.lane.folding import apply, fold_chunk, fold_control, note_moved
from intentflow.lane.marks import Topic
from intentflow.lane.places import Place
from intentflow.lane.protocol import Partition
from intentflow.wire.chunk import Folded, Ledger
from intentflow.wire.control import encode_clock
from intentflow.wire.rows import decode_row, due_of
from tests.lane.scenes import EVENTS, Log, Record, chunk, opened, process, row

A = b"l:a"
T0 = 1_700_000_000_000
CHANGE = Unpublished(0, 3, b"a change")


class Core:
    """Says what it was asked, and answers what it was given."""

    def __init__(self, *answers: Folded) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[object, ...]] = []

    def fold_each(self, rows, records, source, partition, partitions, ledger, out):
        self.asked.append((len(records), source, partition, partitions, ledger))
        answer = self.answers.pop(0)
        out.counted, out.rejected = answer.counted, answer.rejected
        yield from answer.leads

    def fold_clock(self, rows, keys, time, source, offset):
        self.asked.append((list(keys), time, source, offset))
        return self.answers.pop(0)


def test_a_lead_is_written_with_what_it_has_yet_to_say_and_with_our_epoch():
    part = opened(Log())
    part.pending[A] = [CHANGE]
    newer = CHANGE._replace(offset=4, payload=b"another")
    items, news = apply(part, Due(part.rows), [(A, Lead([4], []), [newer])])
    assert decode_row(part.rows[A]).outbox == [CHANGE, newer]
    assert (items, news) == ([(A, part.rows[A])], [(A, [newer])])
    assert part.pending == {A: [CHANGE, newer]}
    assert int.from_bytes(part.rows[A][:4], "big") == part.epoch


def test_a_lead_forgets_what_is_known_to_be_published():
    part = opened(Log())
    apply(part, Due(part.rows), [(A, Lead([4], [CHANGE]), [])])
    assert decode_row(part.rows[A]).outbox == []


def test_a_lead_that_only_has_another_due_time_is_not_written():
    part = opened(Log())
    part.rows[A] = row(1, due=T0)
    due = Due(part.rows)
    assert due.up_to(T0) == [A]
    note_moved(part, due, [(A, T0 + 5)])
    assert (due_of(part.rows[A]), due.up_to(T0 + 4), due.up_to(T0 + 5)) == (T0 + 5, [], [A])


def test_the_core_is_told_what_the_ledger_has_counted():
    part = opened(Log())
    core = Core(Folded([], [], [], counted=2))
    part.accept(chunk(0, 2))
    [write], _ = fold_chunk(part, Due(part.rows), core, chunk(0, 2), 8)
    assert isinstance(write, WriteLog)
    assert core.asked == [(2, 0, 0, 8, Ledger())]


def with_control() -> tuple[Log, Partition]:
    """A partition that reads events and the control topic."""
    log, part = Log(), process(topics=(EVENTS, Topic("control")))
    effects = part.take()
    while not isinstance(effects[0], Seek):
        effects = log.perform(part, effects[0])
    log.all(part, part.sought({"events": Place(None, 0, 0), "control": Place(None, 0, 9)}))
    part.open(1)
    log.done.clear()
    return log, part


def test_a_clock_record_reaches_exactly_the_leads_that_are_due_and_anything_else_is_refused():
    _, part = with_control()
    part.rows.update({A: row(1, due=T0), b"l:b": row(1, due=T0 + 1)})
    said = Chunk("control", 0, 0, 2, [Record(0, *encode_clock(T0)), Record(1, b"x", b"y")], 1)
    part.accept(said)
    core = Core(Folded([(A, Lead([-1, 0], [], due=T0 + 9), [CHANGE])], [], []))
    [([write], folded)] = fold_control(part, Due(part.rows), core, said)
    assert core.asked == [([A], T0, 1, 0)]
    assert isinstance(write, WriteLog)
    assert [why.reason for _, why in folded.rejected] == ["misrouted"]
    assert (part.ledgers[1].counted, part.ledgers[1].rejected, part.ledgers[1].position) == (1, 1, 2)


def test_what_time_does_to_many_leads_is_done_in_slices_and_only_the_last_moves_the_position(monkeypatch):
    monkeypatch.setattr("intentflow.lane.folding.SLICE", 2)
    log, part = with_control()
    part.rows.update({b"l:%d" % n: row(1, due=T0) for n in range(5)})
    said = Chunk("control", 0, 0, 1, [Record(0, *encode_clock(T0))], 1)
    part.accept(said)
    steps = fold_control(part, Due(part.rows), Later(), said)
    positions = []
    for effects, _ in steps:
        log.all(part, effects)
        positions.append(part.done["control"])
    assert log.done == ["WriteLog"] * 3
    assert positions[-1] == 1
    assert set(positions[:-1]) == {0}
    assert all(due_of(each) == T0 + 9 for each in part.rows.values())


class Later:
    """Time changes nothing but the next due time, and writes it."""

    def fold_each(self, *_):
        raise NotImplementedError

    def fold_clock(self, rows, keys, time, source, offset):
        return Folded([(key, Lead([-1, offset], [], due=time + 9), []) for key in keys], [], [])
