from intentflow.domain.lead import Lead, Unpublished
from intentflow.lane.chunk import Chunk
from intentflow.lane.due import Due
from intentflow.lane.effects import Seek, WriteLog
from intentflow.lane.folding import apply, fold_chunk, fold_control, note_moved
from intentflow.lane.marks import Topic
from intentflow.lane.places import Place
from intentflow.lane.protocol import Partition
from intentflow.wire.control import encode_clock, encode_erasure
from intentflow.wire.cutting import Bound
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.records import Folded, Ledger
from intentflow.wire.rows import decode_row, due_of, is_stub
from tests.lane.scenes import EVENTS, Log, Record, chunk, opened, process, row

A = b"l:a"
T0 = 1_700_000_000_000
CHANGE = Unpublished(0, 3, b"a change")


class Core:
    """Says what it was asked, and answers what it was given."""

    model_hash = "0123abcd"
    mismatches = 0

    def __init__(self, *answers: Folded) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[object, ...]] = []

    def fold_each(self, rows, records, source, partition, partitions, ledgers, out, messages=False, short=None):
        self.asked.append((len(records), source, partition, partitions, dict(ledgers)))
        answer = self.answers.pop(0)
        out.counted, out.rejected, out.end = answer.counted, answer.rejected, answer.end
        yield from answer.leads

    def fold_clock(self, rows, keys, time, source, offset):
        self.asked.append((list(keys), time, source, offset))
        return self.answers.pop(0)

    def fold_model(self, *_):
        raise NotImplementedError

    def fold_erasure(self, rows, key, at, source, offset, read):
        self.asked.append((key, at, source, offset, read))
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
    [([write], _)] = fold_chunk(part, Due(part.rows), core, chunk(0, 2), 8)
    assert isinstance(write, WriteLog)
    assert core.asked == [(2, 0, 0, 8, {0: Ledger()})]


def test_each_piece_of_a_chunk_that_is_cut_is_written_with_its_own_position_and_counts():
    log = Log()
    part = opened(log)
    part.accept(chunk(0, 40))
    core = Core(
        Folded([], [], [], counted=3, end=3), Folded([], [], [], counted=2, end=5), Folded([], [], [], counted=4),
        Folded([], [], [], counted=8), Folded([], [], [], counted=16), Folded([], [], [], counted=7),
    )  # fmt: skip
    positions = []
    for effects, _ in fold_chunk(part, Due(part.rows), core, chunk(0, 40), 8):
        log.all(part, effects)
        assert (part.ledgers[0].position, part.ledgers[0].counted) == (part.next["events"],) * 2
        positions.append(part.done["events"])
    assert positions == [3, 5, 9, 17, 33, 40]
    assert part.next["events"] == 40
    assert [asked[0] for asked in core.asked] == [40, 6, 4, 8, 16, 7], "not all that is left is tried after each cut"


def test_nothing_is_folded_on_while_a_lead_waits_for_more_to_be_published_than_it_may():
    log = Log()
    part = opened(log)
    part.bound = Bound(told=10)
    few, much = CHANGE._replace(payload=b"x" * 10), CHANGE._replace(payload=b"x")
    told = [Folded([(A, Lead([n], []), [news])], [], [], counted=1) for n, news in enumerate((few, much))]
    waiting = []
    for n, folded in enumerate(told):
        part.accept(chunk(n, n + 1))
        [([write], _)] = fold_chunk(part, Due(part.rows), Core(folded), chunk(n, n + 1), 8)
        waiting.append((write, part.laden))
    assert [laden for _, laden in waiting] == [False, True]
    for write, _ in waiting:
        assert part.laden, "until all that is under way has settled"
        log.all(part, [write])
    assert not part.laden


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
    [([write], folded)] = fold_control(part, Due(part.rows), core, said, 1)
    assert core.asked == [([A], T0, 1, 0)]
    assert isinstance(write, WriteLog)
    assert [why.reason for _, why in folded.rejected] == ["misrouted"]
    assert (part.ledgers[1].counted, part.ledgers[1].rejected, part.ledgers[1].position) == (1, 1, 2)


def test_an_erasure_is_done_in_order_with_clock_records_and_told_what_was_read():
    _, part = with_control()
    part.rows[A] = row(1, due=T0)
    part.ledgers[0], part.next["events"] = Ledger(position=9), 9
    records = [Record(0, *encode_clock(T0)), Record(1, *encode_erasure(A, T0 + 1)), Record(2, *encode_clock(T0 + 9))]
    said = Chunk("control", 0, 0, 3, records, 1)
    part.accept(said)
    core = Core(
        Folded([(A, Lead([-1, 0], [], due=T0 + 9), [CHANGE])], [], []), Folded([(A, Lead([8, 1], []), [])], [], [])
    )
    [([stub], _), ([write], _)] = fold_control(part, Due(part.rows), core, said, 1)
    assert core.asked == [([A], T0, 1, 0), (A, T0 + 1, 1, 1, {0: 9, 1: 0})]
    assert isinstance(stub, WriteLog)
    assert [is_stub(value or b"") for _, value in stub.items] == [False, True]
    assert isinstance(write, WriteLog)
    assert len(write.items) == 1  # who was erased is due no more
    assert decode_row(part.rows[A]).outbox == [CHANGE]
    assert (list(part.stubs), part.ledgers[1].counted) == ([A], 3)


def test_an_erasure_on_a_partition_that_is_not_its_key_s_is_refused():
    _, part = with_control()
    key = next(key for n in range(9) if partition_of(key := b"l:%d" % n, 2) == 1)
    said = Chunk("control", 0, 0, 1, [Record(0, *encode_erasure(key, T0))], 1)
    part.accept(said)
    [(_, folded)] = fold_control(part, Due(part.rows), Core(), said, 2)
    assert [why.reason for _, why in folded.rejected] == ["misrouted"]


def test_what_time_does_to_many_leads_is_done_in_slices_and_only_the_last_moves_the_position(monkeypatch):
    monkeypatch.setattr("intentflow.lane.folding.SLICE", 2)
    log, part = with_control()
    part.rows.update({b"l:%d" % n: row(1, due=T0) for n in range(5)})
    said = Chunk("control", 0, 0, 1, [Record(0, *encode_clock(T0))], 1)
    part.accept(said)
    steps = fold_control(part, Due(part.rows), Later(), said, 1)
    positions, weights = [], []
    for effects, _ in steps:
        weights += [flight.records for flight in part.flights.queue]
        log.all(part, effects)
        positions.append(part.done["control"])
    assert log.done == ["WriteLog"] * 3
    assert weights == [2, 2, 1]  # leads, or the record that is done with the last of them: as `crowded` weighs them
    assert positions[-1] == 1
    assert set(positions[:-1]) == {0}
    assert all(due_of(each) == T0 + 9 for each in part.rows.values())


class Later:
    """Time changes nothing but the next due time, and writes it."""

    model_hash = "0123abcd"
    mismatches = 0

    def fold_model(self, *_):
        raise NotImplementedError

    def fold_each(self, *_):
        raise NotImplementedError

    def fold_clock(self, rows, keys, time, source, offset):
        return Folded([(key, Lead([-1, offset], [], due=time + 9), []) for key in keys], [], [])

    def fold_erasure(self, *_):
        raise NotImplementedError
