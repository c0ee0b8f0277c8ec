"""Which Kafka a command speaks to, and what is running there."""

from pathlib import Path

from intentflow.adapters.stack import find_running, settings_at
from intentflow.errors import ServerMissingError
from intentflow.settings import Settings


def settings_for(bootstrap: str | None, data: Path | None, **more: object) -> Settings:
    """The settings of the environment, with Kafka where it is said to be, or where the embedded stack of the folder runs.

    Raises `ServerMissingError` if neither is known.
    """
    settings = Settings()
    said = {name: value for name, value in more.items() if value is not None}
    folder = data or settings.data
    named = {"data": folder, **said}
    if bootstrap or "bootstrap" in settings.model_fields_set:
        return settings.model_copy(update={"bootstrap": bootstrap or settings.bootstrap, **named})
    if (running := find_running(folder)) is None:
        raise ServerMissingError(
            f"no embedded stack runs in {folder}: start it with `intentflow up` in another terminal, or name your Kafka with --bootstrap"
        )
    return settings_at(settings, running).model_copy(update=named)
