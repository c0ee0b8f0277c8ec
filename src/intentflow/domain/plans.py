"""What an event does to a lead's pieces, worked out once for each set of rules that events meet.

Most events only add points. Those are taken off `room`, and nothing else is done until it is used up. What may lower a score, or let a fact
begin to hold, says so: then the lead is judged at once.
"""

from typing import NamedTuple
from zlib import crc32

from intentflow.domain.counting import add, add_limited, remember
from intentflow.domain.event import AnyEvent, Cart
from intentflow.domain.lead import Lead
from intentflow.domain.rules import AXES, MAX_CARTS, Counted, Fact, Limit, Once, Repeated, ScoringModel, SignedUp
from intentflow.domain.worth import Meter, code, holds, jumps


class Plan:
    """The effect of the events that meet a certain set of rules."""

    def __init__(self, model: ScoringModel, rules: list[Counted | Once | Repeated | Fact]) -> None:
        self.horizon, self.remembered = model.horizon, model.remembered
        self.counted = [(code(r.name), AXES.index(r.axis), r) for r in rules if isinstance(r, Counted)]
        self.onces = [(code(r.name), AXES.index(r.axis), r) for r in rules if isinstance(r, Once)]
        self.repeated = [(code(r.name), AXES.index(r.axis), r) for r in rules if isinstance(r, Repeated)]
        self.facts = [(code(r.name), r) for r in rules if isinstance(r, Fact)]
        self.lowers = any(r.points < 0 for _, _, r in self.counted)
        self.simple = not (self.onces or self.repeated or self.facts)
        self.quick = _quick(self)

    def count(self, lead: Lead, at: int, digest: bytes) -> bool:
        """Add to the counts, and remember the event. True if a score may be lower now."""
        remember(lead, at, digest, self.remembered)
        room = lead.room
        for signal, axis, rule in self.counted:
            if rule.limit is None:
                add(lead, signal, 1.0, at, rule.half_life)
                room[axis] -= rule.points
            else:
                room[axis] -= rule.points * add_limited(lead, signal, at, rule.limit, self.horizon, rule.half_life)
        return self.lowers

    def note(self, lead: Lead, event: AnyEvent, at: int, now: int) -> bool:
        """Bring the event into facts, first events and windows. True if the lead is to be judged."""
        judged = False
        for name, fact in self.facts:
            latest = lead.lasts.get(name)
            if latest is None or latest < at:
                lead.lasts[name] = at
                judged = judged or not holds(fact, latest, now)
        for name, axis, once in self.onces:
            first = lead.firsts.get(name)
            if first is None or at < first:
                lead.firsts[name] = at
                lead.room[axis] -= once.points
                judged = judged or once.points < 0 or first is not None
        for name, axis, rule in self.repeated:
            held = lead.windows.get(name, [])
            held_until = held[0][0] + rule.within if len(held) == rule.at_least else 0
            latest_events = lead.windows[name] = sorted({*held, (at, crc32(event.event_id.encode()))})[-rule.at_least :]
            if held_until <= now and len(latest_events) == rule.at_least and latest_events != held:
                lead.room[axis] -= rule.points
                judged = judged or rule.points < 0
                fall_due(lead, latest_events[0][0] + rule.within)
        return judged


class Quick(NamedTuple):
    """A plan that only counts one signal, with a limit and points above 0, for a website visit or a landing page: what most events do."""

    signal: int
    axis: int
    points: float
    limit: Limit
    period: int
    most: int
    half_life: int | None


def _quick(plan: Plan) -> Quick | None:
    if not plan.simple or len(plan.counted) != 1:
        return None
    signal, axis, rule = plan.counted[0]
    families = {when.family for when in rule.when}
    if rule.limit is None or rule.points < 0 or not families <= {"website_visit", "landing_page"}:
        return None
    return Quick(signal, axis, rule.points, rule.limit, rule.limit.period, rule.limit.count, rule.half_life)


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
        lead.room[meter.axis] -= max(
            meter.points, meter.signal.until_confirmed if isinstance(meter.signal, SignedUp) else 0.0
        )
    earlier = bool(before[0]) and first < before[0]  # counts from further back, so less
    return bool(meters) and (earlier or action in ("unsubscribe", "bounce") or not all(m.positive for m in meters))


def tell_cart(lead: Lead, event: Cart, at: int, now: int, meters: list[Meter]) -> bool:
    """Bring a cart event into its cart. True if the lead is to be judged: abandonment was withdrawn, or has begun already."""
    before = [(meter, start) for meter in meters for start in jumps(meter, lead)]
    cart = crc32((event.cart_id or "").encode())
    added, activity, purchase = lead.carts.get(cart, (0, 0, 0))
    if event.action == "purchase":
        purchase = max(at, purchase)
    else:
        activity = max(at, activity)
        if event.action == "add":
            added = max(at, added)
    lead.carts[cart] = (added, activity, purchase)
    if len(lead.carts) > MAX_CARTS:
        del lead.carts[min(lead.carts, key=lambda c: (max(lead.carts[c][1:]), c))]
    after = [(meter, start) for meter in meters for start in jumps(meter, lead)]
    for _, start in after:
        if start > now:
            fall_due(lead, start)
    return [x for x in before if x[1] <= now] != [x for x in after if x[1] <= now]
