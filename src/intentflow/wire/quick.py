"""The short way of an event, from its record to its lead's row, where there is a C compiler (`intentflow/native`).

Many events, with a simple model most, do no more than be counted: they are newer than all before them, nothing is due, and no stage comes
within reach. Of these no object is made. Which they are is told by the plans of the fold, which is asked once for each kind of event and
page; everything else, and whatever isn't plain to see, is left to the fold, in order. So the fold remains the definition, and without a
compiler does all of it.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, get_args

import msgspec

from intentflow import compiled
from intentflow.domain.event import Cart, LandingPage, NewsletterSignup, WebsiteVisit
from intentflow.domain.fold import Fold
from intentflow.domain.plans import Plan
from intentflow.wire.events import decode
from intentflow.wire.records import Folded, SourceRecord
from intentflow.wire.rejections import Rejection

if compiled.in_force():
    from intentflow.wire._quick import QuickWay
else:
    QuickWay = None  # type: ignore[assignment, misc]

FAMILIES = {
    "website_visit": WebsiteVisit,
    "newsletter_signup": NewsletterSignup,
    "cart": Cart,
    "landing_page": LandingPage,
}
ONE, BY_PAGE, NEVER = 1, 2, 3  # how the plan of a kind of events is found; as in native/model.h
REFUSED, NARROW, WIDE = 0, 1, 2  # a plan: the fold's; only the counted axis can raise its lead; any can
MOST_PLANS: Final = 1000


ByKey = dict[bytes, list[SourceRecord]]


class Short(NamedTuple):
    """What the lane must tell of leads whose rows it takes as they are."""

    epoch: int  # of who writes them
    pending: Mapping[bytes, object]  # leads that have something to publish, which go in their rows: left to the fold


class Quick:
    """The short way of one model's events, for workers with so many sources."""

    def __init__(self, fold: Fold, sources: int) -> None:
        self._fold, self._plans = fold, dict[tuple[int, bool, int], int]()
        self._rules = list(fold.counting.rules.values())
        rules = [(rule, *fold.scores.slot_and_cap(int.from_bytes(rule[0], "little"))) for rule in self._rules]
        empty, scores = fold.begun(), fold.scores
        asks = (bool(scores.signed_up), bool(scores.abandoned), scores.fit.asks_mail, fold.doubts.asks_address)
        kinds = [(family, *kind) for family, event in FAMILIES.items() for kind in _actions_of(event)]
        self._way = QuickWay(
            *(fold.tag, fold.horizon, 4 * fold.model.remembered, sources, tuple(empty.room), empty.paid),
            *(rules, kinds, fold.room.first_rungs(), fold.doubts.humans, self._learn, asks),
        )
        self._number(REFUSED, False, -1)

    def take(
        self, by_key: ByKey, rows: Mapping[bytes, bytes], short: Short, where: tuple[int, int, int], out: Folded
    ) -> tuple[ByKey, dict[bytes, bytes]]:
        """Let the records of a chunk go the short way, as far as they can; `where`: source, partition, number of partitions.

        The leads that went it to the end are in `out`, and all its records are counted there. Returns what is left, and the rows of
        those leads of which some records went it: where the rest changes nothing, that is the lead's row. `rows` is left as it was.
        """
        out.rows, counted, left = self._way.fold(by_key, rows, short.pending, *where, short.epoch)
        out.counted += counted
        begun = {key: row for key, row, _ in left if row is not None}
        return {key: by_key[key][done:] if done else by_key[key] for key, _, done in left}, begun

    def _learn(self, value: bytes) -> tuple[int, int]:
        """How the plans of such events are found, and the number of this one's."""
        event = decode(value)
        if isinstance(event, Rejection) or event.__class__ not in FAMILIES.values():
            return NEVER, 0
        plan, asked = self._fold.plan_of(event)  # type: ignore[arg-type]
        if asked == "more":
            return NEVER, 0
        number = self._number_of(plan) if plan is not None else 0
        return (ONE if asked == "nothing" and plan is not None else NEVER if asked == "nothing" else BY_PAGE), number

    def _number_of(self, plan: Plan) -> int:
        """The number of a plan; that of all which are the fold's, if it does more than is done here."""
        if not plan.only_counts:
            return 0
        rule = self._rules.index(plan.counted[0]) if plan.counted else -1
        return self._number(NARROW if plan.quick is not None else WIDE, plan.doubted, rule)

    def _number(self, how: int, doubted: bool, rule: int) -> int:
        known = how, doubted, rule
        if known not in self._plans:
            if len(self._plans) >= MOST_PLANS:
                return 0
            self._plans[known] = self._way.add_plan(*known)
        return self._plans[known]


def quick_of(fold: Fold, sources: int) -> Quick | None:
    """The short way of this model's events; None where there is no compiled core, or it has more rules or ids than that is for."""
    if QuickWay is None:
        return None
    try:
        return Quick(fold, sources)
    except ValueError:
        return None


def _actions_of(event: type) -> list[tuple[str, bool]]:
    """A family's actions, and whether it is meant where none is said."""
    action = next(field for field in msgspec.structs.fields(event) if field.name == "action")
    return [(name, name == action.default) for name in get_args(action.type)]
