"""Small scoring models, and what can happen to a lead under them.

Times are so short (half-lives of 50 to 2 000 ms) that a reference can look at every millisecond, and there are so few URLs, campaigns and
attributes that most events meet something.
"""

from typing import Any, NamedTuple

from hypothesis import strategies as st

from intentflow.domain.event import AnyEvent, Campaign, Cart, LandingPage, NewsletterSignup, Page, WebsiteVisit
from intentflow.domain.rules import (
    Abandoned,
    AnySignal,
    Axis,
    Condition,
    Counted,
    Fact,
    Group,
    Limit,
    Once,
    Repeated,
    ScoringModel,
    SignedUp,
    Stage,
    Test,
)
from tests.oracle.made import T0, moment

SPAN = 2_500  # ms in which events happen
PAGES = (None, Page("https://a.example/"), Page("https://a.example/Pricing?x=1"), Page("https://a.example/blog/[1]"))
CAMPAIGNS = (
    None,
    None,
    Campaign(),
    Campaign(name="Spring", source="google", medium="cpc"),
    Campaign(id="spring-1", term="x"),
)
ATTRIBUTES: tuple[dict[str, str | int | float | bool] | None, ...] = (
    None,
    {"a": 1},
    {"a": 2.5},
    {"a": "x"},
    {"a": True, "b": 0},
)
TESTS = (
    Test("a", "equals", 1),
    Test("a", "one_of", ("x", True)),
    Test("a", "at_least", 2),
    Test("a", "at_most", 1),
    Test("a", "exists", True),
    Test("b", "exists", False),
)
ACTIONS: dict[type, tuple[str, ...]] = {
    WebsiteVisit: ("view", "view", "search"),
    NewsletterSignup: ("signup", "signup", "confirm", "open", "unsubscribe", "bounce"),
    Cart: ("add", "add", "view", "purchase"),
    LandingPage: ("land", "submit"),
}
FAMILIES = ("website_visit", "website_visit", "newsletter_signup", "cart", "landing_page")
AXES: tuple[Axis, ...] = ("intent", "intent", "engagement")
half_lives = st.sampled_from([None, 50, 100, 250, 500, 1000, 2000])
points = st.one_of(st.integers(1, 10), st.integers(1, 10), st.integers(-10, -1), st.floats(0.1, 9.9)).map(float)
caps = st.none() | st.integers(3, 20).map(float)


class Step(NamedTuple):
    """What happens to a lead next: an event, or only a clock. Times are milliseconds since the epoch."""

    event: AnyEvent | None
    at: int  # the event's time, or the clock's


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Half of them look at the family alone, so that most events meet something."""
    family = draw(st.sampled_from(FAMILIES))
    what = draw(st.sampled_from(["family", "family", "family", "action", "page", "campaign", "attributes"]))
    fields: dict[str, Any] = {}
    if what == "action":
        fields["actions"] = draw(st.sampled_from([("view",), ("view", "submit"), ("add", "land", "signup")]))
    elif what == "page":
        fields["url"] = draw(st.sampled_from([(), ("*",), ("*/pricing*", "*[1]"), ("*.example/",)]))
        fields["not_url"] = draw(st.sampled_from([(), (), ("*/BLOG*",), ("",)]))
    elif what == "campaign":
        fields["targeted"] = draw(st.sampled_from([True, False, None]))
        fields["source"] = draw(st.sampled_from([(), (), ("goo*",)]))
        fields["medium"] = draw(st.sampled_from([(), (), ("*",)]))
        fields["campaign"] = draw(st.sampled_from([(), (), ("spring*",)]))
    elif what == "attributes":
        fields["attributes"] = tuple(draw(st.lists(st.sampled_from(TESTS), min_size=1, max_size=2)))
    return Condition(family=family, **fields)


whens = st.lists(conditions(), min_size=1, max_size=2).map(tuple)


@st.composite
def signals(draw: st.DrawFn, name: str, groups: tuple[Group, ...]) -> AnySignal:
    axis = draw(st.sampled_from(AXES))
    fitting = [None, *(group.name for group in groups if group.axis == axis)]
    shared: dict[str, Any] = {
        "name": name,
        "axis": axis,
        "points": draw(points),
        "group": draw(st.sampled_from(fitting)),
    }
    kind = draw(st.sampled_from([Counted, Counted, Counted, Once, Repeated, SignedUp, Abandoned]))
    if kind is Repeated:
        return Repeated(**shared, when=draw(whens), at_least=draw(st.integers(2, 4)), within=draw(st.integers(50, 800)))
    shared["half_life"] = draw(half_lives)
    if kind is Once:
        return Once(**shared, when=draw(whens))
    if kind is SignedUp:
        gained = shared | {"points": abs(shared["points"])}
        return SignedUp(**gained, until_confirmed=draw(st.sampled_from([0.0, 0.5, 1.0])) * gained["points"])
    if kind is Abandoned:
        return Abandoned(**shared, quiet=draw(st.integers(20, 500)), cap=draw(caps))
    limit = draw(st.none() | st.builds(Limit, st.integers(1, 3), st.sampled_from([100, 250, 300, 500])))
    return Counted(**shared, when=draw(whens), limit=limit, cap=draw(caps))


@st.composite
def stages(draw: st.DrawFn, name: str, facts: tuple[str, ...]) -> Stage:
    """One that is left at once, or for a score that it doesn't ask for, has a cool-down: it would come and go each millisecond."""
    enter = draw(
        st.dictionaries(
            st.sampled_from(AXES), st.sampled_from([-2, 0, 1, 2, 3, 5, 5.5, 8, 9.9, 10, 12, 15, 20]), max_size=2
        )
    )
    leave = {
        axis: threshold - draw(st.sampled_from([0, 0.5, 1, 2, 4]))
        for axis, threshold in enter.items()
        if draw(st.booleans())
    }
    odd = draw(st.integers(0, 9)) == 0
    if odd:
        leave[draw(st.sampled_from(AXES))] = draw(st.sampled_from([0, 1, 3, 8]))
    return Stage(
        name=name,
        enter=tuple((axis, float(threshold)) for axis, threshold in enter.items()),
        leave=tuple((axis, float(threshold)) for axis, threshold in leave.items()),
        facts=tuple(fact for fact in facts if draw(st.integers(0, 2)) == 0 or not enter),
        dwell=draw(st.sampled_from([0, 0, 0, 100, 400])),
        cool_down=draw(st.sampled_from([100, 400, 1000] if odd else [0, 0, 0, 100, 400, 1000])),
    )


@st.composite
def models(draw: st.DrawFn, horizon: int | None = None, remembered: int | None = None) -> ScoringModel:
    groups = tuple(
        Group(f"group {i}", draw(st.sampled_from(AXES)), float(draw(st.integers(3, 15))))
        for i in range(draw(st.integers(0, 2)))
    )
    facts = tuple(
        Fact(name, draw(whens), draw(st.none() | st.integers(20, 900)))
        for name in ("need", "source")[: draw(st.integers(0, 2))]
    )
    names = tuple(fact.name for fact in facts)
    return ScoringModel(
        name="small",
        version=1,
        hash="0123abcd",
        signals=tuple(draw(signals(f"signal {i}", groups)) for i in range(draw(st.integers(1, 6)))),
        groups=groups,
        facts=facts,
        stages=(Stage(name="low"), *(draw(stages(f"stage {i}", names)) for i in range(1, draw(st.integers(2, 4))))),
        horizon=horizon or draw(st.sampled_from([300, 1500, 10_000])),
        remembered=remembered or draw(st.sampled_from([4, 8, 64])),
    )


@st.composite
def events(draw: st.DrawFn, event_id: str, span: int = SPAN) -> AnyEvent:
    kind = draw(st.sampled_from([WebsiteVisit, WebsiteVisit, NewsletterSignup, Cart, Cart, LandingPage]))
    at = draw(st.integers(0, span) | st.sampled_from([0, 100, 200, 500, 1000]))
    fields: dict[str, Any] = {"cart_id": draw(st.sampled_from([None, "a", "b"]))} if kind is Cart else {}
    made: AnyEvent = kind(
        event_id=event_id,
        occurred_at=moment(at),
        visitor_id="v",
        action=draw(st.sampled_from(ACTIONS[kind])),
        page=draw(st.sampled_from(PAGES)),
        campaign=draw(st.sampled_from(CAMPAIGNS)),
        attributes=draw(st.sampled_from(ATTRIBUTES)),
        **fields,
    )
    return made


@st.composite
def histories(draw: st.DrawFn, most: int = 25, span: int = SPAN) -> list[Step]:
    """Events and clocks in the order of their arrival: mostly in order, some late, some sent twice, some ids used twice."""
    arrivals: list[tuple[int, Step]] = []
    for i in range(draw(st.integers(1, most))):
        delay = draw(st.sampled_from([0, 0, 0]) | st.integers(0, 300) | st.integers(0, span))
        what = draw(st.integers(0, 11))
        if what == 0:
            at = draw(st.integers(0, span))
            arrivals.append((at, Step(None, T0 + at)))
        elif what == 1 and arrivals:
            at, step = draw(st.sampled_from(arrivals))
            arrivals.append((at + delay, step))
        else:
            event = draw(events(f"id {draw(st.integers(0, i)) if what == 2 else i}", span))
            at = round(event.occurred_at.timestamp() * 1000) - T0
            arrivals.append((at + delay, Step(event, T0 + at)))
    return [step for _, step in sorted(arrivals, key=lambda arrival: arrival[0])]
