"""An authorization request as its developer would write it, step by step: parameters, address, answer, token request."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from shlex import quote
from urllib.parse import urlencode

from idp.clients.client import Client
from idp.core.handles import new_handle
from idp.oidc.assertion import ASSERTION_TYPE
from idp.oidc.authorization.case import Case
from idp.oidc.pkce import challenge_of

# What may be chosen on the page; the others are made anew each time.
CHOSEN = ("redirect_uri", "scope", "prompt", "max_age", "acr_values", "response_mode", "claims")
LONGEST = 2048
MEANS: Mapping[str, str] = {
    "client_id": "Who asks.",
    "response_type": "A code, which is exchanged for tokens where nobody can look over the browser’s shoulder.",
    "redirect_uri": "Where the answer goes: one of the registered addresses, character by character.",
    "scope": "What is asked for. openid asks for an ID token.",
    "state": "Random, kept with the visitor’s own session: an answer with another state is not theirs.",
    "nonce": "Random, kept likewise: the ID token must repeat it.",
    "code_challenge": "The SHA-256 of the code_verifier, in base64url.",
    "code_challenge_method": "How the challenge was made.",
    "prompt": "none: no page at all. login: prove it anew. select_account: choose. consent: ask again.",
    "max_age": "How many seconds ago the proof may lie.",
    "acr_values": "The levels that will do, the most wanted first: pwd, 2sv, mfa, phr.",
    "response_mode": "How the answer travels: query, fragment or form_post.",
    "claims": "Single claims, as JSON.",
}
CODE = "CODE_FROM_THE_ANSWER"
# How each kind of client proves who it is, as curl says it.
PROVES: Mapping[str, tuple[str, ...]] = {
    "client_secret_basic": ("-u", "{client_id}:CLIENT_SECRET"),
    "client_secret_post": ("-d", "client_id={client_id}", "--data-urlencode", "client_secret=CLIENT_SECRET"),
    "private_key_jwt": (
        "--data-urlencode",
        f"client_assertion_type={ASSERTION_TYPE}",
        "-d",
        "client_assertion=JWT_SIGNED_BY_THE_CLIENT",
    ),
    "none": ("-d", "client_id={client_id}"),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A request that nobody has sent. `parameters` as they stand in the address; `verifier` belongs to its challenge."""

    issuer: str
    client: Client
    parameters: Mapping[str, str]
    verifier: str

    @property
    def query(self) -> str:
        """What stands behind the `?`."""
        return urlencode(self.parameters)

    @property
    def url(self) -> str:
        """The address that a browser would be sent to."""
        return f"{self.issuer}/authorize?{self.query}"

    @property
    def explained(self) -> tuple[tuple[str, str, str], ...]:
        """Each parameter with its value and what it is for."""
        return tuple((name, value, MEANS[name]) for name, value in self.parameters.items())

    def token_request(self) -> str:
        """The request that exchanges the code, for a shell; secrets are placeholders."""
        fields = {
            "grant_type": "authorization_code",
            "code": CODE,
            "redirect_uri": self.parameters.get("redirect_uri", ""),
            "code_verifier": self.verifier,
        }
        words = [word.format(client_id=self.client.id) for word in PROVES[self.client.auth_method]]
        for name, value in fields.items():
            words += ["--data-urlencode", f"{name}={value}"]
        pairs = [f"  {option} {quote(value)}" for option, value in zip(words[::2], words[1::2], strict=True)]
        return " \\\n".join([f"curl {quote(self.issuer + '/token')}", *pairs])

    def answer(self, case: Case) -> str:
        """Where the browser would be sent back to, or what would be posted there."""
        return case.matched.answer(self.issuer, code=CODE).url


def begin(issuer: str, client: Client, typed: Mapping[str, str]) -> Trial:
    """A fresh request of `client` with what was `typed`; empty fields are left out, as a developer would."""
    verifier = new_handle()
    usual = {"redirect_uri": next(iter(client.redirect_uris), ""), "scope": usual_scope(client)}
    chosen = {name: typed.get(name, usual.get(name, ""))[:LONGEST] for name in CHOSEN}
    made = {
        "client_id": client.id,
        "response_type": "code",
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    sent = made | {name: value for name, value in chosen.items() if value}
    return Trial(issuer, client, {name: sent[name] for name in MEANS if name in sent}, verifier)


def usual_scope(client: Client) -> str:
    """What most applications ask for first, as far as the client is registered for it."""
    return " ".join(scope for scope in ("openid", "profile", "email") if scope in client.scopes)
