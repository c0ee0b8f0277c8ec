"""The laws of identity: several ids of one person, on several partitions, in whatever order they hear of each other.

An example is a small model and what a few people did under several ids (`town.py`). The reference is told every record and every message in
the order in which the fold read it; where the two differ, one of them is wrong.
"""

from collections.abc import Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from intentflow.domain.bonds import Bonds, rank
from intentflow.domain.event import Link, ids_of, key_of, time_of, visitor_key
from intentflow.domain.lead import Lead
from intentflow.domain.rules import ScoringModel
from intentflow.oracle import Reference
from intentflow.wire.rows import decode_row, encode_row
from tests.domain.arms import Move, assert_close
from tests.domain.strategies import SPAN, models
from tests.domain.town import EVENTS, KNOWN, PEOPLE, Told, Town, traffic
from tests.oracle.made import T0

END = T0 + 2 * SPAN + 300_001  # later than anything that happens
LATER = (END, END + 777, END + 20_000)
ROOMY = models(horizons=(10 * SPAN,), remembered=(64,))  # nothing is ever too late
ONE_EACH = [people for people in PEOPLE if people != {"lead_id": "b", "visitor_id": "v"}]  # a visitor is one person
ONE_EACH_LINKS = (*KNOWN, {"lead_id": "a", "visitor_id": "v"}, {"email": "x@y.example", "visitor_id": "w"})
orders = st.randoms(use_true_random=False)


def town(model: ScoringModel, history: Sequence[Told], random, partitions: int = 3, **fields) -> Town:
    """After everything has happened and was heard."""
    made = Town(model, partitions, random.randrange, **fields)
    made.live(history)
    return made


def assert_as_the_reference(town: Town) -> None:
    reference = town.reference
    begun = {key for key in town.keys if town.lead(key).clock}
    assert begun == set(reference.leads)
    assert town.moves == {key: moves for key in town.keys if (moves := moves_of(town, key))}
    assert town.notices == {key: list(told) for key in town.keys if (told := reference.notices(key))}
    for key in town.keys:
        lead, bonds, ties = town.lead(key), town.lead(key).bonds or Bonds(), reference.ties(key)
        assert (bonds.alias, bonds.sent, len(bonds.heard) // 16) == (ties.alias, ties.sent, len(ties.heard))
        assert lead.sequence == len(town.moves.get(key, ()))
        assert decode_row(encode_row(1, lead)) == lead
        if key in begun:
            standing = reference.standing(key)
            stands = town.scorer.fold.judge.stage(lead).name, lead.since, lead.clock
            assert stands == (reference.stage(key), standing.since, standing.clock)
            for t in (lead.clock, *LATER):
                assert_close(town.scores(key, t), reference.score(key, t))


def moves_of(town: Town, key: bytes) -> list[Move]:
    try:
        moves = town.reference.moves(key)
    except KeyError:
        return []
    return [Move(m.sequence, m.left, m.entered, m.at - T0, m.id) for m in moves]


def links_of(history: Sequence[Told]) -> list[set[bytes]]:
    """The ids that a link, or an event, says are one person."""
    found = [told.record for told in history if told.record is not None]
    return [
        {*ids_of(record)}
        if isinstance(record, Link)
        else {key_of(record), visitor_key(record.visitor_id) or key_of(record)}
        for record in found
    ]


def group(key: bytes, links: Sequence[set[bytes]]) -> set[bytes]:
    """All ids of the person with this one."""
    found = {key}
    while more := {one for ids in links if found & ids for one in ids} - found:
        found |= more
    return found


def plain(history: Sequence[Told]) -> list[Told]:
    """The same without repeats, received at once: an event comes to one lead, once, and is in time."""
    seen: set[str] = set()
    kept = []
    for told in history:
        if told.record is None:
            kept.append(told)
        elif told.record.event_id not in seen:
            kept.append(Told(told.record, time_of(told.record)))
            seen.add(told.record.event_id)
    return kept


def as_one(model: ScoringModel, history: Sequence[Told], ids: set[bytes]) -> Reference:
    """A lead that saw all events of these, under the smallest of their keys."""
    reference, key = Reference(model), min(ids, key=rank)
    for told in history:
        if told.record is not None and not isinstance(told.record, Link) and key_of(told.record) in ids:
            reference.event(key, told.record, told.at)
    return reference


@settings(max_examples=1_000)
@given(models(), traffic(), st.integers(1, 4), orders)
def test_leads_that_turn_out_to_be_one_go_the_same_way_as_their_reference(model, history, partitions, random):
    """Scores, stages, changes with their ids and times, sequence numbers, aliases and what became of every record; without any premise."""
    lived = town(model, [*history, Told(None, END)], random, partitions)
    assert lived.outcomes == lived.wanted
    assert_as_the_reference(lived)


@settings(max_examples=1_000)
@given(models(horizons=(300,), remembered=(4,)), traffic(), orders)
def test_they_do_where_periods_are_closed_and_ids_forgotten_before_they_meet(model, history, random):
    lived = town(model, [*history, Told(None, END)], random)
    assert lived.outcomes == lived.wanted
    assert_as_the_reference(lived)


@settings(max_examples=1_000)
@given(models(), traffic(), orders)
def test_what_came_in_is_counted_duplicate_or_rejected_once_nothing_is_on_its_way(model, history, random):
    lived = town(model, history, random, twice=random.random() < 0.5)
    came = sum(len(log) for (_, source), log in lived.logs.items() if source == EVENTS)
    assert sum(lived.outcomes[each] for each in ("counted", "duplicate", "too_late")) == came


@settings(max_examples=1_000)
@given(models(), traffic(), orders)
def test_no_message_that_is_there_twice_does_anything_the_second_time(model, history, random):
    """The reference hears repeats too; what it sends and counts is what it did without them."""
    lived = town(model, [*history, Told(None, END)], random, twice=True)
    assert lived.outcomes == lived.wanted
    assert_as_the_reference(lived)


@settings(max_examples=1_000)
@given(ROOMY, traffic(ONE_EACH_LINKS, ONE_EACH), orders, st.integers(1, 4))
def test_any_order_of_links_and_messages_ends_with_the_smallest_id_of_each_person_and_the_score_of_one_lead(
    model, history, random, partitions
):
    """As far as nothing is too late, and no visitor is said to be two people: there the last one who says so is right."""
    history = plain(history)
    links = [told for told in history if isinstance(told.record, Link)]
    events = [told for told in history if not isinstance(told.record, Link)]
    mixed = list(events)
    for told in random.sample(links, len(links)):
        mixed.insert(random.randrange(len(mixed) + 1), told)
    ties = links_of(history)
    for lived in (town(model, history, random, partitions), town(model, mixed, random)):
        for key in lived.keys:
            person = group(key, ties)
            itself = min(person, key=rank)
            assert lived.itself(key) == itself
            wanted = as_one(model, events, person)
            assert [itself] * bool(lived.lead(itself).clock) == list(wanted.leads)
            for t in LATER if wanted.leads else ():
                assert_close(lived.scores(itself, t), wanted.score(itself, t))


@settings(max_examples=1_000)
@given(models(), traffic(), orders)
def test_a_link_that_is_there_twice_changes_nothing(model, history, random):
    """Byte for byte, but for how far each source was applied."""
    once = town(model, history, random)
    links = [told for told in history if isinstance(told.record, Link) and once.alias(key_of(told.record))]
    assume(links)
    before = {key: once.lead(key) for key in once.keys}
    moves = {key: list(found) for key, found in once.moves.items()}
    told = links[-1]
    if once.alias(key_of(told.record)) != min(ids_of(told.record), key=rank):
        return  # another link came after it
    once.add(EVENTS, told)
    once.rest()
    assert {key: found for key, found in once.moves.items() if found} == moves
    for key in once.keys:
        assert replace(once.lead(key), applied=before[key].applied) == before[key]


@settings(max_examples=1_000)
@given(models(), traffic(), orders)
def test_aliases_have_smaller_targets_and_hold_nothing(model, history, random):
    """So there are no cycles, at any moment."""
    lived = Town(model, 3, random.randrange)
    for told in history:
        if told.record is not None:
            lived.add(EVENTS, told)
        lived.go_on()
        for key, target in lived.aliases.items():
            assert rank(target) < rank(key)
            lead = lived.lead(key)
            blank = Lead(lead.applied, [], sequence=lead.sequence, bonds=lead.bonds)
            assert lead == blank
