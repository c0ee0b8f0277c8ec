"""For each lint of what is hidden or untested: the YAML that it is about, and what it says."""

from tests.model.models import MINIMAL, findings

GRADES = """
signals: {{role: {{when: {{profile: role}}, grades: {grades}}}}}
stages: {{suspect: {{}}}}
"""


def test_a_grade_that_one_before_it_takes_never_counts():
    says = "never counts: a grade before it takes all its values, or it contradicts itself; put the narrower one first"
    hidden = {
        "[{at_least: 5, points: 1}, {at_least: 9, points: 2}]": [f'signal "role": grades: entry 2: {says}'],
        "[{one_of: [a, b], points: 1}, {equals: b, points: 2}]": [f'signal "role": grades: entry 2: {says}'],
        "[{like: '*head*', points: 1}, {like: 'head of*', points: 2}]": [f'signal "role": grades: entry 2: {says}'],
        "[{at_least: 9, at_most: 5, points: 1}, {points: 2}]": [f'signal "role": grades: entry 1: {says}'],
        "[{at_least: 9, points: 2}, {at_least: 5, points: 1}, {points: 3}]": [],
        "[{at_most: 30, points: 2}, {at_least: 20, points: 1}]": [],
        "[{like: 'head of*', points: 1}, {like: '*head*', points: 2}]": [],
    }
    for grades, found in hidden.items():
        assert findings(GRADES.format(grades=grades), "grade-never-counts") == found, grades


def test_two_signals_of_one_axis_that_grade_one_attribute_count_it_twice():
    text = """
signals:
  a: {when: {profile: role}, grades: [{equals: owner, points: 1}]}
  b: {when: {profile: role}, grades: [{equals: buyer, points: 1}]}
  c: {when: {profile: role}, axis: intent, grades: [{equals: buyer, points: 1}]}
stages: {suspect: {}}
"""
    assert findings(text, "graded-twice") == [
        'signal "b": when: counts the same attribute as signal "a": role; put their grades into one'
    ]


def test_a_row_of_likelihoods_behind_a_wider_one_is_never_told():
    text = MINIMAL + "likelihood: [{stage: mql, share: 0.1}, {stage: mql, engagement: 30, share: 0.3}, {share: 0.01}]\n"
    assert findings(text, "likelihood-never-told") == [
        "likelihood: entry 2 is never told: entry 1 fits whenever it does; put the narrower one first"
    ]
    good = "likelihood: [{stage: mql, engagement: 30, share: 0.3}, {stage: mql, share: 0.1}, {share: 0.01}]\n"
    assert findings(MINIMAL + good, "likelihood-never-told") == []


def test_a_stage_without_an_example_that_ends_in_it_is_untested():
    assert findings(MINIMAL, "untested-stage") == [
        'stage "mql": no example ends in it; make up a lead that should (given, expect), so that a slip is found before a customer is'
    ]
    example = "examples:\n- {given: signup at 0d, expect: {stage: mql}}\n"
    assert findings(MINIMAL + example, "untested-stage") == []
