"""From HTTP to our own terms and back, for the endpoints that clients call directly."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Request, Response

from idp.core.origin import current_origin
from idp.oidc.client_auth import Presented
from idp.oidc.form import read_form


def presented(request: Request, address: str) -> Presented:
    """What a client presents at the endpoint with this `address`. Raises `OAuthError` for anything but one clean form."""
    environ = request.environ
    form = read_form(environ.get("CONTENT_TYPE", ""), environ.get("QUERY_STRING", ""), request.get_data(cache=False))
    return Presented(environ.get("HTTP_AUTHORIZATION"), form, address, current_origin().address)


def json_answer(body: Mapping[str, Any]) -> Response:
    """200 with JSON."""
    return Response(json.dumps(body, separators=(",", ":")), content_type="application/json")
