"""What leads told each other, read from all partitions."""

from intentflow.domain.lead import Lead
from intentflow.domain.message import Linked, Message, Parted
from intentflow.verify.mail import Mail
from intentflow.wire.messages import encode_message
from intentflow.wire.murmur2 import partition_of
from tests.verify.made import Line

A, B, V = b"l:a", b"l:b", b"v:v"


def mail(*told: tuple[bytes, Message], astray: int = 0) -> Mail:
    """On the partitions that their receivers' keys lead to, or so many further."""
    read = Mail("identities", 4)
    for offset, (to, message) in enumerate(told):
        read.take((partition_of(to, 4) + astray) % 4, [Line(offset, to, encode_message(message))])
    return read


def state(sender: bytes, number: int) -> Parted:
    return Parted(sender, number, 1, sender, Lead([], []))


def test_messages_are_kept_by_sender_and_number_with_their_places():
    read = mail((A, Linked(V, 1, 1, B)), (B, Linked(V, 2, 1, A)))
    assert [(one.number, one.to, one.offset) for one in read.posted[V].values()] == [(1, A, 0), (2, B, 1)]
    assert read.wrong == []


def test_a_lower_number_behind_a_higher_one_is_wrong_unless_it_is_a_repeat():
    one, other = (A, Linked(V, 1, 1, B)), (A, Linked(V, 2, 1, B))
    assert [(each.offset, each.detail) for each in mail(other, one).wrong] == [(1, "message 1 comes after message 2")]
    assert mail(one, other, one).wrong == []
    assert mail(one, other, one).repeats == 1


def test_a_message_on_another_partition_than_its_receivers_is_wrong():
    [difference] = mail((A, Linked(V, 1, 1, B)), astray=1).wrong
    assert (difference.what, difference.partition) == ("message_unlike", (partition_of(A, 4) + 1) % 4)


def test_whose_states_came_to_a_lead_is_known_at_second_hand_too():
    read = mail((B, state(V, 1)), (A, state(B, 2)), (A, state(b"v:w", 3)))
    assert read.needed(A) == {V, B, b"v:w"}
    assert read.needed(B) == {V}
    assert read.senders.index(V) < read.senders.index(B)
    assert set(read.merges(A)) == {(B, 2), (b"v:w", 3)}


def test_who_only_told_a_visitor_who_it_is_is_not_tied():
    assert mail((V, Linked(A, 1, 1, A))).tied == {V}
    assert mail((A, state(V, 1))).tied == {A, V}
