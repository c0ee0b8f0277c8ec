"""The tables of the simulation fit together."""

import pytest

from intentflow.simulate.deeds import DEEDS, Basket
from intentflow.simulate.dice import Dice
from intentflow.simulate.personas import PERSONAS, Persona
from intentflow.simulate.sessions import SESSIONS


def test_every_deed_of_a_session_is_one_that_somebody_can_do():
    assert {deed.what for deeds in SESSIONS.values() for deed in deeds} == set(DEEDS)


def test_every_session_is_somebodys_and_every_step_is_a_session():
    assert {step.session for persona in PERSONAS.values() for step in persona.steps} == set(SESSIONS)


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=PERSONAS)
def test_a_persona_has_sound_numbers(persona: Persona):
    assert persona.weight > 0
    assert 0 <= persona.begins[0] < persona.begins[1] <= 1
    for step in persona.steps:
        assert 1 <= step.least <= step.most
        assert 0 < step.chance <= 1
        assert 0 <= step.after[0] <= step.after[1]


def test_who_is_known_once_signed_up_signs_up():
    late = [persona for persona in PERSONAS.values() if persona.known == "once signed up"]
    assert late
    assert all(any(step.session == "sign up" for step in persona.steps) for persona in late)


def test_the_value_of_a_cart_is_what_is_in_it():
    dice, basket = Dice(3), Basket()
    added = [DEEDS["add"](dice, basket) for _ in range(3)]
    total = sum(float(event["lines"][0]["price"]["amount"]) for event in added)
    bought = DEEDS["purchase"](dice, basket)
    assert float(bought["value"]["amount"]) == pytest.approx(total)
    assert (len(bought["lines"]), basket.number, basket.articles) == (3, 2, [])
