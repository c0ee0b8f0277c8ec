"""The fold: one record into one lead. `docs/semantics.md` in code.

It mutates the lead it is given: a chunk decodes a lead once, folds all its records and encodes it once. A lead is judged when what came in
may have changed its stage, not at every event; the changes are the same.
"""

from math import exp2
from typing import Final, Literal
from zlib import crc32

from intentflow.domain.answers import Answering
from intentflow.domain.applying import Applying, is_timeless, why
from intentflow.domain.causes import Why, by_decay
from intentflow.domain.counting import ENTRY, Counting, Rule, place_of, rule_of
from intentflow.domain.due import Due, Known
from intentflow.domain.event import AnyEvent, Cart
from intentflow.domain.evidence import Doubts, Verdict
from intentflow.domain.explain import Explanation, explain
from intentflow.domain.holding import ways_of
from intentflow.domain.lead import Lead
from intentflow.domain.matching import Asked, Matcher
from intentflow.domain.moves import Moves
from intentflow.domain.notices import News, Notices
from intentflow.domain.plans import (
    CERTAIN,
    DOUBTED,
    DOUBTS,
    Compiled,
    Plan,
    fall_due,
)
from intentflow.domain.profile import address_of
from intentflow.domain.room import Room
from intentflow.domain.rules import Counted, Fact, Once, Repeated, ScoringModel
from intentflow.domain.stages import Judge
from intentflow.domain.worth import Scores, scores_of

Outcome = Literal["counted", "duplicate", "too_late"]
_entry: Final = ENTRY.unpack_from
_put_entry: Final = ENTRY.pack_into


class Fold:
    """A scoring model, compiled."""

    def __init__(self, model: ScoringModel) -> None:
        self.model, self.tag, self.horizon = model, crc32(model.hash.encode()), model.horizon
        self._full = 4 * model.remembered
        self.scores = Scores(model)
        self.judge, self.answering = Judge(model, self.scores), Answering(model, self.scores)
        self.notices = Notices(model)
        self.due, self.room = Due(model, self.judge), Room(self.judge, self.notices)
        counted = {
            m.signal.name: rule_of(m.code, m.signal, m.bit) for m in self.scores.meters if isinstance(m.signal, Counted)
        }
        self.doubts = Doubts(model)
        self.counting = Counting(counted.values(), model.horizon, self.doubts)
        meters = {m.signal.name: m for m in self.scores.meters}
        compiled = Compiled(self.counting, counted, meters, self.judge, self.scores.fit, model.remembered)
        facts = [*model.facts, *(way for fact in model.facts for way in ways_of(fact))]
        rules: dict[str, Counted | Once | Repeated | Fact] = {f"fact {f.name}": f for f in facts}
        rules |= {f"signal {s.name}": s for s in model.signals if isinstance(s, Counted | Once | Repeated)}
        conditions = {name: rule.when for name, rule in rules.items()}
        conditions |= {DOUBTED: self.doubts.suspicions(certain=False), CERTAIN: self.doubts.suspicions(certain=True)}
        self.moves = Moves(self.judge, self.counting, self.answering, model)
        self._plans = Matcher(
            conditions.items(),
            lambda names: Plan(compiled, [rules[name] for name in sorted(names - DOUBTS)], names & DOUBTS),
        )
        self._humans = self.doubts.humans
        self._asks_address = self.doubts.asks_address
        self._applying = Applying(self.scores, self.counting, self.doubts)

    @property
    def mismatches(self) -> int:
        """Changes so far whose receipts did not add up to their scores: there must be none."""
        return self.moves.mismatches

    def plan_of(self, event: AnyEvent) -> tuple[Plan | None, Asked]:
        """What such events do, and what of them it depends on; None: of this one on its attributes, or on more than its page."""
        return self._plans.tell(event)

    def begun(self) -> Lead:
        """A lead that begins: nothing but its room."""
        lead = Lead([], [])
        self.room.begin(lead)
        return lead

    def explain(self, lead: Lead, at: int) -> Explanation:
        """The lead at `at`, which is not before its clock and up to which all that was due has happened."""
        return explain(self.due, self.answering, self.moves.holding, self.counting, self.doubts, lead, at)

    def take(self, key: bytes, lead: Lead, event: AnyEvent, at: int, news: News) -> Outcome:
        """Fold one event, whose time is `at`, into its lead; what changes is appended to `news`, in order.

        A lead that has seen nothing begins with it. A duplicate or an event that is too late leaves the lead as it was.
        """
        plan, verdict = self._plans.match(event), None
        if plan.doubted:
            verdict = self._verdict(plan, event)
            plan = plan if verdict is None else plan.under(verdict)
        digest = b""
        if plan.hashed or verdict is not None:
            digest = crc32(event.event_id.encode()).to_bytes(4, "big")
        newest, seen = lead.newest, lead.seen_hashes
        if plan.counted:
            if digest in seen and place_of(digest, seen) >= 0:
                return "duplicate"
            if at <= lead.floor:
                return "too_late"
        if at < newest - self.horizon and not is_timeless(plan, event):
            return "too_late"
        if lead.model != self.tag:
            self._adopt(lead, at)
        if 0 < lead.due <= at:
            self._pass(key, lead, at, news)
        fallen = None
        is_clear = lead.evidence is None or self._applying.is_clear(lead, at)
        if plan.quick is not None and at > newest and is_clear:
            judged = self._count(lead, plan.quick, at, digest)
        else:
            now = max(lead.clock, at)
            judged, fallen = self._applying.weigh(lead, plan, event, at, now, digest, verdict)
            lead.newest, lead.clock = max(newest, at), now
            if event.__class__ is Cart:
                self.tell_carts(key, lead, now, why(event), news)
            judged |= min(lead.room) <= 0
        if judged:
            self.judged(key, lead, lead.clock, why(event), news, fallen)
        return "counted"

    def _verdict(self, plan: Plan, event: AnyEvent) -> Verdict | None:
        """What speaks against an event that some agents, attributes or addresses make evidence; None: nothing."""
        if plan.certain or event.user_agent not in self._humans or event.attributes is not None:
            return self.doubts.verdict(event)
        return self.doubts.verdict(event) if self._asks_address and address_of(event) is not None else None

    def _adopt(self, lead: Lead, at: int) -> None:
        """Let a lead begin, or one that another model judged last be this model's."""
        if not lead.clock:
            lead.model, lead.since, lead.clock = self.tag, at, at
            self.room.begin(lead)
        else:
            self.take_over(lead)
            self._look(lead, lead.clock, {})
            lead.room, lead.paid = [0.0, 0.0, 0.0], 0  # this model has not judged it yet: this event is judged

    def take_over(self, lead: Lead) -> None:
        """Bring what another model counted and kept to this one's limits."""
        lead.model = self.tag
        self.counting.recount(lead)
        lead.windows = self.scores.narrowed(lead.windows)

    def _count(self, lead: Lead, rule: Rule, at: int, digest: bytes) -> bool:
        """Count an event that is newer than all before it and meets one signal: what most events do, without a call that can be spared.

        The same as `_apply` does for all events. True if the lead is to be judged.
        """
        hashes, times = lead.seen_hashes + digest, lead.seen_times + at.to_bytes(6, "big")
        if len(hashes) > self._full:
            lead.floor = max(lead.floor, int.from_bytes(times[:6], "big"))
            hashes, times = hashes[4:], times[6:]
        lead.seen_hashes, lead.seen_times, lead.newest = hashes, times, at
        if at > lead.clock:
            lead.clock = at
        _, axis, points, _, _, _, bit = rule
        rise = self._rise(lead, rule, at)
        if bit and lead.paid & bit:
            return False
        rooms = lead.room
        room = rooms[axis] = rooms[axis] - points * rise
        return room <= 0

    def _rise(self, lead: Lead, rule: Rule, at: int) -> float:
        """Count it: as `Counting.add`, and by it unless no period ends with the event."""
        code, _, _, most, period, rate, _ = rule
        signals, counts = lead.signals, lead.counts
        found = signals.find(code)
        if found & 3:  # not there, or across two others
            found = place_of(code, signals)
        if found < 0:
            return self.counting.add(lead, rule, at)
        total, latest, events = _entry(counts, found * 5)
        kept = exp2((latest - at) * rate)
        if not period:
            _put_entry(counts, found * 5, total * kept + 1.0, at, 0)
            return 1.0
        if not events or at // period != latest // period:
            return self.counting.add(lead, rule, at)
        rise = events + 1 - events * kept if events < most else most - most * kept
        _put_entry(counts, found * 5, total * kept + rise, at, events + 1)
        return rise

    def pass_time(self, key: bytes, lead: Lead, until: int, news: News) -> None:
        """Let everything happen that is due up to `until`, each at its own time. Only a change moves the lead's clock."""
        if lead.model != self.tag and lead.clock:
            self._adopt(lead, lead.clock)
        self._pass(key, lead, until, news)
        if until > lead.clock:
            # An event may yet come for a time before `until`, when less had faded: the next one is judged.
            lead.room, lead.paid = [0.0, 0.0, 0.0], 0

    def up_to(self, key: bytes, lead: Lead, at: int, news: News) -> int:
        """Let a lead begin, or its time pass, up to `at`; returns its clock then, which is not moved yet."""
        if lead.model != self.tag or not lead.clock:
            self._adopt(lead, lead.clock or at)
        if 0 < lead.due <= at:
            self._pass(key, lead, at, news)
        return max(lead.clock, at)

    def leave(self, key: bytes, lead: Lead, now: int, why: Why, news: News) -> None:
        """Move the lead to the first stage, unless it stands there. No cool-down begins: it is the lead that ends, not its stay."""
        if self.judge.stage_of(lead):
            worths, left = self.scores.worths(lead, now), lead.left
            scores = scores_of(self.scores.sums(worths)[0])
            news.append(self.moves.make(key, lead, 0, now, scores, worths, why))
            lead.left = left

    def _pass(self, key: bytes, lead: Lead, until: int, news: News) -> None:
        known: Known = {}
        passes = until > lead.clock
        while (due := self.due.next_move(lead, until, known)) is not None:
            lead.clock = due
            self.judged(key, lead, due, by_decay(due), news)
        if lead.carts and passes:
            news += self.notices.passing(key, lead, until)
        self._look(lead, max(until, lead.clock), known)

    def _look(self, lead: Lead, now: int, known: Known) -> None:
        """Look ahead from `now`."""
        self.room.refresh(lead, now, *self.due.read(lead, now, known))

    def tell_carts(self, key: bytes, lead: Lead, now: int, why: Why, news: News) -> None:
        """Tell what is owed of its carts after something came in, and see to it that the next notice comes in time."""
        due = self.notices.next_at(lead)
        if lead.told or 0 < due <= now:
            news += self.notices.after(key, lead, now, why.text)
            due = self.notices.next_at(lead)
        fall_due(lead, due)

    def judged(self, key: bytes, lead: Lead, now: int, why: Why, news: News, fallen: Why | None = None) -> None:
        """Move the lead if it has to, tell of it, and look ahead. `fallen`: the cause, if it moves down and that is another."""
        worths = self.scores.worths(lead, now)
        sums, fading = self.scores.sums(worths)
        scores = scores_of(sums)
        to = self.judge.move(lead, now, scores)
        if to is not None:
            falls = fallen is not None and to < self.judge.stage_of(lead)
            news.append(self.moves.make(key, lead, to, now, scores, worths, fallen if falls and fallen else why))
        self.room.refresh(lead, now, sums, fading)
