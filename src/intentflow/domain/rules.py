"""The scoring model as the core reads it: plain values, checked before they get here.

What a marketer writes is YAML (`intentflow.model`); this is what it means. All durations and times are milliseconds. The order of `stages`
is from low to high; the first is where every lead begins. `docs/semantics.md` says exactly what each value does.
"""

from typing import Literal, get_args

from msgspec import Struct

from intentflow.domain.event import Provenance

Axis = Literal["engagement", "fit", "intent"]
AXES: tuple[Axis, ...] = ("engagement", "fit", "intent")
DAY = 86_400_000
MAX_WINDOW = 10  # events that a window may ask for
MAX_CARTS = 8  # carts remembered per lead
MAX_HAND_OFFS = 10  # in a period, that a stage may allow
MAX_HOURS = 512  # of which evidence may be told: a week's horizon, a week's limit, and room
MAX_BURST = 16  # events that are kept for a pattern of evidence
MAX_BEFORE = 16  # hours that are kept for a rule of evidence with `before`
HUMAN = 0.5  # an event of a lower weight is nobody's
# GA4's default channel groups; and where those don't ask: an AI assistant, and a page of the same site.
Channel = Literal[
    "Direct", "Cross-network", "Paid Shopping", "Paid Search", "Paid Social", "Paid Video", "Display",
    "Paid Other", "AI Assistants", "Organic Shopping", "Organic Social", "Organic Video", "Organic Search",
    "Referral", "Email", "Affiliates", "Audio", "SMS", "Mobile Push Notifications", "Internal", "Unassigned",
]  # fmt: skip
CHANNELS: tuple[Channel, ...] = get_args(Channel)
Agent = Literal["human", "preview", "scanner", "bot"]
AGENTS: tuple[Agent, ...] = get_args(Agent)


class Test(Struct, frozen=True):
    """What one attribute of an event must be. `exists` takes True or False; numbers compare with numbers only."""

    attribute: str
    op: Literal["equals", "one_of", "at_least", "at_most", "exists"]
    value: str | int | float | bool | tuple[str | int | float | bool, ...]


class Condition(Struct, frozen=True, kw_only=True):
    """A condition on one event; all that is given must hold. Globs (`*`, `?`) match the whole text, without regard to case."""

    family: str
    actions: tuple[str, ...] = ()  # one of these; empty: any
    url: tuple[str, ...] = ()  # one of these globs matches the page's URL; empty: any
    not_url: tuple[str, ...] = ()  # none of these globs matches the page's URL
    campaign: tuple[str, ...] = ()  # one of these globs matches the campaign's name or id
    source: tuple[str, ...] = ()  # one of these globs matches the campaign's source
    medium: tuple[str, ...] = ()  # one of these globs matches the campaign's medium
    targeted: bool | None = None  # with a campaign, or without one
    channel: tuple[Channel, ...] = ()  # came by one of these; empty: any
    agent: tuple[Agent, ...] = ()  # who asked is one of these; empty: any
    address: tuple[str, ...] = ()  # one of these globs matches the event's e-mail address; empty: any, or none
    attributes: tuple[Test, ...] = ()


class Limit(Struct, frozen=True):
    """At most `count` in each period of `period` ms, counted from the epoch (UTC)."""

    count: int
    period: int


class Signal(Struct, frozen=True, kw_only=True):
    """What all signals share. `half_life` None: the points don't fade."""

    name: str
    axis: Axis
    points: float
    half_life: int | None = None
    group: str | None = None
    topic: str | None = None  # what somebody who gives this sign is interested in


class Counted(Signal, frozen=True, kw_only=True, tag="counted"):
    """Each event that meets one of the conditions adds; at most `limit` in a period; at most `cap` points at any moment."""

    when: tuple[Condition, ...]
    limit: Limit | None = None
    cap: float | None = None


class Once(Signal, frozen=True, kw_only=True, tag="once"):
    """The first event that meets one of the conditions counts, and no other."""

    when: tuple[Condition, ...]


class Repeated(Signal, frozen=True, kw_only=True, tag="repeated"):
    """Its points count while `at_least` events that meet one of the conditions lie within the last `within` ms. They don't fade."""

    when: tuple[Condition, ...]
    at_least: int
    within: int


class SignedUp(Signal, frozen=True, kw_only=True, tag="signed_up"):
    """The newsletter: counts from the sign-up, while it is not withdrawn; `until_confirmed` points before the double opt-in."""

    until_confirmed: float


class Abandoned(Signal, frozen=True, kw_only=True, tag="abandoned"):
    """Each cart that was filled, left alone for `quiet` ms and not bought counts from that moment; at most `cap` points."""

    quiet: int
    cap: float | None = None


class Trait(Struct, frozen=True, kw_only=True):
    """What an attribute of a profile must be. All that is given must hold; if nothing is, it need only be known."""

    one_of: tuple[str | int | float | bool, ...] = ()  # compared with type
    like: tuple[str, ...] = ()  # one of these globs matches the whole text
    at_least: float | None = None  # numbers only, as is the next
    at_most: float | None = None


class Grade(Struct, frozen=True):
    """So many points for who has the trait."""

    points: float
    trait: Trait


class OfProfile(Signal, frozen=True, kw_only=True):
    """What signals on a profile share: which attributes they look at. They don't fade."""

    lasts: int | None = None  # those told not longer ago than that many ms
    only_from: tuple[Provenance, ...] = ()  # those that come from one of these; empty: any
    given_freely: bool = False  # those that were given freely alone


class Graded(OfProfile, frozen=True, kw_only=True, tag="graded"):
    """An attribute of the profile: the first grade whose trait it has counts. `points` are those of the best grade."""

    attribute: str
    grades: tuple[Grade, ...]


class Ideal(OfProfile, frozen=True, kw_only=True, tag="ideal"):
    """How close a profile is to an ideal one: `points` times the share of criteria that are met."""

    criteria: tuple[tuple[str, Trait], ...]  # attribute, what it must be


AnySignal = Counted | Once | Repeated | SignedUp | Abandoned | Graded | Ideal


class Group(Struct, frozen=True):
    """Signals of one axis that together count at most `cap` points."""

    name: str
    axis: Axis
    cap: float


class FactWay(Struct, frozen=True):
    """One of the ways in which a fact comes about: any of these conditions."""

    name: str
    when: tuple[Condition, ...]


class Fact(Struct, frozen=True):
    """Holds from an event that meets one of the conditions, for `lasts` ms after the latest such event; None: for ever."""

    name: str
    when: tuple[Condition, ...]
    lasts: int | None = None
    ways: tuple[FactWay, ...] = ()  # none: how it came about is not told apart


class Evidence(Struct, frozen=True, kw_only=True):
    """A rule about what no human did: an event that meets one of the conditions, or `at_least` of them within `within` ms.

    With `before`, an event that came before one of that and not after one, within `within` ms: a click before the mail was opened.
    What signals about the families in `of` count in that hour is weighed: 1 is a human's. Without `of` the event alone is concerned.
    """

    name: str
    when: tuple[Condition, ...]
    weight: float
    because: str
    of: tuple[str, ...] = ()
    at_least: int = 0  # 0: one event is evidence
    within: int = 0
    before: tuple[Condition, ...] = ()


class Stage(Struct, frozen=True, kw_only=True):
    """Where a lead stands. The first stage of a model has no conditions."""

    name: str
    meaning: str = ""  # the glossary's text
    enter: tuple[tuple[Axis, float], ...] = ()
    facts: tuple[str, ...] = ()  # must hold to enter, and to stay
    unless: tuple[str, ...] = ()  # while one holds it is neither entered nor kept
    leave: tuple[tuple[Axis, float], ...] = ()  # left when one of these axes falls below
    dwell: int = 0  # it is not left downwards before
    cool_down: int = 0  # it is not entered again before, once left
    hand_offs: Limit | None = None  # it is not entered oftener in any time of `period` ms
    treatment: Literal["nurture", "sales", "none"] = "none"
    follow_up: int | None = None  # the time in which somebody should act


class Eligible(Struct, frozen=True):
    """Who may buy at all: all of these facts hold, and none of those."""

    facts: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class Criteria(Struct, frozen=True):
    """What is asked of a lead to call it qualified: points on axes, and facts. Nothing, if it has none."""

    scores: tuple[tuple[Axis, float], ...] = ()
    facts: tuple[str, ...] = ()


class Likely(Struct, frozen=True):
    """Of the leads in one of these stages (none named: any) with at least these scores, the share that bought, as measured."""

    share: float  # from 0 to 1
    stages: tuple[str, ...] = ()
    scores: tuple[tuple[Axis, float], ...] = ()


class ScoringModel(Struct, frozen=True, kw_only=True):
    """What a qualified lead is. `hash` is that of the file's content."""

    name: str
    version: int
    hash: str
    status: Literal["draft", "approved"] = "draft"
    signals: tuple[AnySignal, ...]
    groups: tuple[Group, ...] = ()
    facts: tuple[Fact, ...] = ()
    stages: tuple[Stage, ...]
    eligible: Eligible = Eligible()
    criteria: Criteria = Criteria()
    likelihood: tuple[Likely, ...] = ()  # the first row that holds is the answer
    evidence: tuple[Evidence, ...] = ()
    hour: int = 3_600_000  # ms of an hour of evidence; only tests have shorter ones
    horizon: int = 7 * DAY  # an event further behind a lead's newest is too late
    remembered: int = 64  # ids of counting events that are remembered per lead
