from intentflow.cli.ways import ways_document, ways_lines
from intentflow.model.ways import Found, Step, Way

FOUND = Found(
    (
        Way(stage="mql", steps=(Step("signs up"), Step("opens a newsletter", 2))),
        Way(stage="mql", steps=(Step("comes back"),), days=3),
    ),
    complete=True,
)


def test_ways_are_lines_below_the_stage_that_they_lead_to():
    assert list(ways_lines(FOUND, ("mql",))) == [
        "It would be mql, or higher, if the lead now",
        "  - signs up, and opens a newsletter (2 times)",
        "  - comes back, once a day on 3 days",
    ]


def test_a_stage_that_nothing_was_found_for_is_said_to_be_out_of_reach_as_far_as_was_tried():
    assert list(ways_lines(Found((), True), ("sql",))) == [
        "Nothing of up to 3 things that the lead may do now puts it into sql."
    ]
    assert list(ways_lines(Found((), False), ("sql",))) == [
        "Nothing of what was tried (the search is bounded) that the lead may do now puts it into sql."
    ]


def test_ways_as_json_have_their_steps_one_by_one():
    document = ways_document(FOUND)
    assert document["ways_complete"] is True
    assert document["ways"] == [
        {
            "stage": "mql",
            "days": 1,
            "steps": [{"does": "signs up", "times": 1}, {"does": "opens a newsletter", "times": 2}],
        },
        {"stage": "mql", "days": 3, "steps": [{"does": "comes back", "times": 1}]},
    ]
