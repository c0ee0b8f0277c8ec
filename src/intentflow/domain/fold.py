"""The fold: one record into one lead. `docs/semantics.md` in code.

It mutates the lead it is given: a chunk decodes a lead once, folds all its records and encodes it once. A lead is judged when what came in
may have changed its stage, not at every event; the changes are the same.
"""

from math import exp2
from typing import Literal
from zlib import crc32

from intentflow.domain.change import Cause, ModelName, QualificationChange, Receipt, change_id, rfc3339
from intentflow.domain.counting import add_limited, seen
from intentflow.domain.due import Due
from intentflow.domain.event import AnyEvent, Cart, NewsletterSignup
from intentflow.domain.explain import missing
from intentflow.domain.lead import Lead
from intentflow.domain.matching import Matcher
from intentflow.domain.plans import Plan, Quick, tell_cart, tell_newsletter
from intentflow.domain.rules import AXES, Counted, Fact, Once, Repeated, ScoringModel
from intentflow.domain.stages import Judge
from intentflow.domain.worth import Scores, Worths

Outcome = Literal["counted", "duplicate", "too_late"]
TOP_RECEIPTS = 5


class Fold:
    """A scoring model, compiled."""

    def __init__(self, model: ScoringModel) -> None:
        self.model, self.tag, self.horizon = model, crc32(model.hash.encode()), model.horizon
        self._full = 4 * model.remembered
        self._name = ModelName(model.name, model.version, model.hash)
        self.scores = Scores(model)
        self.judge = Judge(model, self.scores)
        self.due = Due(model, self.judge)
        rules: dict[str, Counted | Once | Repeated | Fact] = {f"fact {f.name}": f for f in model.facts}
        rules |= {f"signal {s.name}": s for s in model.signals if isinstance(s, Counted | Once | Repeated)}
        self._plan_of = Matcher(
            ((name, rule.when) for name, rule in rules.items()),
            lambda names: Plan(model, [rules[name] for name in sorted(names)]),
        ).match

    def take(self, key: bytes, lead: Lead, event: AnyEvent, at: int, news: list[QualificationChange]) -> Outcome:
        """Fold one event, whose time is `at`, into its lead; what changes is appended to `news`, in order.

        A lead that has seen nothing begins with it. A duplicate or an event that is too late leaves the lead as it was.
        """
        plan = self._plan_of(event)
        digest = b""
        if plan.counted:
            digest = crc32(event.event_id.encode()).to_bytes(4, "big")
            if seen(lead, digest):
                return "duplicate"
            if at <= lead.floor:
                return "too_late"
        if at < lead.newest - self.horizon:
            return "too_late"
        if not lead.clock:
            lead.since, lead.clock, lead.model = at, at, self.tag
            self.due.begin(lead)
        elif lead.model != self.tag:
            lead.model = self.tag
            self.due.refresh(lead, lead.clock, *self.scores.split(lead, lead.clock))
            lead.room = [0.0, 0.0, 0.0]  # the new model has not judged it yet: this event is judged
        if 0 < lead.due <= at:
            self.pass_time(key, lead, at, news)
        if plan.quick is not None and at > lead.newest:
            judged = self._count(lead, plan.quick, at, digest)
            now = lead.clock
        else:
            now = max(lead.clock, at)
            judged = self._apply(lead, plan, event, at, now, digest)
            lead.newest, lead.clock = max(lead.newest, at), now
            judged |= min(lead.room) <= 0
        if judged:
            self._judge(key, lead, now, Cause("event", event.event_id), news)
        return "counted"

    def _count(self, lead: Lead, quick: Quick, at: int, digest: bytes) -> bool:
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
        periods = lead.periods.get(quick.signal)
        rise = 1.0
        if periods is None:
            lead.periods[quick.signal] = [(at // quick.period, 1, at)]
        elif periods[-1][0] != at // quick.period:
            rise = add_limited(lead, quick.signal, at, quick.limit, self.horizon, quick.half_life)
        else:
            number, events, latest = periods[-1]
            periods[-1] = (number, events + 1, at)
            most, kept = quick.most, 1.0 if quick.half_life is None else exp2((latest - at) / quick.half_life)
            rise = events + 1 - events * kept if events < most else most - most * kept
        room = lead.room[quick.axis] = lead.room[quick.axis] - quick.points * rise
        return room <= 0

    def pass_time(self, key: bytes, lead: Lead, until: int, news: list[QualificationChange]) -> None:
        """Let everything happen that is due up to `until`, each at its own time. Only a change moves the lead's clock."""
        while (due := self.due.next_move(lead, until)) is not None:
            lead.clock = due
            self._judge(key, lead, due, Cause("decay"), news)
        now = max(until, lead.clock)
        self.due.refresh(lead, now, *self.scores.split(lead, now))
        if until > lead.clock:
            # An event may yet come for a time before `until`, when less had faded: the next one is judged.
            lead.room = [0.0, 0.0, 0.0]

    def _apply(self, lead: Lead, plan: Plan, event: AnyEvent, at: int, now: int, digest: bytes) -> bool:
        """Bring the event into the pieces. True if the lead is to be judged."""
        judged = plan.count(lead, at, digest) if plan.counted else False
        if not plan.simple:
            judged |= plan.note(lead, event, at, now)
        if isinstance(event, NewsletterSignup):
            judged |= tell_newsletter(lead, event.action, at, self.scores.signed_up)
        elif isinstance(event, Cart):
            judged |= tell_cart(lead, event, at, now, self.scores.abandoned)
        return judged

    def _judge(self, key: bytes, lead: Lead, now: int, cause: Cause, news: list[QualificationChange]) -> None:
        """Move the lead if it has to, tell of it, and look ahead."""
        worths = self.scores.worths(lead, now)
        gains, losses = self.scores.parts(worths)
        scores = [gains[0] + losses[0], gains[1] + losses[1], gains[2] + losses[2]]
        to = self.judge.move(lead, now, scores)
        if to is not None:
            news.append(self._move(key, lead, to, now, scores, worths, cause))
        self.due.refresh(lead, now, gains, losses)

    def _move(
        self, key: bytes, lead: Lead, to: int, now: int, scores: list[float], worths: Worths, cause: Cause
    ) -> QualificationChange:
        before, stage = self.judge.stage(lead), self.model.stages[to]
        if before.cool_down:
            lead.left[lead.stage] = now
        lead.stage, lead.since, lead.sequence = self.judge.codes[to], now, lead.sequence + 1
        top = [Receipt(r.signal, r.axis, round(r.points, 6)) for r in self.scores.receipts(worths)[:TOP_RECEIPTS]]
        return QualificationChange(
            id=change_id(key, lead.sequence, self.model.hash, cause, now),
            lead=key.decode(),
            sequence=lead.sequence,
            from_stage=before.name,
            to_stage=stage.name,
            at=rfc3339(now),
            cause=cause,
            scores={axis: round(points, 6) for axis, points in zip(AXES, scores, strict=True)},
            receipts=top,
            missing=missing(self.judge, lead, now, scores),
            treatment=stage.treatment,
            follow_up_by=None if stage.follow_up is None else rfc3339(now + stage.follow_up),
            model=self._name,
        )
