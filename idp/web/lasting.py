"""Answers that are made once and sent many times."""

from typing import TYPE_CHECKING

from flask import Response
from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Lasting(Response):
    """An answer that nothing changes once it is made, so that every request can send the same one."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """The headers as they are: there is no relative address to complete and no length to count."""
        return self.headers
