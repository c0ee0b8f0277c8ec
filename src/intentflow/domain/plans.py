"""What an event does to a lead's pieces, worked out once for each set of rules that events meet.

Most events only add points. Those are taken off `room`, and nothing else is done until it is used up. What may lower a score, or let a fact
begin to hold, says so: then the lead is judged at once.
"""

from collections.abc import Set
from typing import NamedTuple

from intentflow.domain.carts import CartState, cart_code, latest_used
from intentflow.domain.counting import Counting, Rule
from intentflow.domain.event import AnyEvent, Cart
from intentflow.domain.evidence import Verdict
from intentflow.domain.fit import Fit
from intentflow.domain.lead import Lead
from intentflow.domain.profile import learn, tellings_of
from intentflow.domain.remembering import remember
from intentflow.domain.rules import Condition, Counted, Fact, Once, Repeated, SignedUp
from intentflow.domain.stages import Judge
from intentflow.domain.worth import STAMP, Meter, code, holds, jumps

DOUBTED, CERTAIN = "doubted", "certain"  # may be evidence by its agent or attributes; whatever these are
DOUBTS = frozenset({DOUBTED, CERTAIN})
NONE: Set[str] = frozenset()


class Compiled(NamedTuple):
    """What all plans of a model share."""

    counting: Counting
    rules: dict[str, Rule]  # of counted signals, by name
    meters: dict[str, Meter]
    judge: Judge
    fit: Fit
    remembered: int


class Plan:
    """The effect of the events that meet a certain set of rules."""

    __slots__ = (
        *(
            "_counting",
            "_facts",
            "_judge",
            "_lowers",
            "_model",
            "_onces",
            "_remembered",
            "_repeated",
            "_rules",
            "_under",
        ),
        *("certain", "counted", "doubted", "hashed", "only_counts", "quick", "simple"),
    )

    def __init__(self, model: Compiled, rules: list[Counted | Once | Repeated | Fact], doubts: Set[str] = NONE) -> None:
        self._model, self._rules, self._under = model, rules, dict[tuple[bool, bool], Plan]()
        self._counting, self._judge, self._remembered = model.counting, model.judge, model.remembered
        self.counted = [model.rules[r.name] for r in rules if isinstance(r, Counted)]
        self._onces = [model.meters[r.name] for r in rules if isinstance(r, Once)]
        self._repeated = [(model.meters[r.name], r) for r in rules if isinstance(r, Repeated)]
        barring = {fact.name for fact, _ in model.judge.barring}
        self._facts = [
            (r, code(r.name), model.judge.asking(r.name), r.name in barring) for r in rules if isinstance(r, Fact)
        ]
        self._lowers = any(r.points < 0 for r in rules if isinstance(r, Counted))
        self.simple = not (self._onces or self._repeated or self._facts)
        self.hashed = bool(self.counted or self._repeated)
        self.doubted, self.certain = bool(doubts), CERTAIN in doubts
        more = any(_may_do_more(when, model.fit.asks_mail) for rule in rules for when in rule.when)
        self.only_counts = self.simple and len(self.counted) <= 1 and not self._lowers and not self.certain
        only = self.simple and len(self.counted) == 1 and not self._lowers and not more
        self.quick = self.counted[0] if only else None  # what most events, visits and landing pages, meet

    def under(self, verdict: Verdict) -> "Plan":
        """What is left of it for an event of which that is said."""
        key = verdict.dubious, verdict.itself
        if key not in self._under:
            rules = [r for r in self._rules if not verdict.dubious or (isinstance(r, Counted) and not verdict.itself)]
            plan = self._under[key] = Plan(self._model, rules)
            plan.quick = None
        return self._under[key]

    def count(self, lead: Lead, at: int, digest: bytes, weight: float) -> bool:
        """Add to the counts, with that weight, and remember the event. True if a score may be lower now."""
        remember(lead, at, digest, self._remembered)
        for rule in self.counted:
            rise = self._counting.add(lead, rule, at, weight)
            if not lead.paid & rule[6]:
                lead.room[rule[1]] -= rule[2] * rise
        return self._lowers

    def note(self, lead: Lead, at: int, digest: bytes, now: int) -> bool:
        """Bring the event into facts, first events and windows. True if the lead is to be judged."""
        judged = False
        for fact, name, stages, bars in self._facts:
            lasts = lead.lasts = lead.lasts or {}
            latest = lasts.get(name)
            if latest is None or latest < at:
                lasts[name] = at
                began = not judged and not holds(fact, latest, now)
                judged = judged or (began and (bars or self._judge.any_facts_hold(stages, lead, now)))
        for meter in self._onces:
            firsts = lead.firsts = lead.firsts or {}
            first = firsts.get(meter.code)
            if first is None or at < first:
                firsts[meter.code] = at
                use_room(lead, meter, meter.points)
                judged = judged or not meter.positive or first is not None
        for meter, rule in self._repeated:
            judged |= _note_repeated(lead, meter, rule, at.to_bytes(6, "big") + digest, now)
        return judged


def _may_do_more(when: Condition, asks_mail: bool) -> bool:
    """Whether an event that meets the condition may do more than be counted: `Fold._apply` looks into those."""
    if when.family == "landing_page":
        return asks_mail and when.actions != ("land",)
    return when.family in {"newsletter_signup", "cart", "profile"}


def _note_repeated(lead: Lead, meter: Meter, rule: Repeated, entry: bytes, now: int) -> bool:
    windows = lead.windows = lead.windows or {}
    full = STAMP * rule.at_least
    held = windows.get(meter.code, b"")[-full:]
    held_until = _first_of(held) + rule.within if len(held) == full else 0
    if entry > held[-STAMP:]:
        latest = (held + entry)[-full:]
    else:
        latest = b"".join(sorted({entry, *(held[i : i + STAMP] for i in range(0, len(held), STAMP))}))[-full:]
    windows[meter.code] = latest
    if held_until > now or len(latest) < full or latest == held:
        return False
    use_room(lead, meter, meter.points)
    fall_due(lead, _first_of(latest) + rule.within)
    return not meter.positive


def _first_of(window: bytes) -> int:
    return int.from_bytes(window[:6], "big")


def use_room(lead: Lead, meter: Meter, points: float) -> None:
    """So many points more may be there from now on."""
    if not lead.paid & meter.bit:
        lead.room[meter.axis] -= points


def fall_due(lead: Lead, time: int) -> None:
    """The lead is due at this time at the latest."""
    if time and (not lead.due or time < lead.due):
        lead.due = time


def tell_newsletter(lead: Lead, action: str, at: int, meters: list[Meter]) -> bool:
    """Bring a newsletter event into the sign-up. True if the lead is to be judged."""
    before = lead.newsletter or (0, 0, 0, 0, 0)
    first, last, confirm, unsubscribe, bounce = before
    if action == "signup":
        first, last = min(at, first or at), max(at, last)
    elif action == "confirm":
        confirm = max(at, confirm)
    elif action == "unsubscribe":
        unsubscribe = max(at, unsubscribe)
    elif action == "bounce":
        bounce = max(at, bounce)
    now = (first, last, confirm, unsubscribe, bounce)
    if now == before:
        return False
    lead.newsletter = now
    for meter in meters:
        signal = meter.signal
        use_room(lead, meter, max(meter.points, signal.until_confirmed if type(signal) is SignedUp else 0.0))
    earlier = bool(before[0]) and first < before[0]  # counts from further back, so less
    return bool(meters) and (earlier or action in ("unsubscribe", "bounce") or not all(m.positive for m in meters))


def tell_cart(lead: Lead, event: Cart, at: int, now: int, meters: list[Meter]) -> bool:
    """Bring a cart event into its cart. True if the lead is to be judged: abandonment was withdrawn, or has begun already.

    If it has not, its points are taken off `room` now; what is left of it then tells whether the moment is to be looked at.
    """
    before, carts, cart = (
        [list(jumps(meter, lead)) for meter in meters],
        lead.carts or {},
        cart_code(event.cart_id or ""),
    )
    carts[cart] = carts.get(cart, CartState()).after(event, at)
    lead.carts = latest_used(carts)
    judged = False
    for meter, starts in zip(meters, before, strict=True):
        after = list(jumps(meter, lead))
        judged = judged or [x for x in after if x <= now] != [x for x in starts if x <= now]
        if not meter.positive:
            fall_due(lead, min((start for start in after if start > now), default=0))
        elif len(after) > len(starts):
            use_room(lead, meter, meter.points)
    return judged


def tell_profile(lead: Lead, event: AnyEvent, at: int, now: int, fit: Fit) -> bool:
    """Bring what an event tells of its lead into the profile. True if the lead is to be judged."""
    before = lead.profile
    known = lead.profile = learn(before, tellings_of(event, at, fit.asks_mail))
    return known is not None and known is not before and fit.is_other(before or {}, known, now)
