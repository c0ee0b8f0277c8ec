"""What leads told each other, as it is read from the identities topic."""

import pytest

from intentflow.domain.bonds import Bonds
from intentflow.domain.event import key_of
from intentflow.domain.message import Event, Forwarded, Linked, Message
from intentflow.model.load import load
from intentflow.wire.chunk import Scorer
from intentflow.wire.events import decode
from intentflow.wire.messages import Enclosed, decode_message, encode_message
from intentflow.wire.murmur2 import partition_of
from intentflow.wire.records import Folded, Ledger
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import decode_row, encode_row
from tests.wire.payloads import visit

NOW, EVENTS, MESSAGES = 1_777_629_600_000, 0, 1


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(load("retail"), 2)


def event(**fields: object) -> bytes:
    return visit(**{"lead_id": None, "email": None, "visitor_id": "b1", **fields})


def forwarded(number: int, value: bytes, *, booked: bool = False) -> Forwarded:
    return Forwarded(b"v:b1", number, Event(NOW, value, [], booked))


def heard(scorer: Scorer, rows: dict[bytes, bytes], *messages: bytes, ledger: Ledger | None = None) -> Folded:
    records = [Enclosed(n, NOW, b"l:42", message, ()) for n, message in enumerate(messages)]
    folded = scorer.fold_events(rows, records, MESSAGES, 0, 1, {MESSAGES: ledger} if ledger else {}, messages=True)
    rows.update((key, encode_row(1, lead)) for key, lead, _ in folded.leads)
    return folded


def counts(folded: Folded) -> tuple[int, ...]:
    return folded.counted, folded.duplicate, folded.refused, folded.forwarded, folded.passed


def test_an_event_that_was_sent_on_is_counted_where_it_ends_and_its_repeat_is_passed_over(scorer: Scorer):
    one = encode_message(forwarded(7, event(event_id="e1", action="demo")))
    rows: dict[bytes, bytes] = {}
    assert counts(heard(scorer, rows, one, one)) == (1, 0, 0, 0, 1)
    assert counts(heard(scorer, rows, one)) == (0, 0, 0, 0, 0)  # read again: skipped


def test_an_event_that_is_in_a_ledger_already_is_folded_and_counted_nowhere(scorer: Scorer):
    rows: dict[bytes, bytes] = {}
    folded = heard(scorer, rows, encode_message(forwarded(7, event(event_id="e1"), booked=True)))
    assert counts(folded) == (0, 0, 0, 0, 1)
    assert decode_row(rows[b"l:42"]).clock


def test_an_event_that_comes_too_late_is_rejected_with_its_own_bytes(scorer: Scorer):
    rows: dict[bytes, bytes] = {}
    late = event(event_id="e2", occurred_at="2026-04-01T10:00:00Z")
    folded = heard(scorer, rows, encode_message(forwarded(7, event(event_id="e1"))), encode_message(forwarded(8, late)))
    [(record, why)] = folded.rejected
    assert (record.offset, record.value, why.reason) == (1, late, "too_late")
    again = heard(scorer, rows, encode_message(forwarded(7, event(event_id="e1"))), encode_message(forwarded(8, late)),
                  ledger=Ledger(2, 1, 0, 1, [1]))  # fmt: skip
    assert [record.value for record, _ in again.rejected] == [late]
    assert counts(again) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "value", [None, b"", b"\xff\x00foreign", b"[]", encode_message(Linked(b"l:1", 1, 2, b"l:0"))[:-3]]
)
def test_what_is_no_message_is_rejected_with_its_bytes(scorer: Scorer, value: bytes | None):
    folded = scorer.fold_events({}, [Enclosed(0, NOW, b"l:42", value, ())], MESSAGES, 0, 1, messages=True)
    assert [record.value for record, _ in folded.rejected] == [value]
    assert folded.leads == []


def test_a_message_on_another_partition_than_its_receivers_is_misrouted(scorer: Scorer):
    wrong = 1 - partition_of(b"l:42", 2)
    message = encode_message(forwarded(1, event()))
    folded = scorer.fold_events({}, [Enclosed(0, NOW, b"l:42", message, ())], MESSAGES, wrong, 2, messages=True)
    assert [why.reason for _, why in folded.rejected] == ["misrouted"]


def test_an_alias_sends_on_what_comes_for_it_under_its_own_numbers(scorer: Scorer):
    rows: dict[bytes, bytes] = {}
    link = Linked(b"l:7", 1, NOW, b"l:17")
    value = event(event_id="e1")
    folded = heard(scorer, rows, encode_message(link), encode_message(forwarded(NOW + 5, value)))
    assert counts(folded) == (0, 0, 0, 1, 1)
    [(key, lead, told)] = folded.leads
    assert (key, lead.bonds and lead.bonds.alias, [one.to for one in told]) == (b"l:42", b"l:17", [b"l:17"])
    assert decode_message(told[0].payload) == Forwarded(b"l:42", NOW, Event(NOW, value, [], False))


def test_messages_come_back_from_their_bytes_as_they_were():
    messages: list[Message] = [Linked(b"l:7", 1, NOW, b"l:17"), forwarded(3, b"\x00\xff", booked=True)]
    assert [decode_message(encode_message(message)) for message in messages] == messages


def test_a_lead_that_was_told_of_before_there_were_bonds_reads_as_one_without(scorer: Scorer):
    record = decode(event(event_id="e1"))
    assert not isinstance(record, Rejection)
    folded = scorer.fold_events({}, [Enclosed(0, NOW, key_of(record), event(event_id="e1"), ())], EVENTS, 0, 1)
    [(_, lead, _)] = folded.leads
    assert lead.bonds is None
    assert decode_row(encode_row(1, lead)).bonds is None
    assert Bonds() != lead.bonds


def read_again(
    scorer: Scorer, rows: dict[bytes, bytes], ledgers: dict[int, Ledger], value: bytes
) -> tuple[Folded, list[bool]]:
    """An event of a visitor at offset 3, of which the ledgers say that it was read; and whether what goes out of it is booked."""
    folded = scorer.fold_events(rows, [Enclosed(3, NOW, b"v:b1", value, ())], EVENTS, 0, 1, ledgers)
    messages = [decode_message(one.payload) for _, _, told in folded.leads for one in told]
    return folded, [one.event.booked for one in messages if isinstance(one, Forwarded)]


def test_an_event_that_was_decided_before_the_lead_became_an_alias_is_counted_nowhere_again(scorer: Scorer):
    message = encode_message(Linked(b"l:7", 1, NOW, b"l:7"))
    ledgers = {EVENTS: Ledger(4, 4), MESSAGES: Ledger(1)}
    folded = scorer.fold_events({}, [Enclosed(1, NOW, b"v:b1", message, ())], MESSAGES, 0, 1, ledgers, messages=True)
    rows = {key: encode_row(1, lead) for key, lead, _ in folded.leads}
    again, booked = read_again(scorer, rows, ledgers, event(event_id="e1"))
    assert (counts(again), booked) == ((0, 0, 0, 0, 0), [True])


def test_an_event_that_was_sent_on_and_whose_row_was_lost_is_sent_on_to_be_counted(scorer: Scorer):
    message = encode_message(Linked(b"l:7", 1, NOW, b"l:7"))
    before = {EVENTS: Ledger(3, 3), MESSAGES: Ledger(1)}
    folded = scorer.fold_events({}, [Enclosed(1, NOW, b"v:b1", message, ())], MESSAGES, 0, 1, before, messages=True)
    rows = {key: encode_row(1, lead) for key, lead, _ in folded.leads}
    after = {EVENTS: Ledger(4, 3, forwarded=1), MESSAGES: Ledger(2, passed=1)}
    again, booked = read_again(scorer, rows, after, event(event_id="e1"))
    assert (counts(again), booked) == ((0, 0, 0, 0, 0), [False])
