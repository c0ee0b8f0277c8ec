"""What trackers tell of a person: traits become attributes of the profile, under the names that models ask for.

`firstName`, `first_name` and `First Name` are `first_name`; `title` is a `job_title`. What is in `address` and `company` stands beside the
rest. Null withdraws an attribute. The names that the trackers themselves put there (`$browser`, `$initial_referrer`) are left out.

**Provenance**: what people say of themselves in forms (`FORM`) is told as `form`; all else (`plan`, `logins`) the site has noticed:
`observed`. `FREELY` is what nobody can tell but by agreeing to it, so it is told as given freely.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from intentflow.domain.event import MAX_ATTRIBUTES, MAX_ID_BYTES, MAX_TOLD_BYTES, Provenance
from intentflow.wire.tracker_texts import LONGEST_VALUE, attribute_of

Told = str | int | float | bool | None

RENAMED = {
    "firstname": "first_name",
    "lastname": "last_name",
    "title": "job_title",
    "position": "job_title",
    "company_name": "company",
    "organization": "company",
    "organisation": "company",
    "company_industry": "industry",
    "company_employees": "employees",
    "company_employee_count": "employees",
    "employee_count": "employees",
    "zip": "postal_code",
    "zip_code": "postal_code",
    "postcode": "postal_code",
    "country_code": "country",
}
FORM = frozenset({
    *("name", "first_name", "last_name", "username", "phone", "birthday", "age", "gender", "language"),
    *("street", "city", "state", "region", "postal_code", "country"),
    *("company", "company_id", "company_domain", "company_website", "website", "job_title", "role", "department", "industry", "employees"),
    *("interest", "interests", "budget", "authority", "need", "timeframe", "stack", "use_case", "goal", "marketing_consent"),
})  # fmt: skip
FREELY = frozenset({"marketing_consent"})
SET_APART = frozenset(
    {"email", "id", "avatar", "password"}
)  # an address has a field of its own; the others are no business of a score
INSIDE = {"address": "", "company": "company_"}  # objects that are looked into, and what is put before their names

_WORDS = re.compile(r"[^0-9A-Za-z\u0080-\U0010ffff.]+|(?<=[a-z0-9])(?=[A-Z])")


class Telling(NamedTuple):
    """Attributes that were told in one way."""

    way: str  # names it within its event
    provenance: Provenance
    freely: bool
    told: dict[str, Told]


def tellings(traits: Mapping[str, object]) -> Iterator[Telling]:
    """The attributes in a person's traits, by how they became known."""
    found: dict[str, Telling] = {}
    for name, value in list(_attributes(traits, ""))[:MAX_ATTRIBUTES]:
        freely, by_form = name in FREELY, name in FORM
        way = "freely" if freely else "form" if by_form else "observed"
        if way not in found:
            found[way] = Telling(way, "form" if by_form else "observed", freely, {})
        found[way].told[name] = value
    yield from found.values()


def of_company(traits: Mapping[str, object]) -> dict[str, Told]:
    """What the traits of a group say of somebody's company: its name is `company`."""
    return dict(list(_attributes({"company": traits}, ""))[:MAX_ATTRIBUTES])


def is_of_a_person(name: str) -> bool:
    """Whether a field of a form says something of who sent it."""
    return attribute_name(name, "") in FORM


def _attributes(traits: Mapping[str, object], before: str) -> Iterator[tuple[str, Told]]:
    for name, value in traits.items():
        inside = INSIDE.get(name) if not before else None
        if isinstance(value, dict):
            if inside is not None:
                yield from _attributes(value, inside or " ")
            continue
        known = attribute_name(name, before.strip())
        if known is not None:
            if value is None:
                yield known, None
            elif (told := _told(value)) is not None:
                yield known, told


@lru_cache(maxsize=4096)
def attribute_name(name: str, before: str) -> str | None:
    """What a trait is called here; None if it is none of ours."""
    if name.startswith("$"):
        return None
    plain = before + "_".join(part.lower() for part in _WORDS.split(name) if part)
    plain = RENAMED.get(plain, plain)
    ours = (
        plain not in SET_APART
        and plain != before
        and plain.isprintable()
        and len(plain.encode(errors="replace")) <= MAX_ID_BYTES
    )
    return plain if ours else None


def _told(value: object) -> Told:
    """A value as a profile has it; a list of texts is one text, with commas."""
    if isinstance(value, list):
        texts = [text for text in value if isinstance(text, str)]
        value = ", ".join(texts)[:LONGEST_VALUE] if len(texts) == len(value) else None
    kept = attribute_of(value)
    return _cut(kept) if isinstance(kept, str) else kept


def _cut(text: str) -> str:
    if len(text) * 4 <= MAX_TOLD_BYTES or len(text.encode(errors="replace")) <= MAX_TOLD_BYTES:
        return text
    return text.encode(errors="replace")[:MAX_TOLD_BYTES].decode(errors="ignore")
