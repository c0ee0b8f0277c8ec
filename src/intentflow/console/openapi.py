"""The OpenAPI document of the API: `python -m intentflow.console.openapi [file]` writes it."""

import json
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from intentflow import __version__
from intentflow.console import api, api_changes
from intentflow.console.problems import Problem

FILE = Path("docs/schemas/openapi.json")
SAYS = """Leads, changes and the state of an intentflow. Everything here is read from its read model; nothing is scored here.

A token goes into `Authorization: Bearer ...`; `intentflow token create` makes one. Errors are problems as RFC 9457 has them.
Times are RFC 3339 in UTC. Fields may be added; none is taken away, or changes its meaning."""


def api_app() -> FastAPI:
    """An app with the API's routes and its document, without pages and without a guard."""
    app = FastAPI(
        title="intentflow",
        version=__version__,
        description=SAYS,
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(api.router)
    app.include_router(api_changes.router)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]  # as FastAPI's own documentation does it
    return app


def document(app: FastAPI) -> dict[str, Any]:
    """What the API answers, for whoever writes a client."""
    if app.openapi_schema is None:
        said = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        parts = said["components"]
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        parts["schemas"] = {
            name: schema
            for name, schema in sorted({**parts["schemas"], "Problem": problem}.items())
            if name not in ("HTTPValidationError", "ValidationError")
        }
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        app.openapi_schema = said | {"security": [{"token": []}]}
    return app.openapi_schema


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(api_app()), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    path.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{path}\n")
