"""From what is written to what it means: the values that the core reads.

Every part is looked at, whatever is wrong with another, so that one run names everything.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from intentflow.domain.rules import (
    AnySignal,
    Condition,
    Evidence,
    Fact,
    FactWay,
    Group,
    ScoringModel,
    Stage,
)
from intentflow.model.answering import criteria_of, eligible_of, facts_asked, flaws_of_answers, likelihood_of
from intentflow.model.approval import flaws_of_approval
from intentflow.model.condition import SIGN_UP, When, tests_of
from intentflow.model.document import Document
from intentflow.model.doubting import evidence_rule, flaws_of_evidence
from intentflow.model.findings import Flaw, Path
from intentflow.model.protected import flaws_of_protected
from intentflow.model.schema import LeaveWritten, ModelWritten, SignalWritten
from intentflow.model.signal_meant import signal_of
from intentflow.model.sound import FORBIDDEN, flaws_of_signal, flaws_of_stage, name_flaws, thresholds
from intentflow.model.suggest import did_you_mean

PATTERN_CHARS = set("*?/.:")  # a page pattern has one of these; a name of pages has none


def translate(document: Document, written: ModelWritten) -> tuple[ScoringModel, list[Flaw]]:
    """The model, and what is wrong with it; the model is sound only if nothing is."""
    work = _Translation(document, written)
    signals = tuple(found for name in written.signals if (found := work.signal(name)) is not None)
    facts = tuple(work.fact(name) for name in written.facts)
    groups = tuple(Group(name, group.axis, group.cap) for name, group in written.groups.items())
    evidence = tuple(rule for name in written.evidence if (rule := work.evidence(name)) is not None)
    stages = tuple(work.stage(name) for name in written.stages)
    work.flaws += [
        *name_flaws(work.known | {"facts": work.facts_noted}),
        *flaws_of_protected(written),
        *flaws_of_answers(written),
        *flaws_of_approval(written),
    ]
    work.check_examples()
    horizon = {} if written.horizon is None else {"horizon": written.horizon}
    model = ScoringModel(
        name=written.model,
        version=written.version,
        hash=document.hash,
        status=written.status,
        signals=signals,
        groups=groups,
        facts=facts,
        evidence=evidence,
        stages=stages,
        eligible=eligible_of(written, work.refers),
        criteria=criteria_of(written, work.refers),
        likelihood=likelihood_of(written, work.refers),
        **horizon,
    )
    return model, work.flaws


class _Translation:
    def __init__(self, document: Document, written: ModelWritten) -> None:
        self.written = written
        self.flaws: list[Flaw] = []
        self.known = {
            kind: _keys(document, kind) for kind in ("signals", "facts", "evidence", "groups", "stages", "pages")
        }
        for name, globs in written.pages.items():
            for i, glob in enumerate(globs):
                if not PATTERN_CHARS & set(glob):
                    self.flaw(("pages", name, i), f'"{glob}" is no pattern of a URL; write "*/{glob}*"')

    @property
    def facts_noted(self) -> list[str]:
        """What leads remember facts and their ways by."""
        ways = [f"{name}/{way}" for name, fact in self.written.facts.items() for way in fact.ways]
        return [*self.known["facts"], *ways]

    def flaw(self, path: Path, text: str) -> None:
        self.flaws.append(Flaw(path, text))

    def refers(self, path: Path, kind: str, name: str) -> bool:
        """Whether something of this name is written; a flaw if not."""
        if name in self.known[kind]:
            return True
        hint = did_you_mean(name, self.known[kind]) or f" (known: {', '.join(self.known[kind]) or 'none'})"
        if kind == "pages":
            self.flaw(
                path, f'there are no pages "{name}"{hint}; a pattern of URLs has a star or a slash, like "*/{name}*"'
            )
        else:
            self.flaw(path, f'there is no {kind.removesuffix("s")} "{name}"{hint}')
        return False

    def signal(self, name: str) -> AnySignal | None:
        """The signal, or None if a part is missing or wrong."""
        signal, path = self.written.signals[name], ("signals", name)
        before = len(self.flaws)
        self.flaws += flaws_of_signal(name, signal)
        if signal.group is not None and self.refers((*path, "group"), "groups", signal.group):
            self._check_group(path, signal)
        conditions = self.conditions((*path, "when"), signal.when)
        if len(self.flaws) > before:
            return None
        return replace(signal_of(name, signal, conditions), topic=signal.topic)

    def _check_group(self, path: Path, signal: SignalWritten) -> None:
        group = self.written.groups.get(signal.group or "")
        if group is not None and group.axis != signal.axis:
            self.flaw(
                (*path, "group"),
                f'group "{signal.group}" is of {group.axis}, this signal of {signal.axis}; they must be one',
            )
        if signal.points < 0:
            self.flaw((*path, "points"), "must be more than 0 in a group with a cap; take the signal out of the group")

    def conditions(self, path: Path, whens: tuple[When, ...]) -> tuple[Condition, ...]:
        """What one of must be met."""
        if len(whens) > 1 and any(when.form != "event" for when in whens):
            self.flaw(path, "a list takes conditions on events only; write a signal of its own for the other")
            return ()
        (first, *_) = whens
        if first.form == "newsletter":
            return (SIGN_UP,)
        if first.signal is not None:
            return self.conditions_of((*path, "signal"), first.signal)
        if first.form in ("cart", "profile", "ideal"):
            return ()
        return tuple(self.condition((*path, i) if len(whens) > 1 else path, when) for i, when in enumerate(whens))

    def conditions_of(self, path: Path, name: str) -> tuple[Condition, ...]:
        """The conditions of another signal."""
        if not self.refers(path, "signals", name) or name not in self.written.signals:
            return ()
        whens = self.written.signals[name].when
        if any(when.form in FORBIDDEN for when in whens):
            self.flaw(path, f'signal "{name}" is not about single events ({whens[0].form}); name one that is')
            return ()
        return self.conditions(("signals", name, "when"), whens)

    def condition(self, path: Path, when: When) -> Condition:
        """One condition on an event."""
        return Condition(
            family=when.family or "",
            actions=when.action,
            url=tuple(self._globs((*path, "url"), when.url)),
            not_url=tuple(self._globs((*path, "not_url"), when.not_url)),
            campaign=when.campaign,
            source=when.source,
            medium=when.medium,
            targeted=when.targeted,
            channel=when.channel,
            agent=when.agent,
            address=when.address,
            attributes=tuple(test for name, tests in when.attributes.items() for test in tests_of(name, tests)),
        )

    def _globs(self, path: Path, globs: tuple[str, ...]) -> Iterable[str]:
        for glob in globs:
            if PATTERN_CHARS & set(glob):
                yield glob
            elif self.refers(path, "pages", glob):
                yield from self.written.pages.get(glob, ())

    def fact(self, name: str) -> Fact:
        """The fact; its conditions are those of all signals that it names."""
        fact, path = self.written.facts[name], ("facts", name)
        ways = tuple(FactWay(way, self.events((*path, "ways", way), whens)) for way, whens in fact.ways.items())
        conditions = [*self.events((*path, "when"), fact.when or ()), *(c for way in ways for c in way.when)]
        conditions += [c for signal in fact.signal or () for c in self.conditions_of((*path, "signal"), signal)]
        return Fact(name, tuple(dict.fromkeys(conditions)), None if fact.lasts == "forever" else fact.lasts, ways)

    def events(self, path: Path, whens: tuple[When, ...]) -> tuple[Condition, ...]:
        """Conditions on single events; others are no source of a fact."""
        if any(when.form in FORBIDDEN for when in whens):
            text = "a fact takes conditions on single events (family: profile is one); what goes beyond them is for signals"
            self.flaw(path, text)
            return ()
        return self.conditions(path, whens) if whens else ()

    def evidence(self, name: str) -> Evidence | None:
        """The rule, or None if a part is wrong."""
        rule, before = self.written.evidence[name], len(self.flaws)
        self.flaws += flaws_of_evidence(name, rule)
        if len(self.flaws) > before:
            return None
        conditions = self.conditions(("evidence", name, "when"), rule.when)
        first = self.conditions(("evidence", name, "before"), rule.before) if rule.before else ()
        return evidence_rule(name, rule, conditions, first) if len(self.flaws) == before else None

    def stage(self, name: str) -> Stage:
        """The stage; the first one of the file is where everybody begins."""
        stage, path = self.written.stages[name], ("stages", name)
        self.flaws += flaws_of_stage(name, stage, first=self.known["stages"][0] == name)
        for fact in facts_asked(stage.enter):
            self.refers((*path, "enter"), "facts", fact)
        for fact in stage.unless:
            if self.refers((*path, "unless"), "facts", fact) and fact in facts_asked(stage.enter):
                self.flaw((*path, "unless"), f'the fact "{fact}" is asked for by enter, so nobody can ever be in it')
        return Stage(
            name=name,
            meaning=self.written.glossary.get(name, ""),
            enter=thresholds(stage.enter or LeaveWritten()),
            facts=facts_asked(stage.enter),
            unless=tuple(dict.fromkeys(stage.unless)),
            leave=thresholds(stage.leave or LeaveWritten()),
            dwell=stage.dwell,
            cool_down=stage.cool_down,
            hand_offs=stage.hand_offs,
            treatment=stage.treatment,
            follow_up=stage.follow_up,
        )

    def check_examples(self) -> None:
        """The stages that examples expect are stages of this model."""
        for i, example in enumerate(self.written.examples):
            if example.expect.stage is not None:
                self.refers(("examples", i, "expect", "stage"), "stages", example.expect.stage)


def _keys(document: Document, kind: str) -> list[str]:
    section = document.tree.get(kind)
    return list(section) if isinstance(section, dict) else []
