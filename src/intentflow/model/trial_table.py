"""What a model's examples expected and what came, as a table."""

from rich import box
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from intentflow.model.trial import Expectation, Tried


def rendered(ran: tuple[Tried, ...]) -> Table:
    """A row for each example, what should not have come in bold; readable from 80 columns on."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("", width=4, header_style="dim")
    table.add_column("example", ratio=3, overflow="fold", header_style="dim")
    table.add_column("expected", ratio=2, overflow="fold", header_style="dim")
    table.add_column("came", ratio=2, overflow="fold", header_style="dim")
    for one in ran:
        wanted = "\n".join(_said(each, each.expected) for each in one.expectations)
        table.add_row(_mark(one), escape(one.name), wanted, _came(one.expectations))
    return table


def _mark(one: Tried) -> Text:
    return Text("ok", style="green") if one.holds else Text("FAIL", style="bold red")


def _came(expectations: tuple[Expectation, ...]) -> Text:
    lines = [Text(_said(each, each.came), style="" if each.holds else "bold red") for each in expectations]
    return Text("\n").join(lines)


def _said(each: Expectation, value: str) -> str:
    return value if each.what == "the stage" else f"{each.what} {value}"
