"""`intentflow topics`: the app's topics, as they should be and as they are."""

import asyncio
import json as jsonlib
from collections.abc import Sequence

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from intentflow.adapters.topic_plan import Difference, ailments, apply, differences, look, share_that_moves
from intentflow.adapters.topic_specs import TopicSpec, topics_of
from intentflow.cli.options import BootstrapOption, DataOption, JsonOption
from intentflow.cli.running import settings_for
from intentflow.deliver import topics as of_delivery
from intentflow.settings import Settings

app = typer.Typer(
    name="topics", help="The app's topics: what they lack, made and set, and checked.", no_args_is_help=True
)
out, say = Console(emoji=False), Console(emoji=False, stderr=True)
FOUND = 1


def _specs(settings: Settings) -> list[TopicSpec]:
    """The app's topics; and those of delivery, where there are endpoints to deliver to."""
    delivery = of_delivery.topics(settings) if settings.deliver_endpoints.exists() else ()
    return list({spec.name: spec for spec in (*topics_of(settings), *delivery)}.values())


@app.command()
def plan(bootstrap: BootstrapOption = None, data: DataOption = None, json: JsonOption = False) -> None:
    """Tell what `apply` would do, and what nobody can do from here. Changes nothing. Exit code 1 if anything differs."""
    settings = settings_for(bootstrap, data)
    specs = _specs(settings)
    seen = asyncio.run(look(settings.kafka, specs))
    _tell(settings, specs, differences(specs, seen), json)


@app.command()
def verify(bootstrap: BootstrapOption = None, data: DataOption = None, json: JsonOption = False) -> None:
    """Check that every topic is as it must be, and that its replicas are in sync. Exit code 1 if not: for a probe or a pipeline."""
    settings = settings_for(bootstrap, data)
    specs = _specs(settings)
    seen = asyncio.run(look(settings.kafka, specs))
    _tell(settings, specs, [*differences(specs, seen), *ailments(specs, seen)], json)


@app.command(name="apply")
def apply_(bootstrap: BootstrapOption = None, data: DataOption = None, json: JsonOption = False) -> None:
    """Make the topics that are missing and set what differs. Partitions are added only while no topic has a record.

    Exit code 1 if something is left that cannot be mended from here; it says what to do.
    """
    settings = settings_for(bootstrap, data)
    specs = _specs(settings)
    seen = asyncio.run(look(settings.kafka, specs))
    told = differences(specs, seen)
    asyncio.run(apply(settings.kafka, specs, seen, told))
    done = [one for one in told if one.mended_by != "nobody here"]
    for one in () if json else done:
        said = f"{one.should}" if one.what == "topic" else f"{one.what} {one.found} → {one.should}"
        out.print(f"{one.topic}: {'made, ' if one.what == 'topic' else ''}{said}", highlight=False)
    after = asyncio.run(look(settings.kafka, specs))
    _tell(settings, specs, differences(specs, after), json)


def _tell(settings: Settings, specs: Sequence[TopicSpec], told: Sequence[Difference], json: bool) -> None:
    """Say all, and end with 1 if there is anything to say."""
    if json:
        print(jsonlib.dumps({"topics": len(specs), "differences": msgspec.to_builtins(told)}, indent=2))
    elif not told:
        out.print(f"All {len(specs)} topics at {settings.bootstrap} are as they must be.", highlight=False)
    else:
        table = Table("topic", "what", "is", "should be", "what to do", header_style="bold", box=None, pad_edge=False)
        for one in told:
            style = "red" if one.mended_by == "nobody here" else "yellow"
            table.add_row(escape(one.topic), one.what, one.found, one.should, escape(one.todo), style=style)
        out.print(table)
        for line in _explained(told):
            say.print(line, highlight=False)
    raise typer.Exit(FOUND if told else 0)


def _explained(told: Sequence[Difference]) -> list[str]:
    """Why another number of partitions is refused, if it is, and the way there; and how to mend the rest."""
    lines = []
    if apart := [one for one in told if one.what == "partitions" and one.mended_by == "nobody here"]:
        before, after = int(apart[0].found), int(apart[0].should)
        lines.append(
            f"\nPartitions stay as they are: a key lies on the partition that its hash says, and of {before} and {after} partitions that "
            f"is another one for {share_that_moves(before, after):.0%} of the keys. They would move away from the state of their "
            "leads, from what was committed and from their own earlier records.\n"
            f"To have {after}: choose a new INTENTFLOW_APP_ID and INTENTFLOW_PREFIX with INTENTFLOW_PARTITIONS={after}, make the topics "
            "(`intentflow topics apply`), let producers write there, send what the old topics still hold there too, and move consumers "
            "when the new app has caught up."
        )
    if any(one.mended_by in ("make", "set", "grow") for one in told):
        lines.append("\n`intentflow topics apply` does what is yellow.")
    return lines
