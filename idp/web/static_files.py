"""Style sheets, scripts and word marks. Their addresses carry a digest of their content, so they may be kept for a year."""

from dataclasses import dataclass
from pathlib import Path

from flask import send_from_directory
from werkzeug.wrappers import Response

from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """Serves one folder, and nothing outside it."""

    folder: Path

    def routes(self) -> tuple[Route, ...]:
        """`/static/…` and the browser's own question for an icon."""
        return (
            Route("/static/<path:path>", "static_file", self.file, guard=Guard.DOCUMENT),
            Route("/favicon.ico", "favicon", self.favicon, guard=Guard.DOCUMENT),
        )

    def file(self, path: str) -> Response:
        """The file, or 404."""
        response = send_from_directory(self.folder, path, max_age=31_536_000)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    def favicon(self) -> Response:
        """The provider's icon."""
        return self.file("favicon.svg")
