"""A request that is in order, and the code it stands for once it is granted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from idp.clients.client import Client
from idp.oidc.authorization.asked import Asked
from idp.oidc.authorization.request import MatchedRequest
from idp.oidc.authorization.response import Answer
from idp.oidc.authorization.response_types import ID_TOKEN, words_of
from idp.oidc.session_state import session_state
from idp.oidc.tokens.claims import by_scope
from idp.oidc.tokens.code import CodeDraft
from idp.sessions.context import Context
from idp.sessions.interaction import Interaction
from idp.sessions.session import Session


@dataclass(frozen=True, slots=True)
class Case:
    """A request that is in order; `interaction` once it has been parked."""

    matched: MatchedRequest
    asked: Asked
    interaction: Interaction | None = None

    @property
    def client(self) -> Client:
        return self.matched.client


def granted(case: Case, issuer: str, brings: Mapping[str, str], browser_state: str, salt: str) -> Answer:
    """The answer that `brings` a code or tokens; for an openid request with `session_state` (Session Management 1.0, 2)."""
    openid, uri = "openid" in case.asked.scopes, case.matched.redirect_uri
    state = session_state(case.client.id, uri, browser_state, salt) if openid else None
    return case.matched.answer(issuer, **brings, **({} if state is None else {"session_state": state}))


def draft_of(case: Case, session: Session, context: Context) -> CodeDraft:
    """What a code for `case` stands for, when the subject of `session` is authenticated as `context` says."""
    asked, request = case.asked, case.matched.request
    return CodeDraft(
        client_id=case.client.id,
        subject_id=session.subject_id,
        session_id=session.id,
        redirect_uri=case.matched.redirect_uri,
        redirect_uri_given=case.matched.redirect_uri_given,
        scope=" ".join(asked.scopes),
        nonce=request.nonce,
        code_challenge=request.code_challenge,
        acr=context.acr,
        amr=context.amr,
        auth_time=context.auth_time,
        claims=_claims(case),
        resource=asked.resource,
        offline=asked.offline,
        dpop_jkt=request.dpop_jkt,
    )


def _claims(case: Case) -> dict[str, Any]:
    asked = case.asked.claims.to_dict()
    if words_of(case.matched.request.response_type) != {ID_TOKEN}:
        return asked
    # Core 5.4: without an access token there is no userinfo, so what the scopes ask for stands in the ID token.
    return asked | {"id_token": dict.fromkeys(by_scope(case.asked.scopes)) | asked.get("id_token", {})}
