"""What trackers tell of a person."""

import pytest

from intentflow.wire.tracker_traits import attribute_name, of_company, tellings


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("firstName", "first_name"),
        ("First Name", "first_name"),
        ("firstname", "first_name"),
        ("title", "job_title"),
        ("total billed", "total_billed"),
        ("größe", "größe"),
        ("consent.advertising", "consent.advertising"),
        ("email", None),
        ("password", None),
        ("$browser", None),
        ("!!", None),
        ("x" * 200, None),
    ],
)
def test_a_trait_has_the_name_that_models_ask_for(name: str, known: str | None):
    assert attribute_name(name, "") == known


def test_what_people_say_of_themselves_is_apart_from_what_the_site_has_noticed():
    traits = {"firstName": "Ann", "plan": "pro", "marketing_consent": True}
    assert [(one.provenance, one.freely, one.told) for one in tellings(traits)] == [
        ("form", False, {"first_name": "Ann"}),
        ("observed", False, {"plan": "pro"}),
        ("form", True, {"marketing_consent": True}),
    ]


def test_address_and_company_are_looked_into_and_nothing_else_is():
    traits = {
        "address": {"city": "Leeds", "geo": {"lat": 1}},
        "company": {"name": "Acme", "employee_count": 3},
        "deep": {"a": 1},
    }
    (told,) = tellings(traits)
    assert told.told == {"city": "Leeds", "company": "Acme", "employees": 3}


def test_null_withdraws_and_a_list_of_texts_is_one_text():
    (told,) = tellings({"plan": None, "tags": ["a", "b"], "mixed": ["a", 1], "nan": float("nan")})
    assert told.told == {"plan": None, "tags": "a, b"}


def test_a_text_is_cut_to_what_a_profile_may_hold():
    (told,) = tellings({"note": "ä" * 1000})
    assert told.told == {"note": "ä" * 128}


def test_no_more_is_told_than_a_profile_may_hold():
    assert sum(len(one.told) for one in tellings({f"t{n}": n for n in range(200)})) == 64


def test_the_name_of_a_group_is_that_of_the_company():
    assert of_company({"name": "Initech", "industry": "it", "employees": 9, "plan": "pro"}) == {
        "company": "Initech",
        "industry": "it",
        "employees": 9,
        "company_plan": "pro",
    }
