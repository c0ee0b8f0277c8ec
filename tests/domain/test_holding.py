"""What is known of a lead and what it is interested in, by hand. Against the reference: `test_fold_laws`."""

from intentflow.domain.change import Held, Interest
from intentflow.domain.merge import Merger
from intentflow.domain.rules import Condition, Counted, Fact, FactWay, Group, Stage, Test
from tests.domain.arms import FoldArm
from tests.oracle.made import T0, land, model, visit

ASKED = (Condition(family="landing_page", attributes=(Test("form", "equals", "trial"),)),)
PASSED_ON = (Condition(family="landing_page", attributes=(Test("by", "exists", True),)),)
IN_HAND = Fact("in_hand", (*ASKED, *PASSED_ON), 1_000, (FactWay("trial", ASKED), FactWay("referral", PASSED_ON)))
PQL = Stage(name="pql", facts=("in_hand",))
TRIAL, REFERRAL = {"form": "trial"}, {"by": "ann"}


def arm(*signals, **fields):
    return FoldArm(model(*signals, facts=(IN_HAND,), stages=(PQL,), **fields))


def held(of: FoldArm, at: int) -> list[list[str]]:
    return [one.by for one in of.fold.moves.holding.facts(of.lead, T0 + at)]


def test_a_change_says_by_which_way_a_product_came_into_a_leads_hands_and_until_when_that_counts():
    lead = arm()
    lead.event(land(0, attributes=REFERRAL))
    [change] = lead.changes
    assert change.facts == [Held("in_hand", ["referral"], "2023-11-14T22:13:21.000Z")]


def test_the_way_of_the_latest_event_is_told_whichever_came_first():
    for events in (
        (land(0, attributes=TRIAL), land(9, attributes=REFERRAL)),
        (land(9, attributes=REFERRAL), land(0, attributes=TRIAL)),
    ):
        lead = arm()
        for event in events:
            lead.event(event)
        assert held(lead, 9) == [["referral"]]


def test_one_event_may_be_two_ways():
    lead = arm()
    lead.event(land(0, attributes=TRIAL | REFERRAL))
    assert held(lead, 0) == [["trial", "referral"]]


def test_a_fact_that_has_ended_is_not_told():
    lead = arm()
    lead.event(land(0, attributes=TRIAL))
    assert (held(lead, 999), held(lead, 1_000)) == ([["trial"]], [])


def test_a_fact_without_ways_that_lasts_for_ever_is_its_name_alone():
    lead = FoldArm(model(facts=(Fact("seen", PASSED_ON),)))
    lead.event(land(0, attributes=REFERRAL))
    assert lead.fold.moves.holding.facts(lead.lead, T0) == [Held("seen")]


def test_of_two_leads_that_are_one_the_later_way_is_told():
    one, other = arm(), arm()
    one.event(land(5, attributes=TRIAL))
    other.event(land(3, attributes=REFERRAL))
    lead = one.lead
    Merger(one.fold.counting, one.fold.model).merge(lead, other.lead)
    assert [known.by for known in one.fold.moves.holding.facts(lead, T0 + 5)] == [["trial"]]


def counted(name: str, points: float, topic: str | None, url: str, group: str | None = None) -> Counted:
    when = (Condition(family="website_visit", url=(url,)),)
    return Counted(name=name, axis="intent", points=points, when=when, topic=topic, group=group)


def test_topics_are_what_their_signals_are_worth_together_the_most_first():
    lead = arm(
        counted("a", 2.0, "mills", "*/a"),
        counted("b", 3.0, "mills", "*/b"),
        counted("c", 9.0, "beans", "*/c"),
        counted("d", 99.0, None, "*/d"),
    )
    for page in "abcd":
        lead.event(visit(0, url=f"https://x.example/{page}"))
    lead.event(land(1, attributes=TRIAL))
    assert lead.changes[0].topics == [Interest("beans", 9.0), Interest("mills", 5.0)]


def test_signs_against_are_about_no_topic_and_a_groups_cap_takes_nothing_from_one():
    against = counted("against", -5.0, "mills", "*/a")
    shown = [counted("a", 4.0, "mills", "*/a", "g"), counted("b", 4.0, "beans", "*/b", "g"), against]
    lead = arm(*shown, groups=(Group("g", "intent", 5.0),))
    for page in "ab":
        lead.event(visit(0, url=f"https://x.example/{page}"))
    topics = lead.fold.moves.holding.topics(lead.fold.scores.worths(lead.lead, T0))
    assert topics == [Interest("beans", 4.0), Interest("mills", 4.0)]


def test_a_change_tells_five_topics_at_most():
    lead = arm(*(counted(f"s{n}", 1.0 + n, f"t{n}", "*/a") for n in range(7)))
    lead.event(visit(0, url="https://x.example/a"))
    lead.event(land(1, attributes=TRIAL))
    assert [one.topic for one in lead.changes[0].topics] == ["t6", "t5", "t4", "t3", "t2"]
