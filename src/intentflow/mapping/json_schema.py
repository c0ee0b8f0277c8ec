"""The JSON Schema of mappings, for editors that check while somebody writes: `python -m intentflow.mapping.json_schema [folder]`.

Made from what reads them. What the parts mean together (`sound`) is beyond a schema.
"""

import json
import sys
from inspect import cleandoc
from pathlib import Path
from typing import Any

from intentflow.mapping.schema import MappingWritten

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path("docs/schemas")


def json_schema() -> dict[str, Any]:
    """The schema as it is committed."""
    made: dict[str, Any] = _short(MappingWritten.model_json_schema())
    for part in (made, *made.get("$defs", {}).values()):
        if "description" in part:
            part["description"] = cleandoc(part["description"])  # a docstring's indentation is gone from Python 3.13 on
        if "otherwise" in part["properties"]:
            part["properties"]["otherwise"]["type"].append("null")  # there, null is not what leaving it out is
    return {"$schema": DIALECT, "$id": "urn:intentflow:mapping"} | made


def _short(part: Any) -> Any:
    """The same in fewer words: simple types in one list, no null where a key can be left out instead."""
    if isinstance(part, list):
        return [_short(item) for item in part]
    if not isinstance(part, dict):
        return part
    part = {key: _short(item) for key, item in part.items() if key != "title" or not isinstance(item, str)}
    if part.get("default", 0) is None:
        del part["default"]
        part["anyOf"] = [choice for choice in part.get("anyOf", ()) if choice != {"type": "null"}]
    if "anyOf" in part:
        part |= _one_or_more(part.pop("anyOf"))
    return part


def _one_or_more(choices: list[dict[str, Any]]) -> dict[str, Any]:
    simple = [choice["type"] for choice in choices if set(choice) == {"type"}]
    kept = [kind for kind in simple if kind != "integer" or "number" not in simple]
    rest = [choice for choice in choices if set(choice) != {"type"}]
    said = ([{"type": kept if len(kept) > 1 else kept[0]}] if kept else []) + rest
    return said[0] if len(said) == 1 else {"anyOf": said}


def write(folder: Path) -> Path:
    """Write the schema to `mapping.json` in a folder; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "mapping.json"
    path.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)}\n")
