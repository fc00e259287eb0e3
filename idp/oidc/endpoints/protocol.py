"""From a client's call to our own terms, for the endpoints where clients authenticate."""

from collections.abc import Callable

from idp.core.errors import OAuthError
from idp.oidc.client_auth import Presented
from idp.oidc.form import read_form
from idp.oidc.refusals.facts import of_form
from idp.web.call import Answer, Call


def answering(call: Call, address: str, answer: Callable[[Presented], Answer]) -> Answer:
    """What `answer` makes of what a client presents at the endpoint with this `address`.

    Raises `OAuthError` for anything but one clean form, and what `answer` raises, with what was asked.
    """
    form = read_form(call.content_type, call.query, call.body())
    presented = Presented(call.authorization, form, address, call.origin.address, call.header("DPOP"))
    try:
        return answer(presented)
    except OAuthError as error:
        error.about(of_form(presented))
        raise
