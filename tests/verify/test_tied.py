"""People who are known by several ids: what is right is the same, and whatever is spoiled of what leads told each other is found."""

import random
from collections.abc import Callable
from typing import TypeVar

import msgspec
import pytest
from msgspec.structs import replace

from intentflow.domain.bonds import Bonds
from intentflow.domain.lead import Lead
from intentflow.domain.message import Forwarded, Linked, Message, Parted
from intentflow.lane.marks import encode_ledger, ledger_key
from intentflow.model.load import load
from intentflow.verify.findings import Difference
from intentflow.wire.messages import decode_message, encode_message
from intentflow.wire.rejections import Rejection
from intentflow.wire.rows import decode_row, encode_row, is_stub
from tests.verify.made import EPOCH, NAMES, UNTIL, Line, MadeApp
from tests.verify.tangled import tangle, tangled

Kind = TypeVar("Kind", Forwarded, Linked, Parted)


@pytest.fixture(scope="module")
def unspoiled() -> MadeApp:
    return tangled(load("retail"))


@pytest.fixture
def app(unspoiled: MadeApp) -> MadeApp:
    return unspoiled.copy()


def found(app: MadeApp, what: str) -> list[Difference]:
    return [difference for difference in app.judged()[0] if difference.what == what]


def places(app: MadeApp, what: str) -> list[tuple[str, int | None, str | None]]:
    return [(one.topic, one.offset, one.lead) for one in found(app, what)]


def message_of(line: Line) -> Message:
    message = decode_message(line.value)
    assert not isinstance(message, Rejection)
    return message


def last(app: MadeApp, kind: type[Kind]) -> tuple[int, Kind]:
    """The latest message of a kind, and its offset."""
    told = ((line.offset, message_of(line)) for line in reversed(app.sources[NAMES.identities]))
    return next((offset, message) for offset, message in told if isinstance(message, kind))


def instead(app: MadeApp, offset: int, message: Message) -> None:
    lines = app.sources[NAMES.identities]
    lines[offset] = lines[offset]._replace(value=encode_message(message))


def lead_that(app: MadeApp, holds: Callable[[Bonds], object]) -> tuple[bytes, Lead]:
    leads = ((key, decode_row(row)) for key, row in app.rows.items())
    return next((key, lead) for key, lead in leads if lead.bonds is not None and holds(lead.bonds))


def test_leads_that_became_one_are_the_same_as_the_reference(app):
    differences, checked = app.judged()
    assert differences == []
    assert checked.paths_by_log == checked.leads == len(app.rows)
    assert checked.messages == len(app.sources[NAMES.identities]) > 100
    assert checked.records == sum(len(lines) for lines in app.sources.values())
    kinds = {type(message_of(line)) for line in app.sources[NAMES.identities]}
    assert kinds == {Forwarded, Linked, Parted}
    ledgers = app.ledgers[-1]
    assert ledgers.forwarded > 0 < ledgers.rejected


@pytest.mark.parametrize("seed", range(2, 6))
def test_they_are_whatever_they_did(seed):
    app = tangled(load("retail"), seed)
    assert app.judged()[0] == []
    assert app.judged(follow=False)[0] == []


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_compacted_log_blames_nobody_and_says_of_how_many_the_order_is_not_known(seed):
    app = tangled(load("retail"), seed)
    app.compact()
    differences, checked = app.judged()
    assert differences == []
    assert checked.paths_by_log == 0
    assert checked.paths_by_search + checked.paths_by_rule == len(app.rows)
    assert checked.scores_not_known < checked.leads / 2


def test_a_message_that_is_not_there_is_missing_at_the_record_that_caused_it(app):
    offset, message = last(app, Forwarded)
    app.sources[NAMES.identities].remove(app.sources[NAMES.identities][offset])
    [(topic, cause, lead)] = places(app, "message_missing")
    assert lead == message.sender.decode()
    assert message.event.value in (
        app.sources[topic][cause or 0].value or b""
    )  # its own record, or a message that carries it


def test_a_message_that_is_there_twice_is_a_repeat_and_twice_with_other_bytes_a_difference(app):
    offset, message = last(app, Forwarded)
    lines = app.sources[NAMES.identities]
    app.post(lines[offset].key or b"", lines[offset].value or b"")
    app.hear()
    differences, checked = app.judged()
    assert (differences, checked.repeats) == ([], 1)
    event = replace(message.event, received=message.event.received + 1)
    app.post(lines[offset].key or b"", encode_message(replace(message, event=event)))
    app.hear()
    assert places(app, "message_unlike") == [(NAMES.identities, len(lines) - 1, message.sender.decode())]


def test_an_event_that_was_sent_on_with_other_bytes_is_found(app):
    offset, message = last(app, Forwarded)
    instead(app, offset, replace(message, event=replace(message.event, value=message.event.value + b" ")))
    assert places(app, "message_unlike") == [(NAMES.identities, offset, message.sender.decode())]


def test_a_link_that_says_another_lead_is_found(app):
    offset, message = last(app, Linked)
    instead(app, offset, replace(message, other=b"l:nobody"))
    assert (NAMES.identities, offset, message.sender.decode()) in places(app, "message_unlike")


def test_a_state_that_holds_something_else_is_found(app):
    offset, message = last(app, Parted)
    lead = msgspec.convert(msgspec.to_builtins(message.lead, builtin_types=(bytes, bytearray)), Lead)
    lead.newest += 1
    instead(app, offset, replace(message, lead=lead))
    assert (NAMES.identities, offset, message.sender.decode()) in places(app, "message_unlike")


def test_a_message_that_nobody_has_reason_to_send_is_found(app):
    offset, message = last(app, Forwarded)
    lines = app.sources[NAMES.identities]
    app.post(lines[offset].key or b"", encode_message(replace(message, number=message.number + 1)))
    app.hear()
    [difference] = found(app, "message_unlike")
    assert (difference.offset, difference.lead) == (len(lines) - 1, message.sender.decode())
    assert "no such thing" in difference.detail


def test_what_is_no_message_is_a_rejection_like_any_other(app):
    app.post(b"l:u-1", b"poison")
    app.hear()
    assert app.judged()[0] == []
    assert app.rejections[-1].reason == "not_a_message"


def test_a_row_that_says_another_alias_is_found(app):
    key, lead = lead_that(app, lambda bonds: bonds.alias)
    assert lead.bonds is not None
    lead.bonds.alias = b"l:nobody"
    app.write(key, encode_row(EPOCH, lead))
    assert [one.lead for one in found(app, "alias")] == [key.decode()]


def test_a_row_of_an_alias_that_was_set_back_to_before_is_found(app):
    key, _ = lead_that(app, lambda bonds: bonds.alias)
    rows = [line for line in app.log if line.key == key]
    app.write(key, rows[0].value)
    assert {"record_lost", "watermark"} <= {one.what for one in app.judged()[0] if one.lead == key.decode()}


@pytest.mark.parametrize("field", ["forwarded", "passed", "counted"])
def test_books_of_messages_that_are_off_by_one_are_found(app, field):
    books = replace(app.ledgers[-1], **{field: getattr(app.ledgers[-1], field) + 1})
    app.write(ledger_key(2), encode_ledger(EPOCH, books))
    assert (NAMES.identities, books.position, None) in places(app, "books")


@pytest.mark.parametrize("seed", range(1, 5))
def test_who_was_erased_in_between_is_the_same_too(seed):
    """An erased lead forgets whom it is an alias of; what it heard it has heard."""
    app, die, told = MadeApp(load("retail")), random.Random(seed), list(tangle(seed, UNTIL))
    for at in range(0, len(told), 7):
        app.now = told[at][0]
        app.give(told[at : at + 7])
        if die.random() < 0.3:
            app.hear(die.randrange(1, 6))
        if die.random() < 0.1:
            app.erase(key := die.choice(sorted(app.rows)), app.now)
            if (
                die.random() < 0.5
                and is_stub(app.rows[key])
                and app.ledgers[-1].position == len(app.sources[NAMES.identities])
            ):
                app.let_go(key)
    app.hear()
    app.clock(UNTIL)
    assert app.judged()[0] == []
    app.compact()
    assert app.judged()[0] == []


def test_a_change_that_a_merge_caused_is_missing_like_any_other(app):
    line = next(line for line in reversed(app.changes) if b'"merge"' in (line.value or b""))
    app.changes.remove(line)
    assert [one.lead for one in found(app, "change_missing")] == [(line.key or b"").decode()]
