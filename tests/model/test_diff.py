"""What changed between two models, and whether what is said of stored leads is so: each claim is held against the core."""

import pytest

from intentflow.domain.fold import Fold
from intentflow.domain.rules import (
    Abandoned,
    Counted,
    Criteria,
    Eligible,
    Evidence,
    Fact,
    Graded,
    Group,
    Ideal,
    Likely,
    Once,
    Repeated,
    ScoringModel,
    SignedUp,
    Stage,
)
from intentflow.model.diff import differences, same_version
from intentflow.model.diff_table import lines
from intentflow.model.trial import BEGINNING, lead_of
from tests.model.models import MINIMAL, reading

READ = '{when: {family: website_visit, url: "*/blog/*"}'
OLD = """
pages: {blog: "*/blog/*"}
groups: {g: {axis: engagement, cap: 1.5}, h: {axis: engagement, cap: 50}}
signals:
  n: {when: {newsletter: signed_up}, axis: engagement, points: 30, half_life: 60d, until_confirmed: 15}
  counted: {when: {family: website_visit, url: blog}, axis: engagement, points: 4, at_most: 2 per day, cap: 9, half_life: 7d}
  free: {when: {family: website_visit, action: search}, axis: engagement, points: 1, half_life: 7d, group: g}
  first: {when: {family: website_visit, action: view}, axis: engagement, points: 5, once: true, half_life: 30d}
  often: {when: {family: website_visit, url: "*/blog/*", at_least: 3, within: 2d}, axis: intent, points: 6}
  left: {when: {cart: abandoned, quiet: 5h}, axis: intent, points: 10, half_life: 7d, cap: 20}
  role: {when: {profile: role}, grades: [{equals: owner, points: 5}, {points: 1}], lasts: 365d}
  ideal: {when: {ideal: {role: owner, size: {at_least: 5}}}, points: 10}
facts:
  read: {when: {family: website_visit, url: "*/blog/*"}, lasts: 3d}
stages:
  suspect: {}
  warm: {enter: {engagement: 25}, leave: {engagement: 18}, cool_down: 1d, hand_offs: 2 per 90d, treatment: sales, follow_up: 1d}
  hot: {enter: {intent: 15, facts: [read]}, leave: {intent: 10}, dwell: 1h}
evidence:
  robot: {when: {family: website_visit, agent: bot}, weight: 0, because: says so}
eligible: {unless: read}
criteria: {engagement: 25}
likelihood: [{stage: warm, share: 0.2}]
examples:
  - name: a lead of all kinds
    given:
      - signup at 2h
      - visit /blog/1 at 3h
      - visit /blog/2 at 4h
      - visit /blog/3 at 5h
      - search at 3d
      - {family: profile, at: 4d, profile: {role: owner, size: 4}, provenance: bought}
      - {family: cart, action: add, at: 19d, cart_id: c}
      - visit /blog/1 at 20d
      - visit /blog/2 at 481h
      - visit /blog/3 at 482h
      - visit /blog/4 at 483h
      - search at 21d
    expect: {stage: warm, at: 516h}
"""


def changed(text: str) -> str:
    """The old model, of which `was -> now` tells what to change."""
    was, now = text.split(" -> ")
    assert OLD.count(was) == 1, was
    return OLD.replace(was, now)


def found(new: str) -> list[tuple[str, str]]:
    """Part, name and kind of what changed, and how stored leads have it."""
    return [
        (f"{each.part} {each.name} {each.kind}", "" if each.carried is None else each.carried.how)
        for each in differences(reading(OLD), reading(new))
    ]


def scores(counted_by: str, read_by: str) -> list[float]:
    """The scores by one model of a lead that another one counted."""
    (example,) = reading(counted_by).examples
    lead, at = lead_of(Fold(reading(counted_by).model), example), int(BEGINNING.timestamp() * 1000) + example.at
    fold = Fold(reading(read_by).model)
    fold.pass_time(b"l:example", lead, at, [])
    return fold.scores.at(lead, at)


AT_ONCE = [
    ("points: 30 -> points: 40", "signal n changed"),
    ("60d, until -> 30d, until", "signal n changed"),
    ("until_confirmed: 15 -> until_confirmed: 10", "signal n changed"),
    ("cap: 9, -> cap: 7,", "signal counted changed"),
    ("axis: engagement, points: 4 -> axis: intent, points: 4", "signal counted changed"),
    ("group: g} -> group: h}", "signal free changed"),
    ("cap: 1.5} -> cap: 1}", "group g changed"),
    ("once: true, half_life: 30d -> once: true, half_life: 9d", "signal first changed"),
    ("at_least: 3, within: 2d -> at_least: 2, within: 2d", "signal often changed"),
    ("at_least: 3, within: 2d -> at_least: 3, within: 30d", "signal often changed"),
    ("quiet: 5h -> quiet: 9d", "signal left changed"),
    ("intent, points: 10, half_life: 7d -> intent, points: 10, half_life: 1d", "signal left changed"),
    ("{points: 1}] -> {equals: x, points: 9}, {points: 2}]", "signal role changed"),
    ("{profile: role} -> {profile: role, only_from: bought}", "signal role changed"),
    ("{profile: role} -> {profile: role, given_freely: true}", "signal role changed"),
    ("lasts: 365d -> lasts: 5d", "signal role changed"),
    ("size: {at_least: 5} -> size: {at_least: 4}", "signal ideal changed"),
]


@pytest.mark.parametrize(("change", "says"), AT_ONCE)
def test_what_applies_at_once_is_as_if_the_lead_had_been_counted_by_it_from_the_beginning(change, says):
    new = changed(change)
    assert {how for _, how in found(new)} == {"at once"}
    assert says in {what for what, _ in found(new)}
    assert scores(OLD, new) == pytest.approx(scores(new, new), rel=1e-9)


@pytest.mark.parametrize(
    ("change", "what", "how"),
    [
        ("half_life: 7d, group -> half_life: 1d, group", "signal free changed", "partly"),
        ("at_most: 2 per day -> at_most: 1 per day", "signal counted changed", "partly"),
        ("at_most: 2 per day, cap: 9, -> cap: 9,", "signal counted changed", "partly"),
        ("{family: website_visit, url: blog} -> {family: website_visit, url: '*/3'}", "signal counted changed", "from now on"),
        ("at_least: 3, within: 2d -> at_least: 4, within: 2d", "signal often changed", "from now on"),
        ("free: {when -> freely: {when", "signal freely new", "from now on"),
        ("points: 5, once: true, half_life: 30d -> points: 5, half_life: 30d", "signal first changed", "from now on"),
    ],
)  # fmt: skip
def test_what_does_not_apply_at_once_is_said_and_is_not_as_if_it_had(change, what, how):
    new = changed(change)
    assert (what, how) in found(new)
    assert scores(OLD, new) != pytest.approx(scores(new, new), rel=1e-9)


@pytest.mark.parametrize(
    ("change", "what", "how"),
    [
        ("engagement: 25}, leave -> engagement: 26}, leave", "stage warm changed", "at once"),
        ("leave: {engagement: 18} -> leave: {engagement: 17}", "stage warm changed", "at once"),
        ("cool_down: 1d -> cool_down: 2d", "stage warm changed", "at once"),
        ("dwell: 1h -> cool_down: 2d", "stage hot changed", "from now on"),
        ("2 per 90d -> 3 per 90d", "stage warm changed", "partly"),
        ("2 per 90d -> 1 per 90d", "stage warm changed", "at once"),
        ("dwell: 1h -> hand_offs: 1 per 9d", "stage hot changed", "from now on"),
        ("cool_down: 1d -> unless: read, cool_down: 1d", "stage warm changed", "at once"),
        ("treatment: sales -> treatment: nurture", "stage warm changed", "from now on"),
        ("follow_up: 1d -> follow_up: 2d", "stage warm changed", "from now on"),
        ("hot: {enter -> hotter: {enter", "stage hotter new", "at once"),
        ("hot: {enter -> hotter: {enter", "stage hot gone", "at once"),
        ("lasts: 3d -> lasts: 4d", "fact read changed", "at once"),
        (f"{READ}, lasts: 3d -> {{ways: {{a: {{family: cart}}}}, lasts: 3d", "fact read changed", "from now on"),
        ("half_life: 7d, group: g} -> half_life: 7d, group: g, topic: x}", "signal free changed", "at once"),
        ("eligible: {unless: read} -> eligible: {facts: read}", "answer eligible changed", "at once"),
        ("criteria: {engagement: 25} -> criteria: {intent: 3}", "answer criteria changed", "at once"),
        ("weight: 0, -> weight: 0.5,", "evidence robot changed", "partly"),
        ("weight: 0, -> withdraws: itself, weight: 0,", "evidence robot changed", "partly"),
        ("agent: bot} -> agent: [bot, scanner]}", "evidence robot changed", "from now on"),
        ("because: says so -> because: so it is", "evidence robot changed", ""),
        ("weight: 0, -> before: {family: cart}, within: 2d, weight: 0,", "evidence robot changed", "from now on"),
        ("robot: {when -> machine: {when", "evidence machine new", "from now on"),
        ("robot: {when -> machine: {when", "evidence robot gone", "partly"),
        ("share: 0.2 -> share: 0.3", "answer likelihood changed", "at once"),
        ("stages:\n -> measured_by: luck\nstages:\n", "model measured by changed", ""),
        ("stages:\n -> review_by: 2027-01-01\nstages:\n", "model review by changed", ""),
        ("stages:\n -> horizon: 9d\nstages:\n", "model horizon changed", "partly"),
        ("stages:\n -> glossary: {warm: Nice}\nstages:\n", "glossary warm new", ""),
        ("{blog: -> {shop: '*/shop/*', blog:", "pages shop new", ""),
        ("visit /blog/1 at 3h -> visit /blog/9 at 3h\n      - visit /y at 3h", "example a lead of all kinds changed", ""),
    ],
)  # fmt: skip
def test_each_thing_that_a_model_says_is_compared(change, what, how):
    assert (what, how) in found(changed(change))


COMPARED = {  # or said by what is compared: the hash by the rest, a stage's meaning by the glossary
    ScoringModel: "name version hash status signals groups facts stages eligible criteria likelihood evidence hour horizon remembered",
    Counted: "name axis points half_life group topic when limit cap",
    Once: "name axis points half_life group topic when",
    Repeated: "name axis points half_life group topic when at_least within",
    SignedUp: "name axis points half_life group topic until_confirmed",
    Abandoned: "name axis points half_life group topic quiet cap",
    Graded: "name axis points half_life group topic lasts only_from given_freely attribute grades",
    Ideal: "name axis points half_life group topic lasts only_from given_freely criteria",
    Group: "name axis cap",
    Fact: "name when lasts ways",
    Stage: "name meaning enter facts unless leave dwell cool_down hand_offs treatment follow_up",
    Evidence: "name when weight because of at_least within before",
    Eligible: "facts unless",
    Criteria: "scores facts",
    Likely: "share stages scores",
}


@pytest.mark.parametrize("kind", COMPARED)
def test_whoever_adds_something_to_a_model_lets_its_differences_be_told(kind):
    assert list(kind.__struct_fields__) == COMPARED[kind].split()


def test_a_signal_by_another_name_is_new_and_says_what_it_was_called():
    new = reading(changed("free: {when -> freely: {when"))
    texts = {each.name: each.text for each in differences(reading(OLD), new)}
    assert texts["freely"].startswith("was called free; +1 engagement for who searches the site")
    assert texts["free"].endswith("its points go")


def test_two_equal_models_have_no_differences():
    assert differences(reading(OLD), reading(f"# with a comment\n{OLD}")) == ()


def test_two_models_of_one_name_and_version_are_told_apart_by_their_bytes_alone():
    assert same_version(reading(OLD), reading(f"{OLD}# again\n"))
    assert not same_version(reading(OLD), reading(OLD))
    assert not same_version(reading(MINIMAL), reading(MINIMAL.replace("version: 1", "version: 2")))


def test_lines_say_what_is_new_and_what_was_and_what_stored_leads_have_of_it():
    new = changed("at_most: 2 per day -> at_most: 3 per day").replace("points: 30", "points: 32")
    assert list(lines(differences(reading(OLD), reading(new)))) == [
        "Signals:",
        "  ~ n: +32 points; was: +30 points",
        "  ~ counted: at most 3 per day; was: at most 2 per day",
        "      Stored leads: in part; periods that are still open are counted anew; closed ones stay as they were counted.",
        "All else applies to stored leads at once, without reading their events again.",
    ]
