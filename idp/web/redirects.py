"""Redirects: always 303, so that a form's body is never sent on."""

from werkzeug.wrappers import Response

from idp.core.addresses import with_query
from idp.core.errors import Refused


def see_other(url: str, **query: str) -> Response:
    """A 303 to `url`, with `query` added to whatever query it already has. Control characters are refused."""
    target = with_query(url, **query)
    if any(ord(c) < 32 or ord(c) == 127 for c in target):
        raise Refused("bad_request", because="control character in a redirect")
    response = Response(status=303)
    # Set the header itself: the address goes out byte for byte, nothing re-quotes a registered redirect URI.
    response.headers["Location"] = target
    response.autocorrect_location_header = False
    return response
