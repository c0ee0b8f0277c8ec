import pytest

from intentflow.model.schema import GivenWritten
from intentflow.model.spoken import SAYS, given_keys


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("signup at 0d", {"family": "newsletter_signup", "action": "signup", "at": "0d"}),
        ("visit /pricing at 1d", {"family": "website_visit", "action": "view", "url": "/pricing", "at": "1d"}),
        ("cart add at 90s", {"family": "cart", "action": "add", "at": "90s"}),
        (
            "land https://shop.example/spring from spring_sale at 2h",
            {
                "family": "landing_page",
                "action": "land",
                "url": "https://shop.example/spring",
                "campaign": "spring_sale",
                "at": "2h",
            },
        ),
    ],
)
def test_a_sentence_stands_for_keys(written, keys):
    assert given_keys(written) == keys


@pytest.mark.parametrize("what", SAYS)
def test_every_behaviour_can_be_said_in_short(what):
    assert GivenWritten.model_validate(given_keys(f"{what} at 1d")).at == 86_400_000


@pytest.mark.parametrize("written", ["", "visit", "visit /x", "at 1d", "visit /x at", "x" * 100_000, "a/" * 50_000])
def test_a_sentence_without_a_time_is_refused_with_an_example(written):
    with pytest.raises(ValueError, match="must be like"):
        given_keys(written)


def test_an_unknown_behaviour_gets_the_nearest_one():
    with pytest.raises(ValueError, match=r"did you mean signup\?"):
        given_keys("singup at 1d")


def test_what_is_written_in_keys_is_handed_on():
    assert given_keys({"family": "cart"}) == {"family": "cart"}
