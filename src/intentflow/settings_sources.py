"""Where settings come from, the first that says one counts: arguments in code, the environment, secret files, the configuration file.

A name that no setting has is refused with the nearest one that there is, wherever it stands: a typing error must not look like a default.
`INTENTFLOW_CONFIG` names the configuration file (TOML or YAML, flat: one key per setting), `INTENTFLOW_SECRETS` a folder with a file per
secret, named like its setting, as Kubernetes and Docker mount them. A variable that is empty says nothing.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from msgspec import Struct
from pydantic import ValidationError

from intentflow.errors import ConfigError
from intentflow.yaml_text import loaded

PREFIX = "INTENTFLOW_"
CONFIG, SECRETS = "INTENTFLOW_CONFIG", "INTENTFLOW_SECRETS"
# The last two: which of its processes the supervisor has started; that the core be plain Python (`compiled.py`).
NO_SETTINGS = {CONFIG, SECRETS, "INTENTFLOW_WORKER", "INTENTFLOW_PURE"}
OF_KUBERNETES = re.compile(r"_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_\w+)?)$")
FROM_CODE = "an argument"


class Said(Struct, frozen=True):
    """A value, and where it was said."""

    value: Any
    where: str


def said_outside(names: Iterable[str]) -> dict[str, Said]:
    """What the environment, the secret files and the configuration file say of the settings of these names.

    Raises ConfigError that lists every name that no setting has, with its place, or says why a file cannot be read.
    """
    known = list(names)
    wrong: list[str] = []
    said: dict[str, Said] = {}
    for one in (_environment(known, wrong), _secret_files(known), _file(known, wrong)):
        said = {**one, **said}
    if wrong:
        raise ConfigError("\n".join(("Settings that there are not:", *wrong)))
    return said


def _environment(known: list[str], wrong: list[str]) -> dict[str, Said]:
    found = {name: value for name, value in os.environ.items() if name.upper().startswith(PREFIX) and value}
    said = {name[len(PREFIX) :].lower(): Said(value, f"environment {name}") for name, value in found.items()}
    unknown = sorted(name for name in found.keys() - NO_SETTINGS if name[len(PREFIX) :].lower() not in known)
    wrong += [f"  {name} (environment){_hint(name, [PREFIX + each.upper() for each in known])}" for name in unknown]
    return {name: one for name, one in said.items() if name in known}


def _hint(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, [*known, *NO_SETTINGS] if name.isupper() else list(known), n=1, cutoff=0.6)
    if name.isupper() and OF_KUBERNETES.search(name):
        return ": made by Kubernetes from the name of a Service: set `enableServiceLinks: false` in the pod"
    return f": did you mean {near[0]}?" if near else ": see docs/configuration.md for those that there are"


def _secret_files(known: Iterable[str]) -> dict[str, Said]:
    if not (named := os.environ.get(SECRETS)):
        return {}
    folder = Path(named)
    if not folder.is_dir():
        raise ConfigError(f"{SECRETS}: {folder} is no folder; name the one that holds a file per secret setting")
    files = {name: folder / name for name in known if (folder / name).is_file()}
    return {name: Said(_secret(path), f"secret file {path}") for name, path in files.items()}


def _secret(path: Path) -> str:
    try:
        return path.read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise ConfigError(f"{SECRETS}: {path} cannot be read ({reason})") from None  # the cause may have the secret


def _file(known: list[str], wrong: list[str]) -> dict[str, Said]:
    if not (named := os.environ.get(CONFIG)):
        return {}
    text, tree = _read(Path(named))
    lines = {key: _line(text, key) for key in tree}
    wrong += [f"  {key} ({named}:{lines[key]}){_hint(str(key), known)}" for key in tree if key not in known]
    return {key: Said(value, f"{named}:{lines[key]}") for key, value in tree.items()}


def _read(path: Path) -> tuple[str, Mapping[str, Any]]:
    """A configuration file's text, and what it says."""
    try:
        text = path.read_text()
        tree = loaded(text) if path.suffix in {".yaml", ".yml"} else tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{CONFIG}: {path} cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:  # each reader's own, and a text that is none
        raise ConfigError(f"{path}: {error}") from error
    tree = {} if tree is None else tree  # YAML of comments alone
    if not isinstance(tree, dict):
        raise ConfigError(f"{path}: should be one key per setting, like `partitions = 8` (YAML: `partitions: 8`)")
    return text, tree


def _line(text: str, key: str) -> int:
    """The number of the line on which a key of the top level stands."""
    stands = re.compile(rf"""^\[*\s*["']?{re.escape(str(key))}["']?\s*[]=:.]""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if stands.match(line)), 1)


def in_words(error: ValidationError, said: Mapping[str, Said], secret: Iterable[str]) -> ConfigError:
    """What is wrong with which value, from where; a secret is not repeated."""
    hidden = set(secret)
    lines = []
    for one in error.errors(include_url=False, include_context=False):
        name = str(one["loc"][0]) if one["loc"] else ""
        where = said[name].where if name in said else FROM_CODE
        given = f" (given: {one['input']!r})" if name and name not in hidden and one["type"] != "missing" else ""
        message = one["msg"].removeprefix("Value error, ").removeprefix("Input ")
        lines.append(f"  {name} ({where}): {message}{given}" if name else f"  {message}")
    return ConfigError("\n".join(("Settings are not right:", *lines)))
