"""The fold: one record into one lead. `docs/semantics.md` in code.

It mutates the lead it is given: a chunk decodes a lead once, folds all its records and encodes it once. A lead is judged when what came in
may have changed its stage, not at every event; the changes are the same.
"""

from math import exp2
from typing import Literal
from zlib import crc32

from intentflow.domain.change import Cause, ModelName, QualificationChange, Receipt, change_id, rfc3339
from intentflow.domain.counting import ENTRY, Counting, Rule, place_of, rule_of
from intentflow.domain.due import Due, Known
from intentflow.domain.event import AnyEvent, Cart, NewsletterSignup
from intentflow.domain.explain import missing
from intentflow.domain.lead import Lead
from intentflow.domain.matching import Matcher
from intentflow.domain.plans import Compiled, Plan, tell_cart, tell_newsletter
from intentflow.domain.room import Room
from intentflow.domain.rules import AXES, Counted, Fact, Once, Repeated, ScoringModel
from intentflow.domain.stages import Judge
from intentflow.domain.worth import Scores, Worths, scores_of

Outcome = Literal["counted", "duplicate", "too_late"]
TOP_RECEIPTS = 5
_entry, _put_entry = ENTRY.unpack_from, ENTRY.pack_into


class Fold:
    """A scoring model, compiled."""

    def __init__(self, model: ScoringModel) -> None:
        self.model, self.tag, self.horizon = model, crc32(model.hash.encode()), model.horizon
        self._full = 4 * model.remembered
        self._name = ModelName(model.name, model.version, model.hash)
        self.scores = Scores(model)
        self.judge = Judge(model, self.scores)
        self.due, self.room = Due(model, self.judge), Room(self.judge)
        counted = {
            m.signal.name: rule_of(m.code, m.signal, m.bit) for m in self.scores.meters if isinstance(m.signal, Counted)
        }
        self._counting = Counting(counted.values(), model.horizon)
        meters = {m.signal.name: m for m in self.scores.meters}
        compiled = Compiled(self._counting, counted, meters, self.judge, model.remembered)
        rules: dict[str, Counted | Once | Repeated | Fact] = {f"fact {f.name}": f for f in model.facts}
        rules |= {f"signal {s.name}": s for s in model.signals if isinstance(s, Counted | Once | Repeated)}
        self._plans = Matcher(
            ((name, rule.when) for name, rule in rules.items()),
            lambda names: Plan(compiled, [rules[name] for name in sorted(names)]),
        )
        self._known = self._plans.known

    def take(self, key: bytes, lead: Lead, event: AnyEvent, at: int, news: list[QualificationChange]) -> Outcome:
        """Fold one event, whose time is `at`, into its lead; what changes is appended to `news`, in order.

        A lead that has seen nothing begins with it. A duplicate or an event that is too late leaves the lead as it was.
        """
        page = event.page
        what = (event.__class__, event.action, None if page is None else page.url, event.campaign)
        plan = self._known.get(what) or self._plans.match(event)
        digest = b""
        if plan.hashed:
            digest = crc32(event.event_id.encode()).to_bytes(4, "big")
        if plan.counted:
            if digest in lead.seen_hashes and place_of(digest, lead.seen_hashes) >= 0:
                return "duplicate"
            if at <= lead.floor:
                return "too_late"
        if at < lead.newest - self.horizon:
            return "too_late"
        if lead.model != self.tag:
            self._adopt(lead, at)
        if 0 < lead.due <= at:
            self._pass(key, lead, at, news)
        if plan.quick is not None and at > lead.newest:
            judged = self._count(lead, plan.quick, at, digest)
        else:
            now = max(lead.clock, at)
            judged = self._apply(lead, plan, event, at, now, digest)
            lead.newest, lead.clock = max(lead.newest, at), now
            judged |= min(lead.room) <= 0
        if judged:
            self._judge(key, lead, lead.clock, event.event_id, news)
        return "counted"

    def _adopt(self, lead: Lead, at: int) -> None:
        """Let a lead begin, or one that another model judged last be this model's."""
        lead.model = self.tag
        if not lead.clock:
            lead.since, lead.clock = at, at
            self.room.begin(lead)
        else:
            self._counting.recount(lead)
            self._look(lead, lead.clock, {})
            lead.room, lead.paid = [0.0, 0.0, 0.0], 0  # this model has not judged it yet: this event is judged

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
        code, axis, points, most, period, rate, bit = rule
        found = lead.signals.find(code)
        found = (place_of(code, lead.signals) if found & 3 else found) * 5
        total, latest, events = _entry(lead.counts, found) if found >= 0 else (0.0, 0, 0)
        if not events or at // period != latest // period:
            rise = self._counting.add(lead, rule, at)
        else:
            kept = exp2((latest - at) * rate)
            rise = events + 1 - events * kept if events < most else most - most * kept
            _put_entry(lead.counts, found, total * kept + rise, at, events + 1)
        if lead.paid & bit:
            return False
        room = lead.room[axis] = lead.room[axis] - points * rise
        return room <= 0

    def pass_time(self, key: bytes, lead: Lead, until: int, news: list[QualificationChange]) -> None:
        """Let everything happen that is due up to `until`, each at its own time. Only a change moves the lead's clock."""
        if lead.model != self.tag and lead.clock:
            self._adopt(lead, lead.clock)
        self._pass(key, lead, until, news)
        if until > lead.clock:
            # An event may yet come for a time before `until`, when less had faded: the next one is judged.
            lead.room, lead.paid = [0.0, 0.0, 0.0], 0

    def _pass(self, key: bytes, lead: Lead, until: int, news: list[QualificationChange]) -> None:
        known: Known = {}
        while (due := self.due.next_move(lead, until, known)) is not None:
            lead.clock = due
            self._judge(key, lead, due, None, news)
        self._look(lead, max(until, lead.clock), known)

    def _look(self, lead: Lead, now: int, known: Known) -> None:
        """Look ahead from `now`."""
        self.room.refresh(lead, now, *self.due.read(lead, now, known))

    def _apply(self, lead: Lead, plan: Plan, event: AnyEvent, at: int, now: int, digest: bytes) -> bool:
        """Bring the event into the pieces. True if the lead is to be judged."""
        judged = plan.count(lead, at, digest) if plan.counted else False
        if not plan.simple:
            judged |= plan.note(lead, at, digest, now)
        if isinstance(event, NewsletterSignup):
            judged |= tell_newsletter(lead, event.action, at, self.scores.signed_up)
        elif isinstance(event, Cart):
            judged |= tell_cart(lead, event, at, now, self.scores.abandoned)
        return judged

    def _judge(self, key: bytes, lead: Lead, now: int, event_id: str | None, news: list[QualificationChange]) -> None:
        """Move the lead if it has to, tell of it, and look ahead. Its cause is an event, or time if there is no id."""
        worths = self.scores.worths(lead, now)
        sums, fading = self.scores.sums(worths)
        scores = scores_of(sums)
        to = self.judge.move(lead, now, scores)
        if to is not None:
            cause = Cause("decay") if event_id is None else Cause("event", event_id)
            news.append(self._move(key, lead, to, now, scores, worths, cause))
        self.room.refresh(lead, now, sums, fading)

    def _move(
        self, key: bytes, lead: Lead, to: int, now: int, scores: list[float], worths: Worths, cause: Cause
    ) -> QualificationChange:
        before, stage = self.judge.stage(lead), self.model.stages[to]
        if before.cool_down:
            lead.left = {**(lead.left or {}), lead.stage: now}
        lead.stage, lead.since, lead.sequence = self.judge.rungs[to].code, now, lead.sequence + 1
        lines = self.scores.lines(worths)[:TOP_RECEIPTS]
        return QualificationChange(
            id=change_id(key, lead.sequence, self.model.hash, cause, now),
            lead=key.decode(),
            sequence=lead.sequence,
            from_stage=before.name,
            to_stage=stage.name,
            at=rfc3339(now),
            cause=cause,
            scores=dict(zip(AXES, [round(points, 6) for points in scores], strict=True)),
            receipts=[Receipt(name, axis, round(points, 6)) for _, name, axis, points in lines],
            missing=missing(self.judge, lead, now, scores),
            treatment=stage.treatment,
            follow_up_by=None if stage.follow_up is None else rfc3339(now + stage.follow_up),
            model=self._name,
        )
