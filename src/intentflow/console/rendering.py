"""Templates: everything that is put into one is escaped, and a name that is not there is an error."""

from base64 import b64decode
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

STATIC = files("intentflow.console") / "static"
UNITS = ((86_400 * 365, "y"), (86_400 * 30, "mo"), (86_400, "d"), (3_600, "h"), (60, "min"))  # seconds
MINUS = "\N{MINUS SIGN}"


@cache
def environment() -> Environment:
    """The templates of the console, with its filters."""
    made = Environment(
        loader=PackageLoader("intentflow.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "ago": ago,
        "coded": coded,
        "count": count,
        "hexdump": hexdump,
        "day": day,
        "percent": percent,
        "plain": plain,
        "points": points,
        "signed": signed,
        "words": words,
    }
    made.globals |= {"address": address, "static": static}
    return made


@cache
def static(name: str) -> str:
    """The address of a static file, another one when the file is another: it may be kept by the browser for ever."""
    content = STATIC.joinpath(*name.split("/")).read_bytes()
    return f"/static/{name}?v={sha256(content).hexdigest()[:12]}"


def address(key: str) -> str:
    """Where a lead's page is."""
    return f"/leads/{quote(key, safe=':@')}"


def ago(moment: datetime, now: datetime) -> Markup:
    """`3 min ago` or `in 4 d`, with the exact time as its title; the browser keeps it current."""
    seconds = (now - moment).total_seconds()
    exact = moment.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        exact.isoformat(timespec="milliseconds"), exact.strftime("%a %-d %b %Y, %H:%M:%S UTC"), relative(seconds)
    )


def relative(seconds: float) -> str:
    """A distance in time in few letters; positive is past."""
    size = abs(seconds)
    if size < 60:
        return "just now" if seconds >= 0 else "in a moment"
    length, unit = next((length, unit) for length, unit in UNITS if size >= length)
    said = f"{int(size // length)} {unit}"
    return f"{said} ago" if seconds >= 0 else f"in {said}"


def day(moment: datetime) -> str:
    """`Sun 29 Nov`."""
    return moment.astimezone(UTC).strftime("%a %-d %b")


def count(number: float) -> str:
    """`12,345`."""
    return f"{number:,.0f}"


def points(number: float) -> str:
    """Points with one decimal, and a true minus sign; none is `0`."""
    said = f"{abs(number):,.1f}"
    if said == "0.0":
        return "0"
    return MINUS + said if number < 0 else said


def signed(number: float) -> str:
    """Points that are added or taken away."""
    said = points(number)
    return said if said[0] == MINUS or said == "0" else f"+{said}"


def plain(number: float) -> str:
    """A number as short as it can be written."""
    return f"{number:g}"


def percent(share: float) -> str:
    """`12 %`; less than one is told as that, not as none."""
    said = share * 100
    if 0 < said < 1:
        return "< 1 %"
    return f"{said:.0f} %"


def coded(text: str) -> Markup:
    """A sentence in which commands stand in backquotes, escaped, with these set apart."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def words(name: str) -> str:
    """A name of the model as it is read."""
    return name.replace("_", " ")


def hexdump(encoded: str) -> str:
    """Bytes in base64 as lines of sixteen: where, in hexadecimal, as ASCII."""
    content = b64decode(encoded)
    lines = (content[at : at + 16] for at in range(0, len(content), 16))
    return "\n".join(
        f"{number * 16:06x}  {line.hex(' '):<47}  {''.join(chr(b) if 32 <= b < 127 else '.' for b in line)}"
        for number, line in enumerate(lines)
    )
