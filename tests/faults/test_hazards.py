"""The hazards of a stream processor, one by one (`hazards.py`): what stock Faust loses or doubles there, intentflow does not.

`python -m tests.faults.stock` goes through the same on a stock Faust app; `docs/hazards-stock-faust.md` keeps what it cost there.
"""

from collections.abc import Iterator

import pytest

from intentflow.domain.lead import Lead
from intentflow.lane.app import lane_app
from intentflow.lane.lane import Owned
from intentflow.lane.metrics import Metrics
from intentflow.model.load import load
from intentflow.settings import Settings
from intentflow.wire.chunk import Scorer
from intentflow.wire.rows import encode_row
from tests.faults import hazards
from tests.faults.brokers import Cluster
from tests.faults.subjects import Outcome, Subject
from tests.lane.scenes import process
from tests.system.verdict import changelog_of

pytestmark = [pytest.mark.broker, pytest.mark.slow]
LARGEST_ROW = 16_000  # bytes


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("hazards") / "kafka") as cluster:
        yield cluster


@pytest.fixture
def subject(cluster: Cluster, tmp_path) -> Iterator[Subject]:
    with Subject(cluster.proxied, cluster.direct, tmp_path) as subject:
        subject.begin()
        yield subject
    cluster.trouble.clear()


def exact(outcome: Outcome) -> bool:
    """Everything that was sent counts, and once. `Outcome` was made only after `intentflow verify` found no difference."""
    return outcome.sent > 0 == outcome.lost == outcome.doubled


def test_h1_nothing_is_committed_before_its_changelog_record_is_durable(subject: Subject, cluster: Cluster):
    outcome = hazards.h1_commit_before_the_changelog_is_durable(subject, cluster, watch=3.0)
    assert exact(outcome)
    assert outcome.seen.startswith("0 events were committed before")


def test_h2_a_changelog_record_that_the_broker_refuses_ends_the_worker_without_a_commit(
    subject: Subject, cluster: Cluster
):
    outcome = hazards.h2_a_changelog_record_is_refused(subject, cluster)
    assert exact(outcome)
    assert outcome.seen == (
        "0 of 200 events committed though their changelog records were refused; the worker ended with exit code 70"
    )


def test_h3_a_lead_does_not_outgrow_a_record_whatever_it_sends(subject: Subject, cluster: Cluster):
    outcome = hazards.h3_state_that_outgrows_a_record(subject, cluster)
    assert exact(outcome)
    rows = [row for log in changelog_of(subject.outside).values() for row in log.rows.values()]
    assert 0 < max(map(len, rows)) < LARGEST_ROW


def test_h4_an_exception_in_an_agent_does_not_drop_the_event(subject: Subject, cluster: Cluster):
    outcome = hazards.h4_an_exception_in_an_agent(subject, cluster)
    assert exact(outcome)
    assert outcome.seen == "not committed until then"


def test_h5_what_cannot_be_decoded_is_kept_with_its_bytes(subject: Subject, cluster: Cluster):
    outcome = hazards.h5_records_that_cannot_be_decoded(subject, cluster)
    assert exact(outcome)
    assert outcome.seen == "2 of 2 kept with their bytes"


def test_h6_a_kill_between_state_and_commit_doubles_nothing(subject: Subject, cluster: Cluster):
    assert exact(hazards.h6_a_kill_between_state_and_commit(subject, cluster))


def test_h8_commits_go_on_to_the_end_after_kills(subject: Subject, cluster: Cluster):
    outcome = hazards.h8_commits_that_stall(subject, cluster, rounds=2)
    assert exact(outcome)
    assert outcome.seen == ""


def test_h9_a_changelog_record_that_cannot_be_read_ends_the_worker_with_its_offset(subject: Subject, cluster: Cluster):
    outcome = hazards.h9_a_changelog_record_that_cannot_be_read(subject, cluster)
    assert outcome.seen.startswith("it ends with exit code 70")
    assert "changelog, offset" in outcome.seen
    assert "not a record of ours" in outcome.seen


def test_h10_a_value_of_the_table_that_somebody_changes_is_only_a_copy(tmp_path):
    """The table is read through decoded copies, and written by the lane alone."""
    app = lane_app(
        Settings(data=tmp_path, family_topics=False), lambda sources: Scorer(load("retail"), sources), Metrics()
    )
    part = process()
    part.rows[b"l:a"] = encode_row(1, Lead([-1], [], sequence=3))
    app.lane.owned[0] = Owned(part, object())  # type: ignore[arg-type]  # nothing is performed here
    app.leads[b"l:a"].sequence = 99
    assert app.leads[b"l:a"].sequence == 3
    with pytest.raises(TypeError, match="send an event"):
        app.leads[b"l:a"] = Lead([-1], [])


def test_h11_a_worker_listens_on_nothing_that_nobody_asked_for(subject: Subject, cluster: Cluster):
    outcome = hazards.h11_doors_that_stand_open(subject, cluster)
    assert exact(outcome)
    assert outcome.seen == ""


def test_h13_after_a_restart_no_event_is_skipped(subject: Subject, cluster: Cluster):
    outcome = hazards.h13_a_gap_after_a_restart(subject, cluster, rounds=2)
    assert exact(outcome)
    assert outcome.seen == ""
