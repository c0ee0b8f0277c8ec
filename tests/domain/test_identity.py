"""Several ids of one person, by hand: what each of them was, and where it goes."""

from msgspec.structs import replace

from intentflow.domain.rules import Counted, Limit, ScoringModel
from tests.domain.test_identity_laws import END, assert_as_the_reference
from tests.domain.town import EVENTS, Told, Town, link
from tests.oracle.made import T0, VISIT, model, visit

LIMITED = model(
    Counted(name="visits", axis="intent", points=1.0, half_life=None, limit=Limit(2, 100), when=VISIT), horizon=10_000
)


def told(at: int, event_id: str | None = None, received: int | None = None, **names: str) -> Told:
    return Told(
        replace(visit(at, event_id), **{"visitor_id": None} | names), T0 + (at if received is None else received)
    )


def lived(*history: Told, made: ScoringModel = LIMITED) -> Town:
    """Everything is heard before the next thing happens."""
    town = Town(made, 2, lambda n: 0)
    for each in history:
        town.add(EVENTS, each)
        town.rest()
    assert_as_the_reference(town)
    return town


def intent(town: Town, key: bytes) -> float:
    return town.scores(key, END)["intent"]


def test_a_chain_of_ids_hands_on_what_each_of_them_was():
    """The visitor is the e-mail's, the e-mail turns out to be a user's, and the user another's."""
    after = lived(
        told(0, visitor_id="v"),
        told(200, email="x@y.example", visitor_id="v"),
        told(400, visitor_id="v"),
        told(600, lead_id="b"),
        Told(link({"lead_id": "b", "email": "x@y.example"}, 700), T0 + 700),
        Told(link({"lead_id": "b", "same_as": "a"}, 800), T0 + 800),
        told(900, visitor_id="v"),
        told(1_100, lead_id="b"),
    )
    assert after.aliases == {b"v:v": b"l:x@y.example", b"l:x@y.example": b"l:b", b"l:b": b"l:a"}
    assert intent(after, b"l:a") == 6.0


def test_two_people_on_one_browser_are_told_apart_from_where_the_second_one_says_who_it_is():
    after = lived(
        told(0, visitor_id="v"),
        told(200, lead_id="a", visitor_id="v"),
        told(400, visitor_id="v"),
        told(600, lead_id="b", visitor_id="v"),
        told(800, visitor_id="v"),
        told(1_000, lead_id="a"),
    )
    assert after.aliases == {b"v:v": b"l:b"}
    assert (intent(after, b"l:a"), intent(after, b"l:b")) == (4.0, 2.0)


def test_an_event_that_comes_late_for_an_alias_counts_in_its_own_period():
    """The period's limit is that of one lead: two of three."""
    after = lived(
        told(10, visitor_id="v"),
        told(20, lead_id="a", visitor_id="v"),
        told(500, lead_id="a"),
        told(30, visitor_id="v", received=600),
    )
    assert after.outcomes["counted"] == 4
    assert intent(after, b"l:a") == 3.0


def test_an_event_that_its_lead_counted_before_it_became_an_alias_is_a_duplicate_afterwards():
    after = lived(told(0, "e", visitor_id="v"), told(200, lead_id="a", visitor_id="v"), told(0, "e", visitor_id="v"))
    assert after.outcomes["duplicate"] == 1
    assert intent(after, b"l:a") == 2.0


def test_a_lead_that_had_seen_nothing_begins_with_the_state_that_it_hears():
    after = lived(told(0, visitor_id="v"), Told(link({"lead_id": "a", "visitor_id": "v"}, 300), T0 + 300))
    lead = after.lead(b"l:a")
    assert (lead.since, lead.clock, lead.newest) == (T0 + 300, T0 + 300, T0)
    assert intent(after, b"l:a") == 1.0


def test_what_was_forgotten_at_the_merge_of_two_memories_is_too_late_afterwards():
    """Of four remembered ids two stay; the second oldest is the floor of both."""
    after = lived(
        *(told(at, lead_id="a") for at in (10, 20)),
        *(told(at, lead_id="b") for at in (30, 40)),
        Told(link({"lead_id": "b", "same_as": "a"}, 50), T0 + 50),
        told(15, lead_id="a"),
        made=replace(LIMITED, remembered=2),
    )
    assert after.lead(b"l:a").floor == T0 + 20
    assert after.outcomes["too_late"] == 1
