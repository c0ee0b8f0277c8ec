"""The file of write keys: YAML that people write and the command line adds to.

keys:
  - name: shop                       # in metrics and logs
    scope: browser                   # or server
    sha256: 5f2c...                  # of the key; `intentflow collector add-key shop` writes all of this
    origins: [https://shop.example]  # pages that may use it; left out: any
    also: [joins]                    # permissions beyond the scope's: profiles, outcomes, joins
    events_per_second: 1000          # over ten seconds; more is answered 429
"""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from ruamel.yaml import YAML

from intentflow.collector.keys import GRANTED, KeyRing, Permission, Scope, WriteKey, digest_of, new_key
from intentflow.errors import ConfigError
from intentflow.yaml_text import BrokenYamlError, loaded

Origin = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9+.-]*://[^/\s]+$", to_lower=True)]


class WrittenKey(BaseModel):
    """A key as the file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")
    scope: Scope
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    origins: tuple[Origin, ...] = ()
    also: tuple[Permission, ...] = ()
    events_per_second: int = Field(1000, ge=1, le=1_000_000)

    def meant(self) -> WriteKey:
        """The key as the collector asks it."""
        return WriteKey(
            self.name, bytes.fromhex(self.sha256), GRANTED[self.scope] | set(self.also), frozenset(self.origins), self.events_per_second
        )  # fmt: skip


class WrittenKeys(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keys: tuple[WrittenKey, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what in ("name", "sha256"):
            texts = [getattr(key, what) for key in self.keys]
            if twice := next((text for text in texts if texts.count(text) > 1), None):
                raise ValueError(f"two keys have the {what} {twice}")
        return self


def read_keys(path: Path) -> WrittenKeys:
    """The keys of a file. Raises ConfigError that names the file, the place and what to do."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        remedy = f"`intentflow collector add-key NAME --keys {path}` makes one"
        raise ConfigError(f"{path}: the file of write keys cannot be read ({error}): {remedy}") from error
    try:
        return WrittenKeys.model_validate(loaded(text) or {})
    except BrokenYamlError as error:
        raise ConfigError(f"{path}: is not YAML, from line {error.line}: {error.text}") from None
    except ValidationError as error:
        raise ConfigError(f"{path}: {_told(error)}") from error


def key_ring(path: Path) -> KeyRing:
    """The keys of a file, to be asked."""
    return KeyRing(key.meant() for key in read_keys(path).keys)


def add_key(
    path: Path,
    name: str,
    scope: Scope,
    *,
    origins: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
    events_per_second: int | None = None,
) -> str:
    """The text of a new key. Its hash is in the file, which is made if need be and keeps its comments.

    Raises ConfigError if that would be no good file of keys; then nothing is changed.
    """
    secret = new_key()
    there = read_keys(path).keys if path.exists() else ()
    told = {
        "name": name,
        "scope": scope,
        "sha256": digest_of(secret).hex(),
        "origins": [*origins],
        "also": [*also],
        "events_per_second": events_per_second,
    }
    written = {field: value for field, value in told.items() if value not in (None, [])}
    try:
        WrittenKeys.model_validate({"keys": [*there, written]})
    except ValidationError as error:
        raise ConfigError(f"{path}: {_told(error)}") from error
    yaml = YAML()
    yaml.width = 200
    document = (yaml.load(path.read_text()) if there else None) or {"keys": []}
    document["keys"].append(written)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w") as out:
        yaml.dump(document, out)
    fresh.replace(path)
    return secret


def _told(error: ValidationError) -> str:
    """What is wrong in the file, and where: never the value, which may be somebody's key."""
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'keys'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors()
    )
