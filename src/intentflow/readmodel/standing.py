"""Where a lead stands, as lists need it: read off its row. Exact as of the time that is given."""

from typing import NamedTuple

from intentflow.domain.fold import Fold
from intentflow.domain.lead import Lead
from intentflow.domain.mail import COMPANY_DOMAIN, reader
from intentflow.readmodel.keys import Index
from intentflow.readmodel.shelves import shelf_of
from intentflow.wire.rows import decode_row


class Standing(NamedTuple):
    """As much of a lead as lists are sorted and searched by. Times are epoch milliseconds."""

    shelf: int
    numbers: dict[Index, float]
    name: bytes  # in lower case
    company: bytes  # in lower case; empty: not known


def is_shown(lead: Lead) -> bool:
    """Whether it is a lead to look at: not one that only has bonds, and no alias, whose score is another's."""
    return bool(lead.clock) and (lead.bonds is None or not lead.bonds.alias)


def company_of(key: bytes, lead: Lead) -> str | None:
    """What the profile calls the company, else what it or the e-mail address says of its domain."""
    profile = lead.profile or {}
    for attribute in ("company", COMPANY_DOMAIN):
        told = profile.get(attribute)
        if told is not None and isinstance(told.value, str) and told.value.strip():
            return told.value.strip()
    if b"@" in key and key.startswith(b"l:"):
        return dict(reader()(key[2:].decode())).get(COMPANY_DOMAIN)
    return None


def scores_now(fold: Fold, lead: Lead, now: int) -> list[float]:
    """The scores at `now`, or at the lead's clock if that is later; of a lead that another model judged last as this one counts them."""
    if lead.model != fold.tag:
        fold.take_over(lead)
    return fold.scores.at(lead, max(now, lead.clock))


def standing_of(fold: Fold, key: bytes, row: bytes, now: int) -> Standing | None:
    """Where the lead of this row stands; None if it is not shown."""
    lead = decode_row(row)
    if not is_shown(lead):
        return None
    engagement, fit, intent = scores_now(fold, lead, now)
    return Standing(
        shelf=shelf_of(lead.stage, key),
        numbers={
            "since": lead.since,
            "active": lead.newest,
            "engagement": engagement,
            "fit": fit,
            "intent": intent,
        },
        name=key[2:].decode(errors="replace").lower().encode(),
        company=(company_of(key, lead) or "").lower().encode(),
    )
