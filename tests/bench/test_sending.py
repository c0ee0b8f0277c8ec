"""What is sent: ordinary events and probes, each of which one change answers."""

from itertools import islice

from bench.schedule import Schedule
from bench.sending import PROBE_EVERY, Job, made_of
from intentflow.domain.event import Event, LandingPage
from intentflow.model.load import load
from intentflow.replay.reading import FileRecord
from intentflow.wire.chunk import Scorer
from intentflow.wire.events import decode

JOB = Job("", "", "run", Schedule(0, 1_000, 3.0))


def test_every_event_is_in_order_has_an_id_of_its_own_and_the_key_of_its_lead():
    made = list(made_of(JOB))
    events = [event for _, value in made if isinstance(event := decode(value), Event)]
    assert len({event.event_id for event in events}) == len(made) == 3_000
    assert all(key == f"l:{event.lead_id}".encode() for (key, _), event in zip(made, events, strict=True))
    assert len({type(event) for event in events}) == 4


def test_every_hundredth_is_a_probe_that_one_change_answers():
    records = [
        FileRecord(i, 1_700_000_000_000, key, value) for i, (key, value) in enumerate(islice(made_of(JOB), 1_000))
    ]
    folded = Scorer(load("retail"), 1).fold_events({}, records, 0, 0, 1)
    told = {key: len(news) for key, _, news in folded.leads if key.startswith(b"l:probe-")}
    assert told == {b"l:probe-run-%d" % number: 1 for number in range(0, 1_000, PROBE_EVERY)}
    assert isinstance(decode(records[0].value), LandingPage)
