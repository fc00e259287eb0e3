"""What may be remembered of a refused request: the names of parameters that we know, and where an answer should have gone."""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from idp.core.errors import Facts, OAuthError
from idp.oidc.authorization.request import ONCE, AuthorizationRequest
from idp.oidc.client_auth import Presented, read_credential
from idp.oidc.end_session import KNOWN as OF_LOGOUT
from idp.oidc.end_session import LogoutRequest

OF_TOKENS = (
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "token",
    "token_type_hint",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "username",
    "password",
)
# A body that is no form may be a token from end to end: what is remembered is a name of ours, never one of theirs.
NAMES = frozenset((*ONCE, *OF_TOKENS, *OF_LOGOUT, "resource"))
LONGEST = 300
PARTS = ("scheme", "netloc", "path", "query", "fragment")
CALLED = {"netloc": "host or port"}
# Up to the next blank, and beyond it as long as what follows may be part of a query or of a password.
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S*[/@?]\S*(?:\s\S*[@?=]\S*)*")


def of_request(request: AuthorizationRequest) -> Facts:
    """Of an authorization request."""
    sent = {name for name in ONCE if getattr(request, name) is not None} | request.repeated
    named = (*sent, "resource") if request.resource else tuple(sent)
    return Facts(request.client_id, known(named), known(request.repeated), request.redirect_uri)


def of_logout(request: LogoutRequest, client_id: str | None) -> Facts:
    """Of a logout request; `client_id` is that of its hint."""
    return Facts(client_id or request.client_id, known(request.parked()), (), request.post_logout_redirect_uri)


def of_form(presented: Presented) -> Facts:
    """Of a form that a client posted. Who it says it is need not be true."""
    try:
        client_id: str | None = read_credential(presented).client_id
    except OAuthError:
        client_id = presented.form.get("client_id")
    sent = (*presented.form.values, "resource") if presented.form.resources else tuple(presented.form.values)
    return Facts(client_id, known(sent))


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that are ours, in a steady order."""
    return tuple(sorted(NAMES.intersection(names)))


def shown(uri: str) -> str:
    """An address without what may be secret in it: name, password, query and fragment."""
    parts = _split(uri)
    if parts is None:
        return "something that is no address"
    host = parts.netloc.rpartition("@")[2]
    hidden = "?…" if parts.query else ""
    text = f"{parts.scheme}:{'//' if host else ''}{host}{parts.path}{hidden}"
    return "".join(c if c.isprintable() else "�" for c in text)[:LONGEST]


def without_secrets(text: str) -> str:
    """A sentence with every address in it as it may be `shown`."""
    return ADDRESS.sub(lambda found: shown(found[0]), text)


def differences(sent: str, registered: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The registered address that is most like the one `sent`, and which parts of it differ; empty where none is registered."""
    given = _split(sent)
    found = [(uri, _differing(given, urlsplit(uri))) for uri in registered]
    return min(found, key=lambda one: len(one[1]), default=("", ()))


def _differing(given: SplitResult | None, wanted: SplitResult) -> tuple[str, ...]:
    if given is None:
        return ("everything",)
    return tuple(CALLED.get(part, part) for part in PARTS if getattr(given, part) != getattr(wanted, part))


def _split(uri: str) -> SplitResult | None:
    try:
        return urlsplit(uri)
    except ValueError:
        return None
