"""Whether an app has done what an undisturbed run would have done with the same records: `intentflow verify` says it."""

import asyncio

from intentflow.lane.changelog import Changelog
from intentflow.lane.reader import read_changelog
from intentflow.model.load import load
from intentflow.verify.findings import Checked
from intentflow.verify.run import Verifier, Wish
from tests.system.workers import App

LONGEST = 60  # events of a lead whose path is walked: the reference takes its time


def changelog_of(app: App) -> dict[int, Changelog]:
    """The changelog as its rules say it is to be read."""
    logs: dict[int, Changelog] = {}

    async def all_of_it() -> None:
        async for _ in read_changelog(app.settings.bootstrap, app.names.changelog, logs):
            pass

    asyncio.run(all_of_it())
    return logs


def nothing_lost_and_nothing_twice(app: App, path: str = "sample") -> Checked:
    """Leads, changes, rejections and the books are what the slow reference makes of the topics; the app has settled.

    `path="none"`: without walking the leads' ways through the stages, which takes the most time.
    """
    verifier = Verifier(app.settings.bootstrap, app.names, load(app.settings.model), lambda what, done, total: None)
    report = asyncio.run(verifier.run(Wish(path, settled=True, longest=LONGEST)))
    assert report.shown == []
    assert report.checked.leads
    return report.checked
