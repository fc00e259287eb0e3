"""What tokens would say, by the functions that mint them. Nothing is stored, signed or handed out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from idp.clients.client import Client
from idp.oidc.tokens.claims import by_parameter
from idp.oidc.tokens.family import Family, Holder, Standing
from idp.oidc.tokens.minting import Minting
from idp.oidc.userinfo import userinfo_claims
from idp.sessions.context import Context
from idp.subjects.subjects import Subject, Subjects

# In place of what only exists once it is issued.
NOBODYS = "preview"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a client would have been granted. `claims` is the claims parameter (Core 5.5), read."""

    scopes: tuple[str, ...]
    context: Context
    claims: Mapping[str, Any]
    resource: str | None = None
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class Previewed:
    """The claims of each token and of userinfo; None where the client would get none."""

    access_token: dict[str, Any]
    id_token: dict[str, Any] | None
    userinfo: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Preview:
    """Computes what a client would be told about a subject."""

    minting: Minting
    subjects: Subjects

    def of(self, db: Connection, client: Client, subject: Subject, grant: Grant, now: datetime) -> Previewed:
        """What the tokens would say now. Ids of sessions and tokens, and hashes, are those of nothing."""
        number = self.subjects.customer_number(db, subject.id, client.brand) if client.brand is not None else None
        told = subject if by_parameter(grant.claims, "id_token") else None
        standing = Standing(_family(client, subject, grant, now), True, number, subject.recovered_at, told)
        audience = self.minting.audience(client, grant.resource, ())
        scope = " ".join(grant.scopes)
        access = self.minting.access_claims(client, standing, scope=scope, audience=audience, now=now)
        if "openid" not in grant.scopes:
            return Previewed(access, None, None)
        identity = self.minting.id_tokens.claims(
            client, standing, sub=access["sub"], sid=access["sid"], nonce=grant.nonce, access_token=NOBODYS, now=now
        )
        return Previewed(access, identity, userinfo_claims(Holder(subject, grant.claims), client, grant.scopes, access["sub"]))


def _family(client: Client, subject: Subject, grant: Grant, now: datetime) -> Family:
    return Family(
        id=NOBODYS,
        client_id=client.id,
        subject_id=subject.id,
        session_id=NOBODYS,
        redirect_uri="",
        redirect_uri_given=True,
        scope=" ".join(grant.scopes),
        nonce=grant.nonce,
        code_challenge=None,
        acr=grant.context.acr,
        amr=grant.context.amr,
        auth_time=grant.context.auth_time,
        claims=grant.claims,
        resource=grant.resource,
        offline=False,
        dpop_jkt=None,
        expires_at=now,
        revoked=False,
    )
