"""Who has agreed to a model. It is a draft until sales, marketing and management have, or until senior sales management has decided."""

from collections.abc import Iterator

from intentflow.model.findings import Flaw
from intentflow.model.schema import ModelWritten

ROLES = ("sales", "marketing", "management")


def agreed(written: ModelWritten) -> dict[str, str]:
    """Who has agreed, by role."""
    by = written.approved_by
    return {} if by is None else {role: name for role in ROLES if (name := getattr(by, role)) is not None}


def approval_words(written: ModelWritten) -> str:
    """The names with their roles: `Ann (sales), Bob (marketing)`; nothing if nobody has agreed or decided."""
    said = [f"{name} ({role})" for role, name in agreed(written).items()]
    if written.decided_by is not None:
        said.append(f"{written.decided_by}, who decided (senior sales management)")
    return ", ".join(said)


def flaws_of_approval(written: ModelWritten) -> Iterator[Flaw]:
    """An approved model to which not all have agreed, and on which nobody decided."""
    missing = [role for role in ROLES if role not in agreed(written)]
    if written.status != "approved" or not missing or written.decided_by is not None:
        return
    if len(missing) == len(ROLES):
        text = "is approved, but approved_by is missing: the names for sales, marketing and management"
    else:
        who = " and ".join(missing)
        then = "where they disagree, senior sales management decides (decided_by: name)"
        text = f"is approved, but approved_by has no name for {who}; {then}"
    yield Flaw(("status",), text)
