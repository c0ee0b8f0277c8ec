"""What is allowed but probably not meant: one small function for each lint, a finding for each case."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations

from intentflow.domain.event import AnyEvent
from intentflow.domain.rules import Abandoned, AnySignal, Counted, OfProfile, Repeated, Stage
from intentflow.model.findings import Finding, Flaw, sentence
from intentflow.model.fit_lints import mail_never_known, protected_attribute
from intentflow.model.hidden_lints import grade_never_counts, graded_twice, likelihood_never_told, untested_stage
from intentflow.model.load import Reading
from intentflow.model.reach import any_traffic, conditions_of, events_of, facts_of, highest, single, visits_only
from intentflow.model.rule_lints import evidence_weighs_nothing, never_fires
from intentflow.model.sample import meets
from intentflow.model.stage_lints import barred_for_ever, hand_offs_without_end, sold_to_too_early
from intentflow.model.unused import unused
from intentflow.model.words import event_words

QUALIFIED = ("mql", "pql", "sql", "customer")
SLACK = 1e-9
Lint = Callable[[Reading], Iterator[Flaw]]


def lint(reading: Reading, today: date) -> tuple[Finding, ...]:
    """Everything that the lints find, in the order of the file; `today` is compared with `review_by`."""
    found = [(flaw, rule.__name__) for rule in LINTS for flaw in rule(reading)]
    found += [(flaw, review.__name__) for flaw in review(reading, today)]
    return _findings(reading, found)


def not_agreed(reading: Reading) -> tuple[Finding, ...]:
    """That a model is a draft: nothing is wrong with it, but nobody has agreed to it yet."""
    return _findings(reading, [(flaw, draft.__name__) for flaw in draft(reading)])


def _findings(reading: Reading, found: list[tuple[Flaw, str]]) -> tuple[Finding, ...]:
    line = reading.document.line
    return tuple(sorted(Finding(line(flaw.path), name.replace("_", "-"), sentence(flaw)) for flaw, name in found))


def unreachable_stage(reading: Reading) -> Iterator[Flaw]:
    """A stage nobody can reach."""
    model = reading.model
    facts = facts_of(model, any_traffic)
    for stage in model.stages[1:]:
        path = ("stages", stage.name)
        for axis, threshold in stage.enter:
            best = highest(model, axis, any_traffic)
            if best < threshold - SLACK:
                yield Flaw(
                    (*path, "enter", axis),
                    f"nobody can reach {threshold:g}: all signals of {axis} together count at most {best:.4g}",
                )
        for fact in stage.facts:
            if fact not in facts:
                yield Flaw((*path, "enter"), f'nobody can reach this stage: no event brings the fact "{fact}"')
        above = model.stages[model.stages.index(stage) + 1 :]
        hiding = next((higher for higher in above if _enters_whenever(higher, stage)), None)
        if hiding is not None:
            yield Flaw(
                path, f'nobody stays below "{hiding.name}": whoever meets this stage meets that one, which is higher'
            )


def _enters_whenever(higher: Stage, lower: Stage) -> bool:
    bounds = dict(lower.enter)
    asks_no_more = all(axis in bounds and value <= bounds[axis] for axis, value in higher.enter)
    is_open = not higher.cool_down and higher.hand_offs is None and set(higher.unless) <= set(lower.unless)
    return asks_no_more and set(higher.facts) <= set(lower.facts) and is_open


def endless_stage(reading: Reading) -> Iterator[Flaw]:
    """A stage that is never left: leads that fall from above end there, too, though they never met it."""
    for stage in reading.model.stages[1:]:
        lasting = {fact.name for fact in reading.model.facts if fact.lasts is None}
        if not stage.leave and set(stage.facts) <= lasting and not stage.unless:
            yield Flaw(
                ("stages", stage.name), "nobody ever leaves it downwards; say leave, with a number below that of enter"
            )


def cap_below_one_event(reading: Reading) -> Iterator[Flaw]:
    """A cap below a single rule's points."""
    caps = {group.name: group.cap for group in reading.model.groups}
    for signal in reading.model.signals:
        cap = getattr(signal, "cap", None)
        if cap is not None and cap < abs(signal.points):
            yield Flaw(
                ("signals", signal.name, "cap"),
                f"{cap:g} is below the {abs(signal.points):g} points of one event; raise it",
            )
        if signal.group is not None and caps[signal.group] < signal.points:
            text = f'{signal.points:g} is more than group "{signal.group}" may count ({caps[signal.group]:g}); raise its cap'
            yield Flaw(("signals", signal.name, "points"), text)


def cap_without_limit(reading: Reading) -> Iterator[Flaw]:
    """A cap without `at_most`: a thousand hits would hold it for many half-lives."""
    for signal in reading.model.signals:
        held = isinstance(signal, Counted) and (signal.cap is not None or signal.group is not None)
        if isinstance(signal, Counted) and held and signal.limit is None and signal.half_life is not None:
            yield Flaw(
                ("signals", signal.name),
                "a cap without at_most: a thousand hits hold it for many half-lives; add at_most: 2 per day",
            )


def counts_twice(reading: Reading) -> Iterator[Flaw]:
    """Two rules that count one event twice, on one axis."""
    alone = [s for s in reading.model.signals if not isinstance(s, Repeated | Abandoned | OfProfile)]
    for one, other in combinations(alone, 2):
        if one.axis == other.axis:
            both = _met_by_both(one, other) or _met_by_both(other, one)
            if both is not None:
                text = (
                    f'counts the same event as signal "{one.name}": {event_words(both)}; exclude it from one (not_url)'
                )
                yield Flaw(("signals", other.name), text)


def _met_by_both(one: AnySignal, other: AnySignal) -> AnyEvent | None:
    """An event that was made up for one and meets the other as well."""
    return next((event for event in events_of(one) if meets(conditions_of(other), event)), None)


def visits_qualify(reading: Reading) -> Iterator[Flaw]:
    """Visits alone reach a qualified stage."""
    model = reading.model
    facts = facts_of(model, visits_only)
    for stage in model.stages:
        reached = all(highest(model, axis, visits_only) >= value - SLACK for axis, value in stage.enter)
        if stage.name in QUALIFIED and (stage.enter or stage.facts) and reached and set(stage.facts) <= facts:
            text = "visits alone reach it; put the signals of visits into a group with a cap below enter, or ask for a fact"
            yield Flaw(("stages", stage.name), text)


def newsletter_not_strongest(reading: Reading) -> Iterator[Flaw]:
    """Newsletter sign-up is not the strongest single behaviour."""
    signals = [signal for signal in reading.model.signals if signal.axis != "fit"]
    sign_ups = [signal for signal in signals if _is_sign_up(signal)]
    if not sign_ups:
        yield Flaw(
            ("signals",),
            "no signal counts the newsletter sign-up, the strongest single sign; when: {newsletter: signed_up}",
            True,
        )
        return
    best = max(sign_ups, key=single)
    for signal in signals:
        if signal not in sign_ups and single(signal) >= single(best):
            text = f'{signal.points:g} is not below the {best.points:g} of "{best.name}"; a sign-up is the strongest single sign'
            yield Flaw(("signals", signal.name, "points"), text)


def _is_sign_up(signal: AnySignal) -> bool:
    return any("signup" in c.actions for c in conditions_of(signal) if c.family == "newsletter_signup")


def review(reading: Reading, today: date) -> Iterator[Flaw]:
    """The date of the next review is missing, or over."""
    due = reading.written.review_by
    if due is None:
        yield Flaw(
            ("review_by",), "is missing: when do sales and marketing look at this again? (review_by: 2027-05-01)"
        )
    elif due < today:
        yield Flaw(("review_by",), f"is over since {due}: look at what the leads became, then set the next date")


def unmeasured(reading: Reading) -> Iterator[Flaw]:
    """What is not measured cannot be called qualified."""
    if not reading.written.measured_by:
        yield Flaw(
            ("measured_by",),
            "is missing: how will you know that this works? (share of mql that become customers, by week)",
        )


def no_glossary(reading: Reading) -> Iterator[Flaw]:
    """A stage that the glossary doesn't explain."""
    for stage in reading.model.stages:
        if not stage.meaning:
            yield Flaw(
                ("stages", stage.name), f"the glossary does not say what it means; add glossary: {{{stage.name}: ...}}"
            )


def draft(reading: Reading) -> Iterator[Flaw]:
    """Nobody has agreed yet."""
    if reading.model.status == "draft":
        text = "is draft: let sales, marketing and management agree, then write status: approved and approved_by"
        yield Flaw(("status",), text)


LINTS: tuple[Lint, ...] = (
    protected_attribute,
    mail_never_known,
    unreachable_stage,
    endless_stage,
    never_fires,
    evidence_weighs_nothing,
    cap_below_one_event,
    cap_without_limit,
    counts_twice,
    barred_for_ever,
    sold_to_too_early,
    hand_offs_without_end,
    visits_qualify,
    newsletter_not_strongest,
    unused,
    grade_never_counts,
    graded_twice,
    likelihood_never_told,
    untested_stage,
    unmeasured,
    no_glossary,
)
