"""What an event does to a lead's pieces, worked out once for each set of rules that events meet.

Most events only add points. Those are taken off `room`, and nothing else is done until it is used up. What may lower a score, or let a fact
begin to hold, says so: then the lead is judged at once.
"""

from typing import NamedTuple
from zlib import crc32

from intentflow.domain.counting import Counting, Rule, remember
from intentflow.domain.event import Cart
from intentflow.domain.lead import Lead
from intentflow.domain.rules import MAX_CARTS, Counted, Fact, Once, Repeated, SignedUp
from intentflow.domain.stages import Judge
from intentflow.domain.worth import STAMP, Meter, code, holds, jumps


class Compiled(NamedTuple):
    """What all plans of a model share."""

    counting: Counting
    rules: dict[str, Rule]  # of counted signals, by name
    meters: dict[str, Meter]
    judge: Judge
    remembered: int


class Plan:
    """The effect of the events that meet a certain set of rules."""

    __slots__ = (
        *("_counting", "_facts", "_judge", "_lowers", "_onces", "_remembered", "_repeated"),
        *("counted", "hashed", "quick", "simple"),
    )

    def __init__(self, model: Compiled, rules: list[Counted | Once | Repeated | Fact]) -> None:
        self._counting, self._judge, self._remembered = model.counting, model.judge, model.remembered
        self.counted = [model.rules[r.name] for r in rules if isinstance(r, Counted)]
        self._onces = [model.meters[r.name] for r in rules if isinstance(r, Once)]
        self._repeated = [(model.meters[r.name], r) for r in rules if isinstance(r, Repeated)]
        self._facts = [(r, code(r.name), model.judge.asking(r.name)) for r in rules if isinstance(r, Fact)]
        self._lowers = any(r.points < 0 for r in rules if isinstance(r, Counted))
        self.simple = not (self._onces or self._repeated or self._facts)
        self.hashed = bool(self.counted or self._repeated)
        self.quick = self.counted[0] if self._is_quick(rules) else None

    def _is_quick(self, rules: list[Counted | Once | Repeated | Fact]) -> bool:
        """Whether it only counts one signal with points above 0, for visits or landing pages: what most events do."""
        families = {when.family for rule in rules for when in rule.when}
        seldom = {"newsletter_signup", "cart"}
        return self.simple and len(self.counted) == 1 and not self._lowers and not families & seldom

    def count(self, lead: Lead, at: int, digest: bytes) -> bool:
        """Add to the counts, and remember the event. True if a score may be lower now."""
        remember(lead, at, digest, self._remembered)
        for rule in self.counted:
            rise = self._counting.add(lead, rule, at)
            if not lead.paid & rule[6]:
                lead.room[rule[1]] -= rule[2] * rise
        return self._lowers

    def note(self, lead: Lead, at: int, digest: bytes, now: int) -> bool:
        """Bring the event into facts, first events and windows. True if the lead is to be judged."""
        judged = False
        for fact, name, stages in self._facts:
            lasts = lead.lasts = lead.lasts or {}
            latest = lasts.get(name)
            if latest is None or latest < at:
                lasts[name] = at
                judged = judged or (not holds(fact, latest, now) and self._judge.any_facts_hold(stages, lead, now))
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


def _note_repeated(lead: Lead, meter: Meter, rule: Repeated, entry: bytes, now: int) -> bool:
    windows = lead.windows = lead.windows or {}
    held, full = windows.get(meter.code, b""), STAMP * rule.at_least
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
        use_room(lead, meter, max(meter.points, signal.until_confirmed if isinstance(signal, SignedUp) else 0.0))
    earlier = bool(before[0]) and first < before[0]  # counts from further back, so less
    return bool(meters) and (earlier or action in ("unsubscribe", "bounce") or not all(m.positive for m in meters))


def tell_cart(lead: Lead, event: Cart, at: int, now: int, meters: list[Meter]) -> bool:
    """Bring a cart event into its cart. True if the lead is to be judged: abandonment was withdrawn, or has begun already.

    If it has not, its points are taken off `room` now; what is left of it then tells whether the moment is to be looked at.
    """
    carts = lead.carts = lead.carts or {}
    before = [list(jumps(meter, lead)) for meter in meters]
    cart = crc32((event.cart_id or "").encode())
    added, activity, purchase = carts.get(cart, (0, 0, 0))
    if event.action == "purchase":
        purchase = max(at, purchase)
    else:
        activity = max(at, activity)
        if event.action == "add":
            added = max(at, added)
    carts[cart] = (added, activity, purchase)
    if len(carts) > MAX_CARTS:
        del carts[min(carts, key=lambda c: (max(carts[c][1:]), c))]
    judged = False
    for meter, starts in zip(meters, before, strict=True):
        after = list(jumps(meter, lead))
        judged = judged or [x for x in after if x <= now] != [x for x in starts if x <= now]
        if not meter.positive:
            fall_due(lead, min((start for start in after if start > now), default=0))
        elif len(after) > len(starts):
            use_room(lead, meter, meter.points)
    return judged
