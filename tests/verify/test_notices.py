"""Notices of carts, as `verify` finds them missing, unlike or too many."""

import pytest

from intentflow.model.load import load
from intentflow.wire.changes import NOTICE_TYPE, headers_of
from tests.verify.made import NAMES, Line, MadeApp, busy

MADE = busy(load("retail"))


@pytest.fixture
def app() -> MadeApp:
    return MADE.copy()


def found(app: MadeApp) -> list[tuple[str, str, int | None]]:
    return [(one.what, one.topic, one.offset) for one in app.judged()[0]]


def test_notices_are_checked_where_the_log_tells_the_order(app):
    differences, checked = app.judged()
    assert (differences, checked.notices) == ([], len(app.notices))
    assert len(app.notices) > 2


def test_a_notice_that_is_not_there_is_missing(app):
    del app.notices[1]
    assert found(app) == [("notice_missing", NAMES.cart_notices, None)]


def test_a_notice_that_says_something_else_is_unlike(app):
    line = app.notices[1]
    app.notices[1] = line._replace(value=(line.value or b"").replace(b'"kind":"abandoned"', b'"kind":"recovered"'))
    assert found(app) == [("notice_unlike", NAMES.cart_notices, 1)]


def test_a_notice_that_nothing_caused_is_too_many(app):
    line = app.notices[1]
    value = (line.value or b"").replace(b'"id":"', b'"id":"x')
    app.notices.append(Line(len(app.notices), line.key, value, 0, tuple(headers_of(value, NOTICE_TYPE))))
    assert found(app) == [("notice_extra", NAMES.cart_notices, len(app.notices) - 1)]


def test_a_repeat_is_no_difference_and_another_one_with_its_id_is(app):
    app.notices.append(app.notices[0]._replace(offset=len(app.notices)))
    assert found(app) == []
    app.notices.append(app.notices[0]._replace(offset=len(app.notices), value=b"{}"))
    assert found(app) == [("notice_unlike", NAMES.cart_notices, len(app.notices) - 1)]
