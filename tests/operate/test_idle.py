"""Who was not seen for so long that nothing of them need be held."""

from intentflow.operate.idle import Idle, Sightings
from tests.operate.people import STUB, lead

A, V, W, B = b"l:a", b"v:one", b"v:two", b"l:b"


def idle(before: int = 50, **rows: bytes) -> Idle:
    sightings = Sightings(before)
    for name, row in rows.items():
        sightings.take({{"a": A, "v": V, "w": W, "b": B}[name]: row})
    return sightings.idle()


def test_whoever_was_seen_at_that_moment_is_not_idle_and_whoever_was_seen_before_it_is():
    assert idle(a=lead(50), b=lead(49)) == Idle((B,), 1, 2)


def test_a_person_is_idle_only_if_all_their_ids_are():
    assert idle(a=lead(10, merged=(V,)), v=lead(alias=A, sent=20), b=lead(99)) == Idle((A, V), 1, 3)
    assert idle(a=lead(10, merged=(V,)), v=lead(alias=A, sent=60)).keys == ()
    assert idle(a=lead(60, merged=(V,)), v=lead(alias=A, sent=20)).keys == ()
    assert idle(v=lead(alias=W, sent=20), w=lead(alias=A, sent=20), a=lead(60, merged=(V,))).keys == ()


def test_an_alias_of_somebody_who_is_gone_is_idle_by_itself():
    assert idle(v=lead(alias=A, sent=20)) == Idle((V,), 1, 1)


def test_who_was_erased_is_not_counted():
    assert idle(a=STUB) == Idle((), 0, 0)
