"""Style sheets, scripts and word marks. Their addresses carry a digest of their content, so they may be kept for a year.

They are sent compressed where the browser takes that. Pages are not: they hold secrets beside words that others choose, and the
length of such a mixture tells of the secret (BREACH).
"""

import gzip
from dataclasses import dataclass
from pathlib import Path

from flask import request, send_from_directory
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
        response.vary.add("Accept-Encoding")
        if response.status_code == 200 and request.accept_encodings["gzip"]:
            response.direct_passthrough = False
            response.set_data(gzip.compress(response.get_data(), mtime=0))
            response.content_encoding = "gzip"
            # Another form of the file: strong tags are for one form alone (RFC 9110, 8.8.1).
            response.set_etag(response.get_etag()[0] or "", weak=True)
        return response

    def favicon(self) -> Response:
        """The provider's icon."""
        return self.file("favicon.svg")
