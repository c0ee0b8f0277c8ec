"""docs/configuration.md, made from the settings: `python -m intentflow.settings_page` writes it.

A comment between the fields of `Settings` is a heading, up to the one that says that no setting follows. A test fails when the page is old.
"""

import inspect
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from intentflow.settings import Settings
from intentflow.settings_sources import CONFIG, PREFIX, SECRETS

PAGE = Path("docs/configuration.md")
END = "Nothing below this line is a setting"
HEADING = re.compile(r"^    # (\w[^\n]*)$|^    (\w+): ", re.MULTILINE)
INTRODUCTION = f"""# Configuration

Every setting, with its unit and its default. Written by `python -m intentflow.settings_page` out of `src/intentflow/settings.py`.

A setting is an environment variable with the prefix `{PREFIX}`, or a key of a configuration file, TOML or YAML, that
`intentflow --config FILE` or `{CONFIG}` names. Of two places the first counts: an option of the command, the environment, a
secret file, the configuration file, the default. An empty variable says nothing. A name that no setting has is refused, with the
nearest one that there is; so is a value that is out of bounds:

```
intentflow: Settings that there are not:
  INTENTFLOW_PARTITONS (environment): did you mean INTENTFLOW_PARTITIONS?
  sesion_timeout (intentflow.toml:3): did you mean session_timeout?
```

`intentflow config show` tells every value and where it comes from. Secrets are hidden there, in logs and in errors. A secret can
lie in a file of its own, named like its setting in lower case, in a folder that `{SECRETS}` names, as Kubernetes and
Docker mount them.

```toml
# intentflow.toml
bootstrap = "kafka-1.example:9093,kafka-2.example:9093"
security_protocol = "SASL_SSL"
sasl_username = "intentflow"
replication = 3
model = "/etc/intentflow/our-model.yaml"
```

Lists and tables are written as JSON in the environment. In Kubernetes set `enableServiceLinks: false`: for a Service named
`intentflow-console` the pod would get variables that look like settings.
"""


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for heading, names in headings():
        rows = [_row(name, Settings.model_fields[name]) for name in names]
        parts.append(
            "\n".join((f"## {heading}", "", "| variable | value | default | what |", "|---|---|---|---|", *rows)) + "\n"
        )
    return "\n".join(parts)


def headings() -> Iterator[tuple[str, list[str]]]:
    """The headings of the settings, in order, each with the names below it."""
    source = inspect.getsource(Settings).partition(END)[0]
    heading, names = "", list[str]()
    for found in HEADING.finditer(source):
        if found[1]:
            if names:
                yield heading, names
            heading, names = found[1].strip(), []
        elif found[2] in Settings.model_fields:
            names.append(found[2])
    if names:
        yield heading, names


def _row(name: str, field: FieldInfo) -> str:
    what = (field.description or "").replace("|", "\\|")
    return f"| `{PREFIX}{name.upper()}` | {kind(field.annotation)}{_bounds(field)} | {_default(field)} | {what} |"


def kind(annotation: Any) -> str:
    """What a value may be, in a word or as the words to choose from."""
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(annotation))
    if get_origin(annotation) in (Union, types.UnionType):
        return " or ".join(kind(one) for one in get_args(annotation) if one is not type(None))
    words = {bool: "`true` or `false`", int: "integer", float: "number", str: "text", Path: "path", SecretStr: "secret"}
    return words.get(annotation, "JSON")


def _bounds(field: FieldInfo) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    said = [
        f"{sign} {limit:,}".replace(",", " ")
        for key, sign in signs.items()
        for one in field.metadata
        if (limit := getattr(one, key, None)) is not None
    ]
    return f" {' and '.join(said)}" if said else ""


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    if isinstance(default, SecretStr):
        return "hidden"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return "none" if default is None or default in ((), {}) else f"`{default}`"


if __name__ == "__main__":
    PAGE.write_text(page())
