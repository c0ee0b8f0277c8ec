"""An event brought into the pieces of its lead, with evidence weighed if there is any."""

from intentflow.domain.causes import Why, by_event, by_evidence, by_outcome, by_profile
from intentflow.domain.counting import Counting
from intentflow.domain.event import AnyEvent, Cart, NewsletterSignup, Profile, SalesOutcome
from intentflow.domain.evidence import Doubts, Verdict
from intentflow.domain.lead import Lead
from intentflow.domain.plans import Plan, tell_cart, tell_newsletter, tell_profile
from intentflow.domain.profile import address_of
from intentflow.domain.worth import Scores

ENDS = frozenset({"unsubscribe", "bounce", "purchase"})  # taken at their word, whatever speaks against


class Applying:
    """How events come into the leads of a model."""

    def __init__(self, scores: Scores, counting: Counting, doubts: Doubts) -> None:
        self._scores, self._counting, self._doubts = scores, counting, doubts
        self._asks_mail = scores.fit.asks_mail

    def is_clear(self, lead: Lead, at: int) -> bool:
        """Whether evidence makes no difference to an event at that time that tells nothing."""
        return self._doubts.is_clear(lead, at, self._counting.bound(lead))

    def weigh(
        self, lead: Lead, plan: Plan, event: AnyEvent, at: int, now: int, digest: bytes, verdict: Verdict | None
    ) -> tuple[bool, Why | None]:
        """The same as `_apply`, with evidence if there is any. Also the cause, if the lead falls because of what the event told."""
        bound = self._counting.bound(lead)
        found = [] if verdict is None else self._doubts.found(lead, verdict, at, digest, bound)
        if not found and self._doubts.is_clear(lead, at, bound):
            return self._apply(lead, plan, event, at, now, digest, verdict), None
        self._counting.close(lead, bound)
        told = self._doubts.tell(lead, found)  # first, since to count the event may close periods that it tells of
        judged = self._apply(lead, plan, event, at, now, digest, verdict)
        self._doubts.forget(lead, bound)
        self._counting.reweigh(lead)
        if told is None:
            return judged or bool(found), None
        return True, by_evidence(event.event_id, told.because)

    def _apply(
        self,
        lead: Lead,
        plan: Plan,
        event: AnyEvent,
        at: int,
        now: int,
        digest: bytes,
        verdict: Verdict | None,
    ) -> bool:
        """Bring the event into the pieces. True if the lead is to be judged."""
        dubious = verdict is not None and verdict.dubious
        judged = plan.count(lead, at, digest, 1.0 if verdict is None else verdict.weight) if plan.counted else False
        if not plan.simple:
            judged |= plan.note(lead, at, digest, now)
        if dubious and event.action not in ENDS:
            return judged
        if type(event) is NewsletterSignup:
            judged |= tell_newsletter(lead, event.action, at, self._scores.signed_up)
        elif type(event) is Cart:
            judged |= tell_cart(lead, event, at, now, self._scores.abandoned)
        if not dubious and (type(event) is Profile or (self._asks_mail and address_of(event))):
            judged |= tell_profile(lead, event, at, now, self._scores.fit)
        return judged


def why(event: AnyEvent) -> Why:
    """The cause of a change that this event moves a lead to."""
    if type(event) is SalesOutcome:
        return by_outcome(event.event_id, event.reason)
    if type(event) is Profile:
        return by_profile(event.event_id)
    return by_event(event.event_id)


def is_timeless(plan: Plan, event: AnyEvent) -> bool:
    """Whether it is never too late for an event: what was told long ago may be learned today."""
    return type(event) is Profile and not plan.counted
