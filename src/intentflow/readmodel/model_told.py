"""The scoring model in views: the same words that `intentflow model show` prints, and what `intentflow model check` finds."""

from datetime import date

from intentflow.domain.rules import AnySignal, Axis, Likely, Repeated, Stage
from intentflow.model.approval import approval_words
from intentflow.model.durations import duration_words, limit_words
from intentflow.model.lint import lint
from intentflow.model.load import Reading
from intentflow.model.words import evidence_words, fact_words, signal_words
from intentflow.readmodel.model_views import FindingView, ModelView, NamedRule, SignalRule, StageRule


def model_view(reading: Reading, today: date) -> ModelView:
    """The whole model; `today` is for what is to be reviewed by a date."""
    model, written = reading.model, reading.written
    return ModelView(
        name=model.name,
        version=model.version,
        hash=model.hash,
        status=model.status,
        approved_by=approval_words(written) or None,
        review_by=None if written.review_by is None else written.review_by.isoformat(),
        measured_by=tuple(written.measured_by),
        stages=tuple(_stage(number, stage) for number, stage in enumerate(model.stages)),
        signals=tuple(_signal(signal, reading) for signal in model.signals),
        groups=tuple(_groups(reading)),
        facts=tuple(_facts(reading)),
        evidence=tuple(_evidence(reading)),
        answers=tuple(_answers(reading)),
        glossary=dict(written.glossary),
        findings=tuple(
            FindingView(rule=one.rule, where=f"{reading.document.file}:{one.line}", says=one.text)
            for one in lint(reading, today=today)
        ),
    )


def _stage(number: int, stage: Stage) -> StageRule:
    leave = [f"below {said}" for said in _axes(stage.leave)]
    leave += [] if not stage.facts else ["when that ends" if len(stage.facts) == 1 else "when one of those ends"]
    leave += [f"at once when {fact}" for fact in stage.unless]
    notes = [f"stays {duration_words(stage.dwell)} at least"] if stage.dwell else []
    notes += [f"somebody acts within {duration_words(stage.follow_up)}"] if stage.follow_up else []
    notes += [f"not again within {duration_words(stage.cool_down)}"] if stage.cool_down else []
    notes += [f"at most {limit_words(stage.hand_offs)}"] if stage.hand_offs else []
    enter = [*_axes(stage.enter), *stage.facts, *(f"unless {fact}" for fact in stage.unless)]
    return StageRule(
        stage=stage.name,
        meaning=stage.meaning,
        enter=tuple(enter) if number else ("everybody begins here",),
        leave=tuple(leave),
        treatment=stage.treatment,
        notes=tuple(notes),
    )


def _axes(thresholds: tuple[tuple[Axis, float], ...]) -> list[str]:
    return [f"{axis} {value:g}" for axis, value in thresholds]


def _signal(signal: AnySignal, reading: Reading) -> SignalRule:
    limit, cap = getattr(signal, "limit", None), getattr(signal, "cap", None)
    most = [limit_words(limit)] if limit else []
    most += [f"{'-' if signal.points < 0 else ''}{cap:g} points"] if cap else []
    fades = signal.half_life is not None and not isinstance(signal, Repeated)
    return SignalRule(
        signal=signal.name,
        axis=signal.axis,
        words=signal_words(signal, reading.written.pages),
        points=signal.points,
        halves_in=duration_words(signal.half_life) if fades and signal.half_life is not None else None,
        at_most=", ".join(most) or None,
        group=signal.group,
    )


def _groups(reading: Reading) -> list[NamedRule]:
    model = reading.model
    members = {g.name: ", ".join(s.name for s in model.signals if s.group == g.name) for g in model.groups}
    return [NamedRule(name=g.name, words=members[g.name], notes=(f"at most {g.cap:g} points",)) for g in model.groups]


def _facts(reading: Reading) -> list[NamedRule]:
    lasts = {f.name: "for ever" if f.lasts is None else f"for {duration_words(f.lasts)}" for f in reading.model.facts}
    pages = reading.written.pages
    return [NamedRule(name=f.name, words=fact_words(f, pages), notes=(lasts[f.name],)) for f in reading.model.facts]


def _evidence(reading: Reading) -> list[NamedRule]:
    pages = reading.written.pages
    return [
        NamedRule(
            name=rule.name,
            words=evidence_words(rule, pages),
            notes=(f"leaves {rule.weight:.0%} of {', '.join(rule.of) or 'itself'}", rule.because),
        )
        for rule in reading.model.evidence
    ]


def _answers(reading: Reading) -> list[NamedRule]:
    model = reading.model
    eligible = [*model.eligible.facts, *(f"unless {fact}" for fact in model.eligible.unless)]
    asked = [*_axes(model.criteria.scores), *model.criteria.facts]
    return [
        NamedRule(name="eligible to buy?", words=", ".join(eligible) or "yes, everybody", notes=()),
        NamedRule(name="meeting criteria?", words=", ".join(asked) or "not said", notes=()),
        NamedRule(
            name="likely to buy?",
            words="; ".join(map(_likely, model.likelihood)) or "not said: nothing was measured yet",
            notes=(),
        ),
    ]


def _likely(row: Likely) -> str:
    who = " or ".join(row.stages) or "anybody"
    return ", ".join([f"{row.share:.1%} of {who}", *(f"{said} at least" for said in _axes(row.scores))])
