"""A new scoring model takes effect for a lead that another one judged last. `docs/semantics.md`, "A new model", in code."""

from intentflow.domain.causes import by_model
from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.notices import News


def renew(fold: Fold, key: bytes, lead: Lead, at: int, news: News) -> None:
    """Judge a lead that has begun by this model at `at`, or at its clock if that is later; what changes is appended to `news`.

    No time passes for it first: what another model said of the time before stays said.
    """
    fold.take_over(lead)
    lead.clock = now = max(lead.clock, at)
    fold.judged(key, lead, now, by_model(fold.model.hash), news)
