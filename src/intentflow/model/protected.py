"""Protected attributes: they may describe people, but score nobody unless the model says why in words.

Sex, ethnicity, religion and the like may be known, shown and counted in a report. Points for them, or a fact that opens a stage, treat
people unequally for what they are, which is seldom lawful (in the EU: GDPR, article 9; directives 2000/43/EC and 2004/113/EC).
"""

import re
from collections.abc import Iterator

from intentflow.model.condition import When
from intentflow.model.findings import Flaw
from intentflow.model.schema import ModelWritten

ALWAYS = {  # in whatever name it is a word
    *("sex", "sexual", "sexuality", "gender", "ethnic", "ethnicity", "racial", "religion", "religious", "faith"),
    *("disability", "disabled", "pregnancy", "pregnant", "nationality", "birthdate", "birthday", "dob", "caste"),
    *("marital", "homosexual", "transgender", "genetic", "political", "skin"),
}
ALONE = {  # words that mean other things beside others: company_age, race_bike, corporate_culture
    *("age", "ages", "race", "culture", "cultural", "health", "orientation", "origin", "birth", "politics", "belief"),
    *("beliefs", "union", "citizenship"),
}
OF_PEOPLE = {
    *("a", "the", "my", "his", "her", "their", "of", "date", "year", "day", "month", "place", "range", "group"),
    *("band", "status", "person", "personal", "people", "user", "customer", "client", "contact", "lead", "visitor"),
    *("buyer", "shopper", "human", "trade"),
}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def is_protected(attribute: str) -> bool:
    """Whether the name of an attribute, in English, says that it is protected: `gender`, `customerAge`, `ethnic_group`."""
    words = {word.lower() for word in _WORD.findall(attribute)}
    return bool(words & ALWAYS) or (bool(words & ALONE) and words <= ALONE | OF_PEOPLE)


def protected_rules(written: ModelWritten) -> Iterator[tuple[str, str, list[str], str | None]]:
    """Signals, facts and evidence that look at protected attributes: section, name, the attributes, and the reason that is given."""
    for name, signal in written.signals.items():
        found = _looked_at(signal.when)
        if found:
            yield "signals", name, found, signal.because
    for name, fact in written.facts.items():
        found = _looked_at(fact.whens)
        if found:
            yield "facts", name, found, fact.because
    for name, rule in written.evidence.items():
        found = _looked_at((*rule.when, *(rule.before or ())))
        if found:
            yield "evidence", name, found, rule.because


def flaws_of_protected(written: ModelWritten) -> Iterator[Flaw]:
    """Those without a reason."""
    for section, name, attributes, because in protected_rules(written):
        if because is None:
            what = "scores people by" if section == "signals" else "sorts people by"
            text = f'{what} {" and ".join(attributes)}, which is protected; take it out, or say why it is lawful: because: "..."'
            yield Flaw((section, name), text)


def _looked_at(whens: tuple[When, ...]) -> list[str]:
    asked = [name for when in whens for name in (when.profile, *when.ideal, *when.attributes) if name is not None]
    return list(dict.fromkeys(name for name in asked if is_protected(name)))
