"""The scoring model, as the API says it."""

from typing import Literal

from intentflow.readmodel.views import View


class StageRule(View):
    """A stage of the model."""

    stage: str
    meaning: str
    enter: tuple[str, ...]
    leave: tuple[str, ...]
    treatment: Literal["nurture", "sales", "none"]
    notes: tuple[str, ...]


class SignalRule(View):
    """A signal of the model."""

    signal: str
    axis: str
    words: str
    points: float
    halves_in: str | None
    at_most: str | None
    group: str | None


class NamedRule(View):
    """A fact, a group or a rule of evidence."""

    name: str
    words: str
    notes: tuple[str, ...]


class FindingView(View):
    """What `intentflow model check` says."""

    rule: str
    where: str
    says: str


class ModelView(View):
    """The scoring model that this console reads leads with."""

    name: str
    version: int
    hash: str
    status: str
    approved_by: str | None
    review_by: str | None
    measured_by: tuple[str, ...]
    stages: tuple[StageRule, ...]
    signals: tuple[SignalRule, ...]
    groups: tuple[NamedRule, ...]
    facts: tuple[NamedRule, ...]
    evidence: tuple[NamedRule, ...]
    answers: tuple[NamedRule, ...]
    glossary: dict[str, str]
    findings: tuple[FindingView, ...]
