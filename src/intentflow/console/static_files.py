"""Static files, as long as a browser may keep them."""

from os import PathLike, stat_result

from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

FOR_EVER = "public, max-age=31536000, immutable"  # of an address that names the content, see `rendering.static`
A_DAY = "public, max-age=86400"


class KeptFiles(StaticFiles):
    """The files of `console/static`."""

    def __init__(self) -> None:
        super().__init__(packages=[("intentflow.console", "static")])

    def file_response(
        self, full_path: PathLike[str] | str, stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, or that it is the one that the browser has."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers["Cache-Control"] = FOR_EVER if scope["query_string"].startswith(b"v=") else A_DAY
        return answer
