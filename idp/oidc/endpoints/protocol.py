"""From HTTP to our own terms and back, for the endpoints that clients call directly."""

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import Request, Response

from idp.core.errors import OAuthError
from idp.core.origin import current_origin
from idp.oidc.client_auth import Presented
from idp.oidc.form import read_form

SHORT = re.compile(r"[0-9]{1,9}")
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def presented(request: Request, address: str) -> Presented:
    """What a client presents at the endpoint with this `address`. Raises `OAuthError` for anything but one clean form."""
    environ = request.environ
    form = read_form(environ.get("CONTENT_TYPE", ""), environ.get("QUERY_STRING", ""), body_of(request))
    return Presented(environ.get("HTTP_AUTHORIZATION"), form, address, current_origin().address)


def body_of(request: Request) -> bytes:
    """The body, within the limit of the route. Raises 413 where it is longer."""
    length = request.environ.get("CONTENT_LENGTH", "")
    if SHORT.fullmatch(length) and int(length) <= (request.max_content_length or 0):
        # The usual case, without Werkzeug's stream in between.
        body: bytes = request.environ["wsgi.input"].read(int(length))
        if len(body) < int(length):
            raise OAuthError("invalid_request", "The body ended early")
        return body
    return request.get_data(cache=False)


def json_answer(body: Mapping[str, Any]) -> Response:
    """200 with JSON."""
    return Response(_ENCODER.encode(body), content_type="application/json")
