"""What ties leads to each other."""

from intentflow.domain.bonds import HEARD, TOLD, Bonds, hear, next_number, rank, tell_once


def test_a_user_id_comes_before_an_address_and_both_before_a_visitor():
    keys = [b"v:a", b"l:b@x", b"l:z", b"l:a@x", b"l:a"]
    assert sorted(keys, key=rank) == [b"l:a", b"l:z", b"l:a@x", b"l:b@x", b"v:a"]


def test_a_message_is_heard_once_and_what_came_before_it_not_at_all():
    bonds = Bonds()
    assert [hear(bonds, b"v:a", n) for n in (5, 5, 4, 6)] == [True, False, False, True]
    assert hear(bonds, b"v:b", 1)


def test_numbers_only_rise_and_are_never_below_the_time_of_their_cause():
    bonds = Bonds()
    assert [next_number(bonds, time) for time in (100, 50, 100, 200)] == [100, 101, 102, 200]


def test_the_sender_heard_longest_ago_is_forgotten_first():
    bonds = Bonds()
    for n in range(HEARD):
        hear(bonds, b"v:%d" % n, 1)
    assert hear(bonds, b"v:0", 2)  # heard again: it is the newest now
    assert hear(bonds, b"v:new", 1)
    assert not hear(bonds, b"v:0", 2)
    assert hear(bonds, b"v:1", 1)
    assert len(bonds.heard) == HEARD * 16


def test_a_visitor_is_told_once_as_long_as_it_is_remembered():
    bonds = Bonds()
    assert [tell_once(bonds, b"v:%d" % n) for n in (1, 1, 2)] == [True, False, True]
    for n in range(TOLD):
        tell_once(bonds, b"v:later-%d" % n)
    assert tell_once(bonds, b"v:1")
