"""What every model that comes with intentflow promises."""

from datetime import date

import pytest

from intentflow.domain.rules import Repeated, SignedUp
from intentflow.model.lint import lint, not_agreed
from intentflow.model.load import read, shipped
from intentflow.model.reach import any_traffic, facts_of, highest, visits_only
from intentflow.model.trial import tried

MODELS = {name: read(name) for name in shipped()}
ALL = pytest.mark.parametrize("name", MODELS)


def test_there_is_one_for_shops_one_for_software_one_for_20_points_and_one_for_law():
    assert list(MODELS) == ["b2b-saas", "bants", "legal", "retail"]


@ALL
def test_its_name_is_that_of_its_file(name):
    assert MODELS[name].model.name == name


@ALL
def test_it_has_no_finding_and_is_a_draft_until_you_agree_to_it(name):
    assert lint(MODELS[name], date(2026, 11, 24)) == ()
    assert [found.rule for found in not_agreed(MODELS[name])] == ["draft"]


@ALL
def test_its_examples_hold_and_end_in_every_stage_but_the_first(name):
    assert [one.name for one in tried(MODELS[name]) if not one.holds] == []
    ends = {example.stage for example in MODELS[name].examples}
    assert ends >= {stage.name for stage in MODELS[name].model.stages[1:]}


@ALL
def test_newsletter_sign_up_is_its_strongest_single_behaviour(name):
    behaviours = [s for s in MODELS[name].model.signals if s.axis != "fit" and not isinstance(s, Repeated)]
    strongest = max(behaviours, key=lambda signal: signal.points)
    assert isinstance(strongest, SignedUp)
    assert strongest.until_confirmed < strongest.points


@ALL
def test_visits_alone_qualify_nobody(name):
    model = MODELS[name].model
    facts = facts_of(model, visits_only)
    for stage in model.stages:
        if stage.name in ("mql", "pql", "sql", "customer"):
            enough = all(highest(model, axis, visits_only) >= value for axis, value in stage.enter)
            assert not (enough and set(stage.facts) <= facts)


@ALL
def test_every_stage_can_be_reached_and_is_explained_by_the_glossary(name):
    model = MODELS[name].model
    facts = facts_of(model, any_traffic)
    for stage in model.stages:
        assert all(highest(model, axis, any_traffic) >= value for axis, value in stage.enter)
        assert set(stage.facts) <= facts
        assert stage.meaning


@ALL
def test_an_mql_is_nurtured_and_only_an_sql_goes_to_sales_and_not_without_end(name):
    stages = {stage.name: stage for stage in MODELS[name].model.stages}
    assert stages["mql"].treatment == "nurture"
    assert [stage.name for stage in stages.values() if stage.treatment == "sales"] == ["sql"]
    assert stages["sql"].hand_offs is not None
    assert stages["sql"].follow_up is not None


@ALL
def test_an_sql_needs_need_source_and_readiness_but_where_20_points_are_the_rule(name):
    (sql,) = (stage for stage in MODELS[name].model.stages if stage.name == "sql")
    assert set(sql.facts) == (set() if name == "bants" else {"need", "source", "readiness"})


@ALL
def test_it_says_how_it_is_measured_and_when_it_is_reviewed(name):
    written = MODELS[name].written
    assert written.measured_by
    assert written.review_by is not None
