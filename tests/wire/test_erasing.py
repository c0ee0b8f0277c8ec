"""What an erasure leaves of a lead, and what it does not."""

from intentflow.domain.bonds import Bonds, Merged
from intentflow.domain.lead import Lead
from intentflow.wire.changes import decode_change
from intentflow.wire.erasing import forget
from intentflow.wire.records import Folded
from intentflow.wire.rows import decode_row, encode_row, encode_stub, has_outbox, is_stub
from tests.lane.scenes import Record
from tests.simulation.traffic import PARTITIONS, T0, rfc3339, scorer

EVE = b"l:eve"
EVENTS, CONTROL = 0, 1


def visit(number: int, at: int) -> bytes:
    said = f'"event_id":"{number}","occurred_at":"{rfc3339(at)}","lead_id":"eve"'
    return b'{"family":"website_visit",%b}' % said.encode()


def came_often(*numbers: int) -> dict[bytes, bytes]:
    """A table with somebody who came so often that the stage is not the first."""
    records = [Record(at, EVE, visit(number, T0 + at), T0) for at, number in enumerate(numbers or (0, 1, 2))]
    folded = scorer().fold_events({}, records, EVENTS, 0, PARTITIONS)
    [(key, lead, told)] = folded.leads
    assert told
    return {key: encode_row(1, lead)}


def erased(rows: dict[bytes, bytes], at: int = T0 + 50, offset: int = 0, events: int = 3) -> Folded:
    return scorer().fold_erasure(rows, EVE, at, CONTROL, offset, {EVENTS: events, CONTROL: 0})


def stub_of(rows: dict[bytes, bytes], **more: int) -> Lead:
    [(_, stub, _)] = erased(rows, **more).leads
    return stub


def test_nothing_of_the_lead_is_left_but_what_was_applied_and_its_number():
    rows = came_often()
    before, stub = decode_row(rows[EVE]), stub_of(rows)
    assert before.signals
    assert stub == Lead([2, 0, -1, -1], [], sequence=before.sequence + 1)


def test_a_lead_above_the_first_stage_moves_there_and_the_change_tells_nothing_of_the_past():
    [(_, _, [told])] = erased(came_often()).leads
    change = decode_change(told.payload)
    assert (told.source, told.offset) == (CONTROL, 0)
    assert (change.from_stage, change.to_stage, change.cause.kind) == ("mql", "suspect", "erasure")
    assert change.at == rfc3339(T0 + 50).replace("+00:00", "Z")
    assert (set(change.scores.values()), change.receipts) == ({0.0}, [])


def test_the_change_of_an_erasure_is_never_before_the_lead_s_clock_and_its_id_follows_from_what_was_asked():
    rows = came_often()
    changes = [decode_change(erased(rows, at=at).leads[0][2][0].payload) for at in (T0 - 5, T0 - 5, T0 - 4)]
    assert {change.at for change in changes} == {rfc3339(decode_row(rows[EVE]).clock).replace("+00:00", "Z")}
    assert changes[0].id == changes[1].id != changes[2].id


def test_a_lead_in_the_first_stage_is_forgotten_without_a_word():
    folded = scorer().fold_events({}, [Record(0, EVE, visit(0, T0), T0)], EVENTS, 0, PARTITIONS)
    [(_, lead, told)] = folded.leads
    assert told == []
    [(_, stub, told)] = erased({EVE: encode_row(1, lead)}, events=1).leads
    assert (stub, told) == (Lead([0, 0, -1, -1], []), [])


def test_who_is_not_there_or_was_erased_before_is_not_written():
    rows = came_often()
    assert erased({}).leads == []
    [(_, stub, _)] = erased(rows).leads
    assert erased({EVE: encode_stub(1, stub)}, offset=1).leads == []


def test_an_erasure_that_is_read_again_does_not_forget_what_came_since():
    rows = came_often()
    rows[EVE] = encode_stub(1, stub_of(rows))
    [(_, lead, _)] = scorer().fold_events(rows, [Record(3, EVE, visit(3, T0 + 99), T0)], EVENTS, 0, PARTITIONS).leads
    assert erased({EVE: encode_row(1, lead)}, offset=0).leads == []


def test_later_events_begin_the_lead_anew_with_the_next_number():
    rows = came_often()
    before = decode_row(rows[EVE])
    rows[EVE] = encode_stub(1, stub_of(rows))
    records = [Record(3 + n, EVE, visit(n, T0 + 100 + n), T0) for n in range(3)]  # ids that counted before
    [(_, lead, told)] = scorer().fold_events(rows, records, EVENTS, 0, PARTITIONS).leads
    assert lead.since > T0 + 99
    assert decode_change(told[0].payload).sequence == before.sequence + 2


def test_a_duplicate_from_before_the_erasure_does_not_begin_it_anew_when_it_is_read_again():
    """The lead says what counted last; a duplicate behind that was read too, but the stub no longer knows its id."""
    rows, again = came_often(0, 1), Record(2, EVE, visit(1, T0 + 1), T0)
    assert scorer().fold_events(rows, [again], EVENTS, 0, PARTITIONS).leads == []
    assert decode_row(rows[EVE]).applied[EVENTS] == 1
    rows[EVE] = encode_stub(1, stub_of(rows))
    assert scorer().fold_events(rows, [again], EVENTS, 0, PARTITIONS).leads == []


def test_of_its_bonds_an_erased_lead_keeps_only_what_keeps_messages_apart():
    lead = Lead([5, -1, -1], [], bonds=Bonds(b"l:ann", 7, b"heard", b"told", [Merged(b"v:1", T0, (1.0, 0.0, 0.0))]))
    stub, news = forget(scorer().fold, EVE, lead, T0)
    assert (stub.bonds, news) == (Bonds(sent=7, heard=b"heard"), [])
    lead.bonds = Bonds(b"l:ann", told=b"told")
    assert forget(scorer().fold, EVE, lead, T0)[0].bonds is None


def test_a_row_says_that_it_is_a_stub_and_all_else_as_before():
    stub = Lead([1], [], sequence=3)
    assert is_stub(encode_stub(7, stub))
    assert not is_stub(encode_row(7, stub))
    assert decode_row(encode_stub(7, stub)) == stub
    assert has_outbox(encode_stub(7, Lead([1], [(0, 1, b"change")])))  # type: ignore[list-item]  # a tuple will do
    assert encode_stub(7, stub)[:4] == encode_row(7, stub)[:4]
