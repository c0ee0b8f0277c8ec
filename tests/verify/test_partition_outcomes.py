"""What sales says comes on a topic of its own, and is folded and verified like the rest."""

from typing import Any

from intentflow.domain.change import rfc3339
from intentflow.domain.event import AnyEvent, Campaign, Cart, LandingPage, SalesOutcome
from intentflow.model.load import load
from intentflow.wire.changes import decode_change
from tests.oracle.made import T0, moment
from tests.verify.made import NAMES, MadeApp, record

HOUR, DAY = 3_600_000, 86_400_000


def ready(at: int) -> list[AnyEvent]:
    """All that makes an sql, within two minutes."""
    names: dict[str, Any] = {"lead_id": "a", "campaign": Campaign(name="spring")}
    return [
        LandingPage(event_id=f"land {at}", occurred_at=moment(at), **names),
        *(
            Cart(event_id=f"{action} {at}", occurred_at=moment(at + 60_000), action=action, **names)
            for action in ("add", "shipping_quote", "checkout")
        ),
    ]


def app_after(*told: tuple[Any, int]) -> MadeApp:
    """An app in which a lead became an sql, and then sales said this, so many ms later."""
    app = MadeApp(load("retail"), NAMES.outcomes)
    app.give([record(event, "a", T0 + 60_000) for event in ready(0)])
    for action, after in told:
        event = SalesOutcome(
            event_id=f"{action} {after}", occurred_at=moment(after), lead_id="a", action=action, reason="because"
        )
        app.give([record(event, "a", T0 + after)], NAMES.outcomes)
    return app


def test_an_outcome_on_its_own_topic_moves_the_lead_and_verifies():
    app = app_after(("accepted", HOUR), ("rejected", DAY))
    app.clock(T0 + 200 * DAY)
    changes = [decode_change(line.value or b"") for line in app.changes]
    assert [(c.to_stage, c.cause.kind) for c in changes][-3:] == [
        ("sql", "event"),
        ("disqualified", "outcome"),
        ("suspect", "decay"),
    ]
    assert (changes[-2].cause.reason, changes[-2].at) == ("because", rfc3339(T0 + DAY))
    assert changes[-1].at == rfc3339(T0 + 181 * DAY)
    assert app.judged()[0] == []


def test_a_lead_that_is_won_is_nurtured_for_the_next_time_and_verifies():
    app = app_after(("won", DAY))
    app.clock(T0 + 40 * DAY)
    changes = [decode_change(line.value or b"") for line in app.changes]
    assert [(c.to_stage, c.treatment) for c in changes][-2:] == [("customer", "none"), ("mql", "nurture")]
    assert app.judged()[0] == []


def test_the_third_hand_off_within_90_days_waits_until_they_are_over_and_verifies():
    app = app_after()
    for day in (40, 80, 89):
        app.give([record(event, "a", T0 + day * DAY + 60_000) for event in ready(day * DAY)])
    app.clock(T0 + 100 * DAY)
    entered = [change for line in app.changes if (change := decode_change(line.value or b"")).to_stage == "sql"]
    first, second, third = [change.at for change in entered]
    assert second < rfc3339(T0 + 45 * DAY)
    assert (first, third) == (rfc3339(T0 + 60_000), rfc3339(T0 + 90 * DAY + 60_000))
    assert entered[2].cause.kind == "decay"
    assert app.judged()[0] == []
