import pytest

from intentflow.model.example import Example
from intentflow.model.written import About
from tests.model.models import MINIMAL, mistakes, reading


def test_an_example_is_events_in_order_of_time_and_what_must_hold():
    text = (
        MINIMAL
        + """\
examples:
  - name: comes back
    given:
      - {family: landing_page, action: submit, at: 2d, url: /x, campaign: c, attributes: {form: sample}}
      - cart add at 1d
    expect: {stage: mql, engagement: about 29.7, fit: 3, at: 3d}
"""
    )
    assert reading(text).examples == (
        Example(
            name="comes back",
            line=9,
            given=(
                ({"family": "cart", "action": "add"}, 86_400_000),
                (
                    {
                        "family": "landing_page",
                        "action": "submit",
                        "page": {"url": "/x"},
                        "campaign": {"name": "c"},
                        "attributes": {"form": "sample"},
                    },
                    172_800_000,
                ),
            ),
            at=259_200_000,
            stage="mql",
            scores=(("engagement", About(29.7, 0.05)), ("fit", About(3.0, 1e-9))),
        ),
    )


def test_without_a_time_an_example_looks_at_its_last_event():
    assert (
        reading(f"{MINIMAL}examples: [{{given: [open at 3d, signup at 1d], expect: {{stage: mql}}}}]\n").examples[0].at
        == 259_200_000
    )


@pytest.mark.parametrize(
    ("example", "says"),
    [
        ("{given: [], expect: {stage: mql}}", "given must have 1 to 100 entries"),
        ("{given: signup at 1d}", "expect is missing"),
        ("{given: signup at 1d, expect: {}}", "expect: expects nothing"),
        ("{given: signup at 1d, expect: {stage: lead}}", 'expect: stage: there is no stage "lead"'),
        ("{given: signup at 1d, expect: {engagement: about many}}", 'must be a number, or like "about 29.7"'),
        ("{given: signup at 1, expect: {stage: mql}}", "must be a whole number with a unit"),
        ("{given: {family: cart, at: 1d}, expect: {stage: mql}}", "a cart event needs an action: add, remove"),
        ("{given: {family: cart, action: buy, at: 1d}, expect: {stage: mql}}", 'action "buy" is not one of cart'),
        ("{given: {family: cart, action: add}, expect: {stage: mql}}", "at is missing"),
    ],
)
def test_an_example_that_cannot_be_run_is_refused(example, says):
    (said,) = mistakes(f"{MINIMAL}examples: [{example}]\n")
    assert said.startswith("8: example 1: ")
    assert says in said


def test_an_example_may_say_where_somebody_came_from_and_with_what():
    visit = "{family: website_visit, at: 0d, url: /x, referrer: 'https://a.example/', user_agent: Googlebot}"
    (example,) = reading(f"{MINIMAL}examples: [{{given: {visit}, expect: {{fit: 0}}}}]\n").examples
    ((fields, _),) = example.given
    assert fields == {
        "family": "website_visit",
        "page": {"url": "/x", "referrer": "https://a.example/"},
        "user_agent": "Googlebot",
    }
