"""The reference's reading of profiles, by hand."""

from typing import Any

import pytest

from intentflow.domain.event import NewsletterSignup, Profile
from intentflow.domain.rules import Condition, Counted, Fact, Grade, Graded, Ideal, Test, Trait
from intentflow.oracle.profiles import Telling, address_says, has, known_of
from tests.oracle.made import T0, Told, model, moment

OWNER = Grade(5.0, Trait(one_of=("owner",)))


def role(**fields: Any) -> Graded:
    return Graded(name="role", axis="fit", points=5.0, attribute="role", grades=(OWNER, Grade(1.0, Trait())), **fields)


def told(at: int, event_id: str = "e", *, freely: bool = False, source: Any = "form", **values: Any) -> Profile:
    return Profile(
        event_id=event_id,
        occurred_at=moment(at),
        visitor_id="v",
        profile=values,
        provenance=source,
        given_freely=freely,
    )


def fit_at(lead: Told, t: int) -> float:
    return lead.reference.score(b"v:somebody", T0 + t)["fit"]


def test_the_latest_telling_counts_also_if_it_comes_first():
    lead = Told(model(role()), told(200, role="clerk"), told(100, role="owner"))
    assert fit_at(lead, 200) == 1.0


def test_a_withdrawn_attribute_counts_nothing():
    lead = Told(model(role()), told(100, role="owner"), told(200, role=None))
    assert fit_at(lead, 200) == 0.0


def test_it_counts_up_to_the_millisecond_before_it_is_too_old():
    lead = Told(model(role(lasts=300)), told(100, role="owner"))
    assert (fit_at(lead, 399), fit_at(lead, 400)) == (5.0, 0.0)


def test_where_it_comes_from_and_whether_it_was_given_freely_may_matter():
    lead = Told(model(role(only_from=("form",), given_freely=True)), told(0, role="owner"))
    assert fit_at(lead, 0) == 0.0
    lead = Told(model(role(only_from=("form",), given_freely=True)), told(0, freely=True, role="owner"))
    assert fit_at(lead, 0) == 5.0
    lead = Told(model(role(only_from=("form",))), told(0, source="bought", role="owner"))
    assert fit_at(lead, 0) == 0.0


def test_an_ideal_is_worth_the_share_of_what_is_met():
    ideal = Ideal(
        name="ideal", axis="fit", points=9.0, criteria=(("a", Trait()), ("b", Trait(at_least=2)), ("c", Trait()))
    )
    assert fit_at(Told(model(ideal), told(0, a="x", b=1)), 0) == 3.0
    assert fit_at(Told(model(ideal), told(0, a="x", b=2)), 0) == 6.0


def test_an_address_speaks_where_a_signal_listens():
    kind = Graded(
        name="kind", axis="fit", points=2.0, attribute="email_kind", grades=(Grade(2.0, Trait(one_of=("free",))),)
    )
    event = NewsletterSignup(event_id="n", occurred_at=moment(0), visitor_id="v", email="a@gmail.com")
    assert fit_at(Told(model(kind), event), 0) == 2.0
    assert address_says("a@b.example.co.uk") == {"email_kind": "company", "company_domain": "example.co.uk"}


def test_a_condition_on_a_profile_looks_at_what_it_tells():
    when = Condition(family="profile", attributes=(Test("role", "equals", "owner"), Test("fax", "exists", False)))
    made = model(
        Counted(name="said so", axis="fit", points=1.0, when=(when,)),
        facts=(Fact("owner", (when,)),),
    )
    lead = Told(
        made, told(0, "1", role="owner", fax=None), told(1, "2", role="owner", fax="1"), told(2, "3", role="clerk")
    )
    assert fit_at(lead, 2) == 1.0
    assert lead.reference.facts(b"v:somebody", T0 + 2) == {"owner"}


def test_a_profile_of_long_ago_is_never_too_late_unless_it_is_counted():
    lead = Told(model(role(), horizon=10), told(5_000, other="x"))
    assert lead.event(told(0, role="owner")) == "counted"
    counted = Counted(name="said so", axis="fit", points=1.0, when=(Condition(family="profile"),))
    lead = Told(model(counted, horizon=10), told(5_000, "1", other="x"))
    assert lead.event(told(0, "2", role="owner")) == "too_late"


def test_of_more_than_64_attributes_the_latest_are_kept():
    known = known_of(Telling(f"a{i}", i, 0, "form", False, i) for i in range(70))
    assert set(known) == {f"a{i}" for i in range(6, 70)}


@pytest.mark.parametrize(
    ("trait", "value", "expected"),
    [
        (Trait(), False, True),
        (Trait(one_of=(1,)), True, False),
        (Trait(like=("*OWN*",)), "the owner", True),
        (Trait(like=("*",)), 3, False),
        (Trait(at_least=3), 3, True),
        (Trait(at_least=3), "4", False),
        (Trait(at_most=3, one_of=(2, 4)), 4, False),
    ],
)
def test_a_value_has_a_trait(trait, value, expected):
    assert has(trait, value) is expected
