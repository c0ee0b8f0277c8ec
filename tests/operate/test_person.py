"""Who is one person."""

import pytest

from intentflow.domain.bonds import Bonds
from intentflow.operate.person import Person, Ties, bonds_in, marks_of, person_in
from intentflow.wire.rows import is_stub
from tests.operate.people import STUB, lead

A, M, V, W, B = b"l:42", b"l:anna@example.com", b"v:one", b"v:two", b"l:43"


def person(asked: bytes, **told: bytes) -> Person:
    ties, rows = Ties(), {KEYS[name]: row for name, row in told.items()}
    for one in rows.items():
        ties.take(dict([one]))
    return person_in(ties, asked, lambda key: key in rows and not is_stub(rows[key]))


KEYS = {"a": A, "m": M, "v": V, "w": W, "b": B}


@pytest.mark.parametrize("asked", [A, M, V, W])
def test_whichever_id_is_asked_for_all_that_are_aliases_of_one_are_one_person(asked):
    told = person(asked, v=lead(alias=M), m=lead(alias=A), a=lead(merged=(M, V)), w=lead(alias=A), b=lead())
    assert told == Person((A, M, V, W), frozenset({A, M, V, W}))
    assert told.target == A


def test_a_browser_that_is_somebody_elses_now_is_told_and_is_not_theirs():
    told = person(A, a=lead(merged=(V,)), v=lead(alias=B), b=lead(merged=(V,)))
    assert (told.keys, told.apart) == ((A,), (V,))
    assert person(B, a=lead(merged=(V,)), v=lead(alias=B), b=lead(merged=(V,))).keys == (B, V)


def test_an_id_that_came_in_and_has_no_row_of_its_own_any_more_is_theirs():
    assert person(A, a=lead(merged=(V,)), b=lead()).keys == (A, V)
    begun_anew = person(A, a=lead(merged=(V,)), v=lead())
    assert (begun_anew.keys, begun_anew.apart) == ((A,), (V,)), "it is a visitor of its own again"


def test_a_stub_is_no_row_to_find():
    assert person(A, a=STUB).living == frozenset()
    assert person(A, b=lead()) == Person((A,), frozenset())


def test_bonds_are_read_without_the_rest_of_the_lead():
    assert bonds_in(lead(alias=A, sent=7)) == Bonds(A, 7)
    assert bonds_in(lead()) is None


def test_a_record_is_about_them_by_its_key_or_if_its_value_names_them():
    told = Person((A, M))
    assert told.concerns(A, b"{}")
    assert told.concerns(b"crm|" + M, None), "deliveries are keyed by endpoint and lead"
    assert told.concerns(None, b'{"email":"anna@example.com"}')
    assert told.concerns(b"v:x", b'{"lead_id": "42"}')
    assert not told.concerns(b"l:421", b'{"lines": 42, "lead_id": "421"}')
    assert not told.concerns(None, None)


def test_a_short_id_is_looked_for_in_quotation_marks_and_a_long_one_as_it_is():
    assert marks_of([b"l:42", b"v:0123456789abcdef", M]) == [b'"42"', b"0123456789abcdef", b"anna@example.com"]
