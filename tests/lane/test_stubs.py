from intentflow.domain.lead import Lead
from intentflow.lane import stubs
from intentflow.lane.stubs import stubs_of, take_over
from intentflow.wire.rows import encode_row, encode_stub

A, B = b"l:a", b"l:b"


def stub(*applied: int) -> bytes:
    return encode_stub(1, Lead(list(applied), []))


def test_stubs_are_found_by_their_flag():
    assert stubs_of({A: stub(4), B: encode_row(1, Lead([4], []))}) == {A: None}


def test_a_stub_is_over_when_everything_applied_is_committed():
    rows = {A: stub(4, -1, 7)}
    for committed, over in (({}, []), ({0: 5}, []), ({0: 5, 2: 7}, []), ({0: 4, 2: 8}, []), ({0: 5, 2: 8}, [A])):
        assert take_over({A: None}, rows, (), committed) == over


def test_a_source_that_nothing_was_applied_of_need_not_be_committed():
    assert take_over({A: None}, {A: stub(-1, 0)}, (), {1: 1}) == [A]


def test_a_stub_that_has_something_to_publish_waits():
    waiting = {A: None, B: None}
    assert take_over(waiting, {A: stub(4), B: stub(4)}, {A}, {0: 5}) == [B]
    assert waiting == {A: None}


def test_who_began_anew_or_is_gone_is_no_stub_any_more():
    waiting = {A: None, B: None}
    assert take_over(waiting, {A: encode_row(1, Lead([4], []))}, (), {0: 5}) == []
    assert waiting == {}


def test_only_so_many_are_looked_at_in_one_go_and_those_that_wait_take_turns(monkeypatch):
    monkeypatch.setattr(stubs, "LOOKED_AT", 2)
    rows = {b"l:%d" % n: stub(9 if n < 2 else 4) for n in range(4)}
    waiting = stubs_of(rows)
    assert take_over(waiting, rows, (), {0: 5}) == []
    assert take_over(waiting, rows, (), {0: 5}) == [b"l:2", b"l:3"]
    assert list(waiting) == [b"l:0", b"l:1"]
