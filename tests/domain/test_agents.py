"""Who asked, by the user agent."""

import re

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from intentflow.domain.agents import APPS, classifier
from intentflow.oracle.origins import agent_of as reference
from tests.oracle.made import visit
from tests.wire.real_data import real

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
agent_of = classifier()


@pytest.mark.parametrize(
    ("user_agent", "agent"),
    [
        (None, "human"),
        ("", "human"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "human"),
        (
            "Mozilla/5.0 (Linux; Android 6.0; CUBOT MAX) AppleWebKit/537.36 Chrome/72.0.3626.121 Mobile Safari/537.36",
            "human",
        ),
        (f"{IPHONE} [FBAN/FBIOS;FBAV/455.0.0.38] MetaIAB Facebook", "human"),
        (f"{IPHONE} Viber/13.3.0.5", "human"),
        ("MyShop/4.2 CFNetwork/1494 Darwin/23.4.0", "human"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
        ("curl/8.5.0", "bot"),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36", "bot"),
        ("Somebody's new crawler", "bot"),
        ("thing/1.0 (+https://thing.example)", "bot"),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "preview"),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview"),
        ("WhatsApp/2.23.20.0 A", "preview"),
        ("Mozilla/5.0 (compatible; Nikto/2.5)", "scanner"),
        ("Mimecast URL Protect", "scanner"),
    ],
)
def test_a_program_that_says_what_it_is_is_believed(user_agent, agent):
    assert agent_of(user_agent, None) == agent


@pytest.mark.parametrize(
    "purpose", ["prefetch", "prefetch;prerender", "Prerender", "preview", "prefetch; anonymous-client-ip"]
)
def test_a_page_that_a_browser_loads_ahead_is_a_preview(purpose):
    assert agent_of("Mozilla/5.0 Firefox/130.0", purpose) == "preview"


@pytest.mark.parametrize("purpose", [None, "", 1, True, "sample", "no-prefetch"])
def test_any_other_purpose_says_nothing(purpose):
    assert agent_of("Mozilla/5.0 Firefox/130.0", purpose) == "human"


def test_no_robot_of_the_log_is_missed_that_the_list_knew_when_it_was_counted():
    """EXPECTED.json says 1 955; our own rule finds others, feed readers above all."""
    lines = real("apache_access_log/apache_logs").read_text(errors="backslashreplace").splitlines()
    agents = [line.rsplit('"', 2)[1] for line in lines if line.count('"') % 2 == 0]
    listed = re.compile("|".join(each["pattern"] for each in CRAWLER_USER_AGENTS_DATA))
    found = [agent for agent in agents if agent_of(agent, None) != "human"]
    assert sum(listed.search(agent) is not None for agent in agents) == 1955
    assert sum(listed.search(agent) is not None for agent in found) == 1955
    assert len(found) == 2398


def test_most_crawlers_of_a_list_of_others_are_known():
    """What isn't says nothing of itself: `scalaj-http/2.4.2`, `PHP/5.2.14`, browsers of old telephones."""
    listed = YAML(typ="safe").load(real("bots/crawlers.yml"))
    agents = [agent for of_one in listed.values() for agent in of_one]
    assert sum(agent_of(agent, None) != "human" for agent in agents) >= 390
    assert len(agents) == 626


def test_the_apps_are_patterns_of_the_list():
    assert {each["pattern"] for each in CRAWLER_USER_AGENTS_DATA} >= APPS


def test_every_pattern_has_a_tag_and_none_can_take_long():
    """With one quantifier at most, a pattern can't try more than the square of a text's length, which is 1024 characters at most."""
    for each in CRAWLER_USER_AGENTS_DATA:
        assert each["tags"], each
        assert len(re.findall(r"(?<!\\)[*+{?]", each["pattern"])) <= 1, each


STRANGE = st.text(max_size=1024) | st.binary(max_size=1024).map(lambda raw: raw.decode("latin-1"))


@given(STRANGE | st.sampled_from(["a", "+ ", "bot", "(", "\\", " "]).map(lambda piece: (piece * 1024)[:1024]))
def test_any_text_has_an_agent_and_the_reference_agrees(text):
    assert agent_of(text, None) == reference(visit(0, user_agent=text))


@given(st.sampled_from([each["instances"][0] for each in CRAWLER_USER_AGENTS_DATA if each["instances"]]))
def test_the_reference_agrees_on_the_agents_that_the_list_gives(user_agent):
    assert agent_of(user_agent, None) == reference(visit(0, user_agent=user_agent))
