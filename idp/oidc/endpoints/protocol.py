"""From a client's call to our own terms, for the endpoints where clients authenticate."""

from idp.oidc.client_auth import Presented
from idp.oidc.form import read_form
from idp.web.call import Call


def presented(call: Call, address: str) -> Presented:
    """What a client presents at the endpoint with this `address`. Raises `OAuthError` for anything but one clean form."""
    form = read_form(call.content_type, call.query, call.body())
    return Presented(call.authorization, form, address, call.origin.address)
