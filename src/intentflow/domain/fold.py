"""The fold: one record into one lead. `docs/semantics.md` in code.

It mutates the lead it is given: a chunk decodes a lead once, folds all its records and encodes it once. A lead is judged when what came in
may have changed its stage, not at every event; the changes are the same.
"""

from typing import Literal
from zlib import crc32

from intentflow.domain.change import Cause, Change, change_id
from intentflow.domain.counting import seen
from intentflow.domain.due import Due
from intentflow.domain.event import AnyEvent, Cart, NewsletterSignup
from intentflow.domain.explain import missing
from intentflow.domain.lead import Lead
from intentflow.domain.matching import Matcher
from intentflow.domain.plans import Plan, tell_cart, tell_newsletter
from intentflow.domain.rules import Counted, Fact, Once, Repeated, ScoringModel
from intentflow.domain.stages import Judge
from intentflow.domain.worth import Scores, Worths

Outcome = Literal["counted", "duplicate", "too_late"]
TOP_RECEIPTS = 5


class Fold:
    """A scoring model, compiled."""

    def __init__(self, model: ScoringModel) -> None:
        self.model, self.tag, self.horizon = model, crc32(model.hash.encode()), model.horizon
        self.scores = Scores(model)
        self.judge = Judge(model, self.scores)
        self.due = Due(model, self.judge)
        rules: dict[str, Counted | Once | Repeated | Fact] = {f"fact {f.name}": f for f in model.facts}
        rules |= {f"signal {s.name}": s for s in model.signals if isinstance(s, Counted | Once | Repeated)}
        self._plan_of = Matcher(
            ((name, rule.when) for name, rule in rules.items()),
            lambda names: Plan(model, [rules[name] for name in sorted(names)]),
        ).match

    def take(self, key: bytes, lead: Lead, event: AnyEvent, at: int, news: list[Change]) -> Outcome:
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
            lead.since = lead.clock = at
            lead.model = self.tag
            self.due.begin(lead)
        elif lead.model != self.tag:
            lead.model = self.tag
            self.due.refresh(lead, lead.clock, *self.scores.split(lead, lead.clock))
        if 0 < lead.due <= at:
            self.pass_time(key, lead, at, news)
        now = lead.clock if lead.clock > at else at
        judged = self._apply(lead, plan, event, at, now, digest)
        lead.clock = now
        if at > lead.newest:
            lead.newest = at
        room = lead.room
        if judged or room[0] <= 0 or room[1] <= 0 or room[2] <= 0:
            self._judge(key, lead, now, Cause("event", event.event_id), news)
        return "counted"

    def pass_time(self, key: bytes, lead: Lead, until: int, news: list[Change]) -> None:
        """Let everything happen that is due up to `until`, each at its own time. Only a change moves the lead's clock."""
        while (due := self.due.next_move(lead, until)) is not None:
            lead.clock = due
            self._judge(key, lead, due, Cause("decay"), news)
        now = max(until, lead.clock)
        self.due.refresh(lead, now, *self.scores.split(lead, now))

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

    def _judge(self, key: bytes, lead: Lead, now: int, cause: Cause, news: list[Change]) -> None:
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
    ) -> Change:
        before, stage = self.judge.stage(lead), self.model.stages[to]
        if before.cool_down:
            lead.left[lead.stage] = now
        lead.stage, lead.since, lead.sequence = self.judge.codes[to], now, lead.sequence + 1
        engagement, fit, intent = scores
        return Change(
            id=change_id(key, lead.sequence, self.model.hash, cause, now),
            key=key,
            sequence=lead.sequence,
            from_stage=before.name,
            to_stage=stage.name,
            at=now,
            cause=cause,
            scores=(engagement, fit, intent),
            receipts=tuple(self.scores.receipts(worths)[:TOP_RECEIPTS]),
            missing=missing(self.judge, lead, now, scores),
            treatment=stage.treatment,
            follow_up_by=None if stage.follow_up is None else now + stage.follow_up,
            model=(self.model.name, self.model.version, self.model.hash),
        )
