"""What a site says of itself."""

import pytest

from intentflow.errors import ConfigError
from intentflow.wire.site import ANY_SITE, Site


def test_a_landing_page_is_known_by_any_of_its_patterns_whatever_the_case():
    site = Site(landing_pages=["*/lp/*", "*spring?"])
    urls = ["https://a.example/LP/x", "https://a.example/spring1", "https://a.example/spring", "https://a.example/"]
    assert [site.is_landing_page(url) for url in urls] == [True, True, False, False]
    assert not site.is_landing_page(None)


def test_a_site_that_says_nothing_has_no_landing_pages():
    assert not ANY_SITE.is_landing_page("https://a.example/lp/")


@pytest.mark.parametrize("currency", ["eur", "EURO", ""])
def test_a_currency_that_is_none_is_refused(currency: str):
    with pytest.raises(ConfigError, match=r"currency: .* ISO 4217"):
        Site(currency=currency)
