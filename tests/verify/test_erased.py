"""A lead that was erased is judged life by life, as long as the log still tells when each ended."""

import msgspec
import pytest

from intentflow.model.load import load
from intentflow.simulate import traffic
from intentflow.verify.log import Written
from intentflow.wire.rows import decode_row, encode_row
from tests.verify.made import EPOCH, UNTIL, MadeApp

PEOPLE = 8


def alone(at: int, key: bytes, value: bytes) -> tuple[int, bytes, bytes]:
    """The record without the visitor, if it names a lead too: nobody tells anybody anything here."""
    said = msgspec.json.decode(value)
    if key.startswith(b"l:"):
        said.pop("visitor_id", None)
    return at, key, msgspec.json.encode(said)


@pytest.fixture(scope="module")
def unspoiled() -> MadeApp:
    """Half-way, everybody who is a lead is erased; some of the stubs are let go, and then come the same people again."""
    app = MadeApp(load("retail"))
    records = [alone(*each) for each in traffic(5, PEOPLE, UNTIL, 20)]
    half = len(records) // 2
    for at in range(0, half, 11):
        app.give(records[at : min(at + 11, half)])
    for number, key in enumerate(list(app.rows)):
        app.erase(key, records[half][0])
        if number % 2:
            app.let_go(key)
    for at in range(half, len(records), 11):
        app.give([*records[at : at + 11], records[at - half]])  # some of what counted before counts again
    app.clock(UNTIL)
    return app


@pytest.fixture
def app(unspoiled: MadeApp) -> MadeApp:
    return unspoiled.copy()


def test_an_app_that_forgot_whom_it_should_is_the_same(app):
    differences, checked = app.judged()
    assert differences == []
    assert checked.paths_by_log > PEOPLE // 2
    assert sum("erasure" in (line.value or b"").decode() for line in app.changes) > 2


def test_where_the_log_no_longer_tells_when_nothing_is_said_of_who_was_erased(app):
    app.compact()
    differences, checked = app.judged()
    assert differences == []
    assert checked.scores_not_known == len(app.snapshot().erasures())


def test_where_their_rejections_are_gone_with_them_nothing_is_said_of_who_was_erased_and_all_is_said_of_others(app):
    erased, other = next(iter(app.snapshot().erasures())), b"l:another"
    app.give([(UNTIL, key, b"{") for key in (erased, other, erased)])
    gone = [one for one in app.rejections if one.key in app.snapshot().erasures()]
    app.rejections = [one for one in app.rejections if one not in gone]
    assert len(gone) >= 2
    assert {one.what for one in app.judged()[0]} == {"rejection_missing", "books"}
    app.purged = True
    differences, checked = app.judged(shares=2)
    assert differences == []
    assert checked.erased == len(app.snapshot().erasures())
    app.rejections = [one for one in app.rejections if one.key != other]
    assert [one.what for one in app.judged()[0]] == ["rejection_missing"]


def test_a_lead_that_remembers_something_from_before_its_erasure_is_found(app):
    key, before = next(
        (key, history) for key, history in app.snapshot().log.history.items() if _reborn(app, key, history)
    )
    stub = next(n for n, row in enumerate(before) if row.stub)
    old = decode_row(app.log[before[stub - 1].offset].value or b"")
    lead = decode_row(app.rows[key])
    lead.signals, lead.counts = old.signals, old.counts
    app.write(key, encode_row(EPOCH, lead))
    assert {(one.what, one.lead) for one in app.judged()[0]} == {("score", key.decode())}


def _reborn(app: MadeApp, key: bytes, history: list[Written]) -> bool:
    if not any(row.stub for row in history) or history[-1].stub:
        return False
    stub = next(n for n, row in enumerate(history) if row.stub)
    old = decode_row(app.log[history[stub - 1].offset].value or b"")
    return bool(old.signals) and old.signals != decode_row(app.rows[key]).signals


def test_a_change_of_an_erasure_that_nobody_was_told_of_is_found(app):
    at = next(n for n, line in enumerate(app.changes) if b'"kind":"erasure"' in (line.value or b""))
    gone = app.changes.pop(at)
    [difference] = app.judged()[0]
    assert (difference.what, difference.lead) == ("change_missing", (gone.key or b"").decode())
