"""One lead, told whole: what the core says of it now, where it was and will be, and what happened to it as far as its state still knows."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from intentflow.domain.change import Gap, Receipt
from intentflow.domain.explain import Explanation
from intentflow.domain.fit import Attribute
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.notices import News
from intentflow.domain.shopping import CartTold
from intentflow.model.load import Reading
from intentflow.model.ways import ways
from intentflow.model.words import signal_words
from intentflow.readmodel.change_told import ChangeTeller, moment_of, points_of
from intentflow.readmodel.curve import curve_of
from intentflow.readmodel.lead_views import (
    AnswersView,
    AttributeView,
    CartView,
    EvidenceView,
    IdentityView,
    LeadDetail,
    NewsletterView,
    ProfileView,
    StepView,
    WaysView,
    WayView,
)
from intentflow.readmodel.standing import company_of, scores_now
from intentflow.readmodel.timeline import Timeline
from intentflow.readmodel.told import Told
from intentflow.readmodel.views import GapView, Kind, LeadSummary, ReceiptView
from intentflow.wire.rows import decode_row


class LeadTeller:
    """Tells leads by one scoring model."""

    def __init__(self, reading: Reading, fold: Fold) -> None:
        self._reading, self._fold, self._pages = reading, fold, reading.written.pages
        self._words = {signal.name: signal_words(signal, self._pages) for signal in reading.model.signals}
        self._changes, self._timeline = ChangeTeller(reading.model), Timeline(reading)

    def summary(self, key: bytes, row: bytes, now: int) -> LeadSummary:
        """The lead as a line of a list."""
        lead = decode_row(row)
        scores = scores_now(self._fold, lead, now)
        return LeadSummary(
            key=key.decode(errors="replace"),
            name=name_of(key),
            kind=kind_of(key),
            stage=self._fold.judge.stage(lead).name,
            since=moment_of(lead.since),
            scores=points_of(scores),
            company=company_of(key, lead),
            active_at=moment_of(lead.newest),
        )

    def detail(self, key: bytes, row: bytes, asked: bytes, history: Sequence[Told], now: int) -> LeadDetail:
        """The lead with all that is known of it; `asked` is the key that was asked for."""
        lead, told_stage = decode_row(row), self._fold.judge.stage(decode_row(row))
        explanation = self._explained(key, lead, now)
        return LeadDetail(
            key=key.decode(errors="replace"),
            name=name_of(key),
            kind=kind_of(key),
            asked_for=asked.decode(errors="replace"),
            company=company_of(key, lead),
            stage=told_stage.name,
            stage_now=explanation.stage,
            meaning=told_stage.meaning,
            since=moment_of(decode_row(row).since),
            treatment=told_stage.treatment,
            scores=points_of(explanation.scores),
            receipts=tuple(map(self._receipt, explanation.receipts)),
            answers=AnswersView(**_fields(explanation.answers)),
            missing=tuple(map(_gap, explanation.missing)),
            falls_at=None if explanation.due is None else moment_of(explanation.due),
            falls_to=explanation.due_stage,
            curve=curve_of(self._fold, row, history, explanation.due, explanation.at),
            timeline=self._timeline.of(decode_row(row), [self._changes.view(told) for told in history]),
            identities=tuple(
                IdentityView(key=one.whose.decode(errors="replace"), at=moment_of(one.at), scores=points_of(one.scores))
                for one in explanation.merged
            ),
            carts=tuple(map(_cart, explanation.carts)),
            newsletter=_newsletter(explanation),
            profile=_profile(explanation),
            evidence=tuple(
                EvidenceView(rule=one.rule, weight=one.weight, because=one.because, hours=tuple(one.hours))
                for one in explanation.doubts
            ),
            active_at=moment_of(lead.newest),
            as_of=moment_of(explanation.at),
        )

    def ways(self, key: bytes, row: bytes, now: int) -> WaysView:
        """What would move the lead up."""
        lead = decode_row(row)
        at = self._explained(key, lead, now).at
        found = ways(self._fold, lead, at, self._pages)
        return WaysView(
            ways=tuple(
                WayView(
                    stage=way.stage,
                    days=way.days,
                    steps=tuple(StepView(does=step.does, times=step.times) for step in way.steps),
                )
                for way in found.ways
            ),
            complete=found.complete,
        )

    def _explained(self, key: bytes, lead: Lead, now: int) -> Explanation:
        """The lead is brought up to `now`, or stays at its clock if that is later."""
        fold, at = self._fold, max(now, lead.clock)
        passed: News = []  # what would be told: the worker tells it
        fold.pass_time(key, lead, at, passed)
        return fold.explain(lead, at)

    def _receipt(self, receipt: Receipt) -> ReceiptView:
        return ReceiptView(words=self._words.get(receipt.signal), **_fields(receipt))


def name_of(key: bytes) -> str:
    """The id alone."""
    return key[2:].decode(errors="replace")


def kind_of(key: bytes) -> Kind:
    """What a key is of."""
    return "visitor" if key.startswith(b"v:") else "lead"


def _fields(value: Struct) -> dict[str, Any]:
    return msgspec.structs.asdict(value)


def _gap(gap: Gap) -> GapView:
    return GapView(**_fields(gap))


def _cart(cart: CartTold) -> CartView:
    held = cart.contents
    has_value = held is not None and bool(held.amount)
    return CartView(
        cart_id=cart.name or None,
        stands=cart.stands,
        since=moment_of(cart.since),
        amount=held.amount if held is not None and has_value else None,
        currency=held.currency if held is not None and has_value else None,
        lines=None if held is None or held.lines < 0 else held.lines,
        notice_told=cart.told,
    )


def _newsletter(explanation: Explanation) -> NewsletterView | None:
    sign_up = explanation.sign_up
    return None if sign_up is None else NewsletterView(stands=sign_up.stands, since=moment_of(sign_up.since))


def _profile(explanation: Explanation) -> ProfileView:
    known, unknown, at = explanation.known, explanation.unknown, explanation.at
    asked = len(known) + len(unknown)
    return ProfileView(
        known=tuple(_attribute(one, at) for one in known),
        unknown=unknown,
        completeness=len(known) / asked if asked else None,
    )


def _attribute(one: Attribute, at: int) -> AttributeView:
    return AttributeView(
        attribute=one.name,
        value=one.value,
        told_at=moment_of(one.at),
        provenance=one.provenance,
        given_freely=one.given_freely,
        fresh=one.until is None or at < one.until,
        fresh_until=None if one.until is None else moment_of(one.until),
    )
