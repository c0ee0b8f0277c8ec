"""The reference of leads that turn out to be one person, by hand."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from intentflow.domain.event import Link
from intentflow.domain.rules import Abandoned, Counted, Limit, ScoringModel, Stage
from intentflow.oracle import Letter, Linked, Parted, Reference, deliver
from intentflow.oracle.ties import order
from tests.oracle.made import T0, VISIT, cart, model, moment, visit

VISITS = Counted(name="visits", axis="intent", points=1.0, half_life=None, when=VISIT)
HOT = Stage(name="hot", enter=(("intent", 2.0),))
V, A, B, X = b"v:v", b"l:a", b"l:b", b"l:x@y.example"


def linked(at: int, **names: str) -> Link:
    return Link(event_id=f"link {at}", occurred_at=moment(at), **names)


class Life:
    """A reference, in milliseconds after `T0`; what is told is heard at once, unless said otherwise."""

    def __init__(self, made: ScoringModel) -> None:
        self.reference = Reference(made)

    def visit(self, key: bytes, at: int, *, heard: bool = True, **fields: Any) -> str:
        return self._then(
            heard, self.reference.event(key, replace(visit(at), **{"visitor_id": None} | fields), T0 + at)
        )

    def link(self, key: bytes, at: int, *, heard: bool = True, **names: str) -> str:
        return self._then(heard, self.reference.link(key, linked(at, **names), T0 + at))

    def _then(self, heard: bool, outcome: str) -> str:
        if heard:
            deliver(self.reference, lambda _: 0)
        return outcome

    def hear(self, choose: Callable[[Sequence[Letter]], int] = lambda _: 0) -> None:
        deliver(self.reference, choose)

    def intent(self, key: bytes, at: int) -> float:
        return self.reference.score(key, T0 + at)["intent"]

    def causes(self, key: bytes) -> list[str]:
        return [move.cause for move in self.reference.moves(key)]


def test_ids_are_ordered_by_kind_and_then_by_their_bytes():
    assert sorted([V, X, B, b"l:A@b", A, b"v:a"], key=order) == [A, B, b"l:A@b", X, b"v:a", V]


def test_an_event_that_names_a_visitor_too_tells_it_once_and_later_events_of_the_visitor_go_on():
    life = Life(model(VISITS))
    assert life.visit(V, 0, visitor_id="v") == "counted"
    assert life.visit(A, 100, heard=False, lead_id="a", visitor_id="v") == "counted"
    assert life.reference.outbox[0] == (V, Linked(A, T0 + 100, T0 + 100, A))
    life.hear()
    assert life.visit(A, 200, heard=False, lead_id="a", visitor_id="v") == "counted"
    assert not life.reference.outbox
    assert life.visit(V, 300, visitor_id="v") == "forwarded"
    assert (life.reference.leads, life.intent(A, 300)) == ((A,), 4.0)


def test_who_becomes_an_alias_moves_to_the_first_stage_and_tells_all_that_it_was_once():
    life = Life(model(VISITS, stages=[HOT]))
    for at in (0, 10):
        life.visit(V, at, visitor_id="v")
    life.link(V, 500, lead_id="a", visitor_id="v")
    life.link(V, 600, lead_id="a", visitor_id="v")
    assert life.causes(V)[1:] == life.causes(A) == [f"merge:v:v:{T0 + 500}"]
    assert (life.reference.stage(A), life.reference.standing(A).since) == ("hot", T0 + 500)
    assert life.reference.ties(V).sent == T0 + 500


def test_a_message_that_is_heard_again_does_nothing():
    life = Life(model(VISITS))
    life.visit(V, 0, visitor_id="v")
    life.link(V, 5, heard=False, lead_id="a", visitor_id="v")
    [letter] = life.reference.outbox
    assert isinstance(letter.message, Parted)
    life.hear()
    assert life.reference.hear(A, letter.message) == "passed"
    assert life.intent(A, 5) == 1.0


def test_a_known_alias_that_is_linked_to_another_tells_the_greater_of_the_two_and_a_visitor_changes_sides():
    life = Life(model(VISITS))
    life.link(X, 0, lead_id="a", email="x@y.example")
    life.link(X, 10, heard=False, lead_id="b", email="x@y.example")
    assert life.reference.outbox[0] == (B, Linked(X, T0 + 10, T0 + 10, A))
    life.hear()
    assert (life.reference.ties(X).alias, life.reference.ties(B).alias) == (A, A)
    life.link(V, 20, lead_id="a", visitor_id="v")
    life.link(V, 30, visitor_id="v", email="x@y.example")
    assert life.reference.ties(V).alias == X
    assert life.visit(V, 40, visitor_id="v") == "forwarded"
    assert life.intent(A, 40) == 1.0


def test_a_period_that_one_side_could_not_reach_any_more_counts_on_each_side():
    """The period of 0 to 99 is closed for b, whose newest event is a horizon later."""
    limited = Counted(name="visits", axis="intent", points=1.0, half_life=None, limit=Limit(1, 100), when=VISIT)
    for late, worth in ((500, 2.0), (1_500, 3.0)):
        life = Life(model(limited, horizon=1_000))
        for key, at in ((A, 10), (B, 20), (B, late)):
            life.visit(key, at, lead_id=key[2:].decode())
        life.link(B, late, lead_id="b", same_as="a")
        assert life.intent(A, late) == worth


def test_of_the_carts_of_both_the_latest_eight_stay():
    fills = Abandoned(name="carts", axis="intent", points=1.0, half_life=None, quiet=10)
    life = Life(model(fills))
    for n in range(12):
        key = (A, B)[n % 2]
        event = replace(cart(n, cart_id=f"c{n}"), visitor_id=None, lead_id=key[2:].decode())
        life.reference.event(key, event, T0 + n)
    life.link(B, 20, lead_id="b", same_as="a")
    assert life.intent(A, 100) == 8.0


def test_who_is_erased_begins_anew_and_is_still_heard():
    life = Life(model(VISITS, stages=[HOT]))
    for at in (0, 10):
        life.visit(V, at, visitor_id="v")
    life.reference.erase(V, T0 + 50)
    assert (life.causes(V)[1:], life.reference.leads) == ([f"erasure:{T0 + 50}"], ())
    life.visit(V, 60, visitor_id="v")
    life.link(V, 70, lead_id="a", visitor_id="v")
    assert life.intent(A, 70) == 1.0


def test_messages_may_be_heard_in_any_order_between_senders():
    for seed in range(20):
        choose, life = random.Random(seed), Life(model(VISITS))
        for at, (key, name) in enumerate(((A, "a"), (B, "b"), (X, "x@y.example"))):
            life.visit(key, at, heard=False, lead_id=name)
        life.link(X, 5, heard=False, lead_id="b", email="x@y.example")
        life.link(X, 6, heard=False, lead_id="a", email="x@y.example")
        life.link(B, 7, heard=False, lead_id="b", same_as="a")
        life.hear(lambda letters, choose=choose: choose.randrange(len(letters)))  # type: ignore[misc]
        assert (life.reference.leads, life.intent(A, 10)) == ((A,), 3.0)
