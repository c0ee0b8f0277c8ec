"""A partition that is as it must be is the same; every way in which it may be spoiled is found, with its place."""

import msgspec
import pytest

from intentflow.domain.lead import Unpublished
from intentflow.lane.marks import Fence, encode_fence, encode_ledger, ledger_key
from intentflow.model.load import load
from intentflow.verify.findings import Difference
from intentflow.wire.changes import decode_change, encode_change
from intentflow.wire.records import Ledger
from intentflow.wire.rows import decode_row, encode_row, with_epoch
from tests.verify.made import EPOCH, NAMES, Line, MadeApp, busy, miscounted


@pytest.fixture(scope="module")
def unspoiled() -> MadeApp:
    return busy(load("retail"))


@pytest.fixture
def app(unspoiled: MadeApp) -> MadeApp:
    return unspoiled.copy()


def found(app: MadeApp) -> list[tuple[str, str, int | None, str | None]]:
    """What is wrong, one share of the leads after the other."""
    return [place(difference) for difference in app.judged(shares=3)[0]]


def place(difference: Difference) -> tuple[str, str, int | None, str | None]:
    return difference.what, difference.topic, difference.offset, difference.lead


def name(line: Line) -> str:
    return (line.key or b"").decode()


def last_row(app: MadeApp, of: bytes = b"") -> tuple[bytes, int]:
    """A lead that had a change, and the offset of its last event that counted."""
    key = next(line.key for line in reversed(app.changes) if line.key and line.key.startswith(of))
    return key, decode_row(app.rows[key]).applied[0]


def test_an_app_that_did_everything_right_is_the_same(app):
    differences, checked = app.judged()
    assert differences == []
    assert (checked.partitions, checked.settled, checked.leads) == (1, 1, len(app.rows))
    assert checked.records == sum(len(lines) for lines in app.sources.values())
    assert checked.paths_by_log == len(app.rows)
    assert checked.changes == len(app.changes) > 20
    assert checked.rejections == len(app.rejections) > 3


def test_share_by_share_as_much_is_looked_at_as_at_once(app):
    at_once, by_shares = (app.judged(shares=shares)[1] for shares in (1, 4))
    assert by_shares == at_once


def test_a_compacted_log_is_the_same_too_and_says_that_the_order_was_searched_for(app):
    app.compact()
    differences, checked = app.judged()
    assert differences == []
    assert (checked.paths_by_log, checked.paths_by_search, checked.paths_by_rule) == (0, len(app.rows), 0)


def test_leads_outside_of_the_sample_and_with_long_histories_are_said_not_to_be_walked(app):
    assert app.judged(follow=False)[1].paths_not_walked == len(app.rows)
    differences, checked = app.judged(longest=10)
    assert differences == []
    assert 0 < checked.paths_not_walked < len(app.rows)
    assert checked.paths_not_walked + checked.paths_by_log == len(app.rows)


def test_what_is_published_twice_byte_for_byte_is_a_repeat_and_no_difference(app):
    app.changes += [line._replace(offset=len(app.changes) + n) for n, line in enumerate(app.changes[-5:])]
    app.rejections.append(app.rejections[0]._replace(offset=len(app.rejections)))
    differences, checked = app.judged()
    assert (differences, checked.repeats) == ([], 6)


def test_what_was_published_in_a_trace_and_again_without_it_is_a_repeat_too(app):
    first = app.changes[-1]
    app.changes.append(first._replace(offset=len(app.changes)))
    app.changes[-2] = first._replace(headers=(*first.headers, ("traceparent", b"00-1")))
    differences, checked = app.judged()
    assert (differences, checked.repeats) == ([], 1)


def test_a_row_with_a_changed_count_is_a_wrong_score(app):
    key, at = last_row(app, of=b"l:")
    app.write(key, miscounted(app.fold.model, key, app.rows[key]))
    assert ("score", NAMES.events, at, key.decode()) in found(app)


def test_a_row_with_another_stage_time_or_number_of_changes_is_found(app):
    key, at = last_row(app)
    lead = decode_row(app.rows[key])
    lead.sequence, lead.stage, lead.since = lead.sequence + 1, 0, lead.since + 1
    app.write(key, encode_row(EPOCH, lead))
    assert sorted(found(app)) == [
        ("sequence", NAMES.events, at, key.decode()),
        ("standing", NAMES.events, at, key.decode()),
    ]


def test_a_deleted_row_is_a_missing_lead(app):
    key, _ = last_row(app)
    last = max(line.offset for line in app.sources[NAMES.events] if line.key == key)
    app.log = [line for line in app.log if line.key != key]
    assert [(what, lead) for what, _, _, lead in found(app)] == [("lead_missing", key.decode())]
    assert found(app)[0][2] <= last


def test_a_tombstone_over_a_lead_that_lives_is_void(app):
    key, _ = last_row(app)
    app.write(key, None)
    assert found(app) == [("void", NAMES.changelog, None, key.decode())]


def test_a_row_of_nobody_is_a_lead_too_many(app):
    at = app.write(b"l:nobody", encode_row(EPOCH, decode_row(app.rows[app.changes[0].key or b""])))
    assert ("lead_extra", NAMES.changelog, at, "l:nobody") in found(app)


def test_a_row_that_was_set_back_is_a_lost_record_and_a_watermark_that_went_back(app):
    key, at = last_row(app)
    rows = [line for line in app.log if line.key == key]
    offset = app.write(key, rows[-2].value)
    kinds = {(what, where) for what, _, where, _ in found(app)}
    assert ("watermark", offset) in kinds
    assert ("record_lost", at) in kinds


def test_a_change_that_was_dropped_is_missing_at_the_record_that_caused_it(app):
    line = app.moved
    app.changes.remove(line)
    cause = decode_change(line.value or b"").cause.event_id
    [(what, topic, offset, lead)] = found(app)
    assert (what, topic, lead) == ("change_missing", NAMES.events, name(line))
    assert cause is None or cause.encode() in (app.sources[NAMES.events][offset or 0].value or b"")


def test_a_dropped_change_is_missing_too_where_no_path_is_walked(app):
    line = app.moved
    app.changes.remove(line)
    differences, _ = app.judged(follow=False)
    assert [(one.what, one.lead) for one in differences] == [("change_missing", name(line))]


def test_a_change_that_is_there_twice_with_other_bytes_is_found(app):
    line = app.moved
    other = (line.value or b"").replace(b'"treatment":"', b'"treatment": "')
    app.changes.append(line._replace(offset=len(app.changes), value=other))
    assert found(app) == [("change_twice", NAMES.changes, len(app.changes) - 1, name(line))]


def test_a_change_that_the_reference_does_not_make_is_one_too_many(app):
    line = app.changes[-1]
    change = decode_change(line.value or b"")
    forged = msgspec.structs.replace(change, id="f" * 32, sequence=change.sequence + 1, from_stage=change.to_stage)
    app.publish(line.key or b"", encode_change(forged))
    at = len(app.changes) - 1
    kinds = {(what, offset) for what, _, offset, _ in found(app)}
    assert kinds == {("change_extra", at), ("change_unlike", at)}


def test_a_change_that_says_something_else_is_found(app):
    line = app.moved
    change = decode_change(line.value or b"")
    app.changes[line.offset] = line._replace(value=encode_change(msgspec.structs.replace(change, to_stage="customer")))
    assert ("change_unlike", NAMES.changes, line.offset, name(line)) in found(app)


def test_changes_out_of_order_are_found(app):
    line = app.moved
    app.changes.remove(line)
    app.changes = [one._replace(offset=n) for n, one in enumerate([*app.changes, line])]
    assert ("change_order", NAMES.changes, len(app.changes) - 1, name(line)) in found(app)


def test_a_rejection_that_is_missing_is_found_at_the_refused_record(app):
    refused = app.rejections.pop(2)
    assert found(app) == [("rejection_missing", NAMES.events, refused.source_offset, (refused.key or b"").decode())]


def test_a_rejection_with_other_bytes_or_of_a_good_record_is_found(app):
    first = app.rejections[0]
    app.rejections[0] = first._replace(value=b"something else")
    good = next(line for line in app.sources[NAMES.events] if line.value != b"poison")
    app.rejections.append(
        first._replace(offset=len(app.rejections), id=f"{NAMES.events}/0/{good.offset}", source_offset=good.offset)
    )
    assert sorted((what, offset) for what, _, offset, _ in found(app)) == [
        ("rejection_extra", len(app.rejections) - 1), ("rejection_unlike", 0),
    ]  # fmt: skip


def test_books_that_are_off_by_one_are_found_with_the_topic(app):
    books = app.ledgers[0]
    app.write(
        ledger_key(0), encode_ledger(EPOCH, Ledger(books.position, books.counted - 1, books.duplicate, books.rejected))
    )
    assert found(app) == [("books", NAMES.events, books.position, None)]


def test_offsets_that_are_committed_beyond_the_books_are_found(app):
    end = len(app.sources[NAMES.events])
    app.committed = {NAMES.events: end + 3, NAMES.control: len(app.sources[NAMES.control])}
    assert ("committed", NAMES.events, end + 3, None) in found(app)


def test_a_void_record_that_nobody_wrote_again_is_found_in_a_quiet_log(app):
    key, _ = last_row(app)
    app.write(*encode_fence(Fence(EPOCH + 1, bytes(16))))
    app.write(key, with_epoch(EPOCH, app.rows[key]))
    assert found(app) == [("void", NAMES.changelog, None, key.decode())]


def test_a_clock_that_was_not_obeyed_is_found(app):
    due = {key: decode_row(row).due for key, row in app.rows.items()}
    key = min((key for key in due if due[key]), key=lambda key: due[key])
    rows, log, changes = dict(app.rows), list(app.log), list(app.changes)
    app.clock(due[key] + 90 * 86_400_000)
    heeded = {line.key for line in app.changes[len(changes) :]}
    assert heeded
    app.rows, app.changes = rows, changes
    app.log = [line for line in app.log if line in log or (line.key or b"").startswith(b"\0")]
    kinds = {(what, lead) for what, _, _, lead in found(app)}
    assert {("standing", (key or b"").decode()) for key in heeded} <= kinds


def test_what_lies_behind_the_committed_offsets_is_not_judged_unless_asked_for(app):
    """The worker has written its rows and not yet published: the rows hold what they owe."""
    line = app.changes[-1]
    cause = decode_row(app.rows[line.key or b""])
    told = cause.outbox
    assert told == []
    app.changes.remove(line)
    source, offset = (
        (1, cause.applied[1]) if decode_change(line.value or b"").cause.kind == "decay" else (0, cause.applied[0])
    )
    cause.outbox = [Unpublished(source, offset, line.value or b"")]
    app.write(line.key or b"", encode_row(EPOCH, cause))
    app.committed = dict.fromkeys(app.topics, 0)
    differences, checked = app.judged(settled=False)
    assert differences == []
    assert checked.settled == 0
    assert {one.what for one in app.judged()[0]} == {"not_settled", "change_missing"}
