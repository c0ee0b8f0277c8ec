"""Small scoring models, and what can happen to a lead under them.

Times are so short (half-lives of 50 to 2 000 ms) that a reference can look at every millisecond, and there are so few URLs, campaigns and
attributes that most events meet something.

Hypothesis draws one number for each signal, stage and event, several of them at once, and `Choices` reads all that they are off it: some
twenty times as fast as a draw for each field, and smaller numbers still make plainer examples.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from hypothesis import strategies as st
from msgspec.structs import replace

from intentflow.domain.event import (
    AnyEvent,
    Campaign,
    Cart,
    LandingPage,
    Line,
    Money,
    NewsletterSignup,
    Page,
    Profile,
    SalesOutcome,
    WebsiteVisit,
)
from intentflow.domain.rules import (
    Abandoned,
    AnySignal,
    Axis,
    Condition,
    Counted,
    Criteria,
    Eligible,
    Evidence,
    Fact,
    FactWay,
    Graded,
    Group,
    Likely,
    Limit,
    Once,
    Repeated,
    ScoringModel,
    SignedUp,
    Stage,
    Test,
)
from tests.domain.profiles import of_profile, told
from tests.oracle.made import T0, moment

SPAN = 2_500  # ms in which events happen
MOST_SIGNALS, MOST_RULES = 6, 3  # of a model; facts, stages above the first, rules of evidence
PAGES = (
    None,
    Page("https://a.example/"),
    Page("https://a.example/Pricing?x=1"),
    Page("https://a.example/blog/[1]"),
    Page("https://a.example/?utm_source=google&utm_medium=cpc", referrer="https://news.example/"),
    Page("https://a.example/", referrer="https://www.google.com/"),
)
AGENTS = (None, None, "Mozilla/5.0 (X11) Firefox/130.0", "Googlebot/2.1", "Slackbot-LinkExpanding 1.0")
EMAILS = (None, None, "a@gmail.com", "E@ACME.co.uk")
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
    SalesOutcome: ("won", "rejected", "recycled"),
    Profile: ("update",),
}
FAMILIES = (
    "website_visit",
    "website_visit",
    "website_visit",
    "newsletter_signup",
    "cart",
    "landing_page",
    "outcome",
    "profile",
)
WORTH = tuple(Money(Decimal(amount), "EUR") for amount in ("39.90", "0", "1E+3", "0.0000000015", "12"))
IN_CART = (
    Line("a", price=WORTH[0], quantity=3),
    Line("b", price=WORTH[2]),
    Line("c", price=Money(Decimal(1), "CHF")),
    Line("d"),
)
AXES: tuple[Axis, ...] = ("intent", "intent", "engagement")  # of most models intent alone, so that signals meet
HALF_LIVES = (None, 50, 100, 250, 500, 1000, 2000)
POINTS = (5.0, 10.0, 1.0, 2.0, 3.0, 4.0, 8.0, 0.7, 3.3, 9.1, -1.0, -4.0, -10.0, -2.7)
CAPS = (None, None, 3.0, 5.0, 8.0, 12.0, 20.0)
THRESHOLDS = (5.0, 10.0, 1.0, 2.0, 3.0, 5.5, 8.0, 9.9, 12.0, 15.0, 20.0, 0.0, -2.0)
T = TypeVar("T")


class Choices:
    """A number, read as a row of choices."""

    def __init__(self, number: int) -> None:
        self._number = number

    def below(self, n: int) -> int:
        self._number, chosen = divmod(self._number, n)
        return chosen

    def one(self, of: Sequence[T]) -> T:
        return of[self.below(len(of))]

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)


# Bytes, since Hypothesis prefers small numbers, which would leave all later choices at their first.
NUMBER = 12  # bytes of each
TOGETHER = (
    5  # numbers of a draw: an example that fails loses five events at a time, and others are made as plain as can be
)
DRAWN = [st.binary(min_size=NUMBER * n, max_size=NUMBER * n) for n in range(TOGETHER + 1)]
choices = DRAWN[1].map(lambda drawn: Choices(int.from_bytes(drawn, "big")))


def many(draw: st.DrawFn, n: int) -> Iterator["Choices"]:
    """So many rows of choices."""
    for start in range(0, n, TOGETHER):
        drawn = draw(DRAWN[min(TOGETHER, n - start)])
        for i in range(0, len(drawn), NUMBER):
            yield Choices(int.from_bytes(drawn[i : i + NUMBER], "big"))


class Step(NamedTuple):
    """What happens to a lead next: an event, or only a clock. Times are milliseconds since the epoch."""

    event: AnyEvent | None
    at: int  # the event's time, or the clock's


def condition(choose: Choices) -> Condition:
    """Most of them look at the family alone, so that most events meet something."""
    family = choose.one(FAMILIES)
    what = choose.one((*["family"] * 8, "action", "page", "campaign", "attributes", "origin"))
    fields: dict[str, Any] = {}
    if what == "action":
        fields["actions"] = choose.one((("view",), ("view", "submit"), ("add", "land", "signup")))
    elif what == "page":
        fields["url"] = choose.one(((), ("*",), ("*/pricing*", "*[1]"), ("*.example/",)))
        fields["not_url"] = choose.one(((), (), ("*/BLOG*",), ("",)))
    elif what == "campaign":
        fields["targeted"] = choose.one((True, False, None))
        fields["source"] = choose.one(((), (), ("goo*",)))
        fields["medium"] = choose.one(((), (), ("*",)))
        fields["campaign"] = choose.one(((), (), ("spring*",)))
    elif what == "origin":
        fields["channel"] = choose.one(((), ("Organic Search", "Referral"), ("Paid Search",), ("Direct", "Unassigned")))
        fields["agent"] = choose.one(((), ("human",), ("bot", "preview")))
        fields["address"] = choose.one(((), (), ("*@acme.co.uk", "?@localhost"), ("*@gmail.com",)))
    elif what == "attributes":
        fields["attributes"] = tuple(choose.one(TESTS) for _ in range(choose.between(1, 2)))
    return Condition(family=family, **fields)


def when(choose: Choices) -> tuple[Condition, ...]:
    return tuple(condition(choose) for _ in range(choose.one((1, 1, 1, 2))))


def signal(choose: Choices, name: str, axes: Sequence[Axis], groups: Sequence[Group]) -> AnySignal:
    kind = choose.one((Counted, Counted, Counted, Once, Repeated, SignedUp, Abandoned, Graded, Graded))
    axis, points = choose.one(axes), choose.one(POINTS)
    group = choose.one((None, *(group.name for group in groups if group.axis == axis and points > 0)))
    topic = choose.one((None, None, "prices", "delivery"))
    shared: dict[str, Any] = {"name": name, "axis": axis, "points": points, "group": group, "topic": topic}
    if kind is Graded:
        return of_profile(choose, shared)
    if kind is Repeated:
        return Repeated(**shared, when=when(choose), at_least=choose.between(2, 4), within=choose.between(50, 800))
    shared["half_life"] = choose.one(HALF_LIVES)
    if kind is Once:
        return Once(**shared, when=when(choose))
    if kind is SignedUp:
        gained = abs(points)
        return SignedUp(**shared | {"points": gained}, until_confirmed=choose.one((0.5, 0.0, 1.0)) * gained)
    if kind is Abandoned:
        return Abandoned(**shared, quiet=choose.between(20, 500), cap=choose.one(CAPS))
    limit = choose.one((None, Limit(choose.between(1, 3), choose.one((100, 250, 300, 500)))))
    return Counted(**shared, when=when(choose), limit=limit, cap=choose.one(CAPS))


def fact(choose: Choices, name: str) -> Fact:
    """One that comes about in up to two ways, or that is not asked how it does."""
    lasts = choose.one((None, choose.between(20, 900)))
    ways = tuple(FactWay(way, when(choose)) for way in ("asked", "given")[: choose.below(3)])
    return Fact(name, tuple(c for way in ways for c in way.when) or when(choose), lasts, ways)


def stage(choose: Choices, name: str, axes: Sequence[Axis], facts: Sequence[str]) -> Stage:
    """A sound one: it asks for a fact or for points, and is not left for a score with which it can be entered."""
    enter = {choose.one(axes): choose.one(THRESHOLDS) for _ in range(choose.one((1, 2, 0) if facts else (1, 2)))}
    leave = {
        axis: threshold - choose.one((0, 0.5, 1, 2, 4))
        for axis, threshold in enter.items()
        if choose.one((True, True, False))
    }
    asks = max(enter.values(), default=0) > 0
    asked = tuple(fact for fact in facts if choose.one((False, False, True)) or not asks)
    return Stage(
        name=name,
        enter=tuple(enter.items()) if asks or facts else (("intent", 4.0),),
        leave=tuple(leave.items()) if asks or facts else (),
        facts=asked,
        unless=tuple(fact for fact in facts if fact not in asked and choose.one((False, False, True))),
        dwell=choose.one((0, 0, 0, 100, 400)),
        cool_down=choose.one((0, 0, 0, 100, 400, 1000)),
        hand_offs=choose.one((None, None, Limit(choose.one((1, 1, 2, 3)), choose.one((400, 100, 1500))))),
    )


def answers(choose: Choices, axes: Sequence[Axis], facts: Sequence[str]) -> dict[str, Any]:
    """What the three answers are made from."""

    def some() -> tuple[str, ...]:
        return tuple(fact for fact in facts if choose.one((False, True)))

    def scores() -> tuple[tuple[Axis, float], ...]:
        return tuple({choose.one(axes): choose.one(THRESHOLDS) for _ in range(choose.below(3))}.items())

    rows = [
        Likely(share, choose.one(((), ("low",), ("stage 1", "stage 2"))), scores())
        for share in (0.5, 0.2)[: choose.below(3)]
    ]
    return {
        "eligible": Eligible(some(), some()),
        "criteria": Criteria(scores(), some()),
        "likelihood": tuple(rows),
    }


def evidence(choose: Choices, name: str, patterns: bool) -> Evidence:
    """About the families of its conditions, about others, or about the event alone; of one event, or a pattern."""
    conditions = when(choose)
    families = tuple({condition.family: 0 for condition in conditions})
    kind = choose.one(("single", "order", "pattern") if patterns else ("single", "order"))
    about = (families, ("website_visit",), ()) if kind == "single" else (families, (*families, "website_visit", "cart"))
    of = choose.one(about)
    return Evidence(
        name=name,
        when=conditions,
        weight=choose.one((0.0, 0.1, 0.5, 0.9)) if of else 0.0,
        because="a reason",
        of=of,
        at_least=choose.between(2, 4) if kind == "pattern" else 0,
        within=0 if kind == "single" else choose.between(50, 800),
        before=when(choose) if kind == "order" else (),
    )


@st.composite
def models(
    draw: st.DrawFn,
    horizons: Sequence[int] = (1500, 300, 10_000),
    remembered: Sequence[int] = (64, 4, 8),
    doubted: bool | None = None,
    patterns: bool = True,
) -> ScoringModel:
    """`doubted`: with evidence, whose hours last from 50 to 1 000 ms; None: half of them. `patterns`: such rules may be among it."""
    choose, asked, *drawn = many(draw, 2 + MOST_SIGNALS + 3 * MOST_RULES)
    signals, facts = drawn[:MOST_SIGNALS], drawn[MOST_SIGNALS : MOST_SIGNALS + MOST_RULES]
    stages, rules = drawn[-2 * MOST_RULES : -MOST_RULES], drawn[-MOST_RULES:]
    axes = choose.one((AXES[:1], AXES))
    groups = tuple(Group(f"group {i}", choose.one(axes), float(choose.between(3, 15))) for i in range(choose.below(3)))
    names = ("need", "source", "refused")[: choose.below(4)]
    most = choose.between(1, MOST_SIGNALS)
    above = choose.between(1, MOST_RULES)
    horizon, kept = choose.one(horizons), choose.one(remembered)
    is_doubted, told = choose.one((False, True)) if doubted is None else doubted, choose.between(1, MOST_RULES)
    return ScoringModel(
        name="small",
        version=1,
        hash="0123abcd",
        signals=tuple(signal(one, f"signal {i}", axes, groups) for i, one in enumerate(signals[:most])),
        groups=groups,
        facts=tuple(fact(one, name) for name, one in zip(names, facts, strict=False)),
        stages=(
            Stage(name="low"),
            *(stage(one, f"stage {i}", axes, names) for i, one in enumerate(stages[:above], start=1)),
        ),
        evidence=tuple(
            evidence(one, f"rule {i}", patterns) for i, one in enumerate(rules[:told] if is_doubted else ())
        ),
        hour=choose.one((100, 50, 400, 1_000)) if is_doubted else 3_600_000,
        horizon=horizon,
        remembered=kept,
        **answers(asked, axes, names),
    )


def in_cart(choose: Choices) -> dict[str, Any]:
    """Which cart, and mostly something of what is in it."""
    fields: dict[str, Any] = {"cart_id": choose.one((None, "a", "b"))}
    what = choose.one(("value", "lines", "nothing", "both", "emptied"))
    if what in ("value", "both"):
        fields["value"] = choose.one(WORTH)
    if what in ("lines", "both"):
        fields["lines"] = tuple(choose.one(IN_CART) for _ in range(choose.below(3)))
    if what == "emptied":
        fields |= choose.one(
            ({"lines": ()}, {"value": Money(Decimal("0.00"), "EUR")}, {"action": "remove", "lines": ()})
        )
    return fields


def event(choose: Choices, event_id: str, span: int) -> Step:
    kind = choose.one(
        (WebsiteVisit, WebsiteVisit, WebsiteVisit, NewsletterSignup, Cart, Cart, LandingPage, SalesOutcome, Profile)
    )
    at = choose.below(span) if choose.one((True, True, False)) else choose.one((0, 100, 200, 500, 1000))
    fields: dict[str, Any] = in_cart(choose) if kind is Cart else {}
    fields = told(choose) if kind is Profile else fields
    fields = {"action": choose.one(ACTIONS[kind])} | fields
    made: AnyEvent = kind(
        event_id=event_id,
        occurred_at=moment(at),
        visitor_id="v",
        page=choose.one(PAGES),
        campaign=choose.one(CAMPAIGNS),
        attributes=choose.one(ATTRIBUTES),
        user_agent=choose.one(AGENTS),
        email=choose.one(EMAILS),
        **fields,
    )
    return Step(made, T0 + at)


@st.composite
def histories(draw: st.DrawFn, most: int = 25, span: int = SPAN) -> list[Step]:
    """Events and clocks in the order of their arrival: mostly in order, some late, some sent twice, some ids used twice.

    Clocks run ahead by up to 300 ms, so that events come late behind them.
    """
    arrivals: list[tuple[int, Step]] = []
    for i, choose in enumerate(many(draw, draw(st.integers(1, most)))):
        what = choose.below(14)
        delay = choose.one((0, 0, 0, choose.below(300), choose.below(span)))
        if what >= 11:
            at = T0 + choose.below(span)
            arrivals.append((at - choose.one((0, choose.below(300))), Step(None, at)))
        elif what == 10 and arrivals:
            at, step = choose.one(arrivals)
            arrivals.append((at + delay, step))
        else:
            step = event(choose, f"id {choose.below(i + 1) if what == 9 else i}", span)
            arrivals.append((step.at + delay, step))
    return [step for _, step in sorted(arrivals, key=lambda arrival: arrival[0])]


def stretched(model: ScoringModel, steps: Sequence[Step], times: int) -> tuple[ScoringModel, list[Step]]:
    """The same model and history with all durations and times after `T0` so many times as long."""

    def longer(rule: Any) -> Any:
        durations = ("half_life", "within", "quiet", "lasts", "dwell", "cool_down")  # of a signal, fact, stage or rule
        fields = {name: getattr(rule, name) * times for name in durations if getattr(rule, name, None)}
        for name in ("limit", "hand_offs"):
            limit = getattr(rule, name, None)
            if limit is not None:
                fields[name] = Limit(limit.count, limit.period * times)
        return replace(rule, **fields)

    long = replace(
        model,
        signals=tuple(longer(each) for each in model.signals),
        facts=tuple(longer(each) for each in model.facts),
        stages=tuple(longer(each) for each in model.stages),
        evidence=tuple(longer(each) for each in model.evidence),
        hour=model.hour * times,
        horizon=model.horizon * times,
    )
    moved = []
    for step in steps:
        at = (step.at - T0) * times
        moved.append(Step(step.event and replace(step.event, occurred_at=moment(at)), T0 + at))
    return long, moved
