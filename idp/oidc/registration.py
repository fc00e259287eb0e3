"""Who may register a client by itself, and what it is told (RFC 7591, RFC 7592, OpenID Connect Registration 1.0).

What a client may say of itself is the registrar's to judge.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from idp.brands.registry import Brands
from idp.clients.faults import Fault
from idp.clients.initial_access import InitialAccessTokens
from idp.clients.metadata import ClientMetadata
from idp.clients.profiles import Profile
from idp.clients.registrar import DYNAMIC, Changed, Done, Registered, Registrar, Unchanged, check
from idp.clients.registration_tokens import RegistrationTokens
from idp.clients.registry import Clients, Listed
from idp.clients.search import registered_themselves
from idp.clients.sectors import NAME as SECTOR
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.handles import digest
from idp.core.origin import call_from, current_origin
from idp.oidc.registration_errors import BAD_METADATA, bad_token, full, no_access, refused
from idp.oidc.registration_terms import OPEN, Door, RegistrationTerms, completed, kept, shown, terms_of_change, terms_of_new

# Beyond this, somebody fills our tables: an operator deletes what nobody uses.
MOST_CLIENTS = 10_000
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Registration:
    """Clients register, read, change and delete themselves. `door` says what is open to those without a token."""

    address: str
    door: Door
    database: Database
    clock: Clock
    clients: Clients
    registrar: Registrar
    initial_access: InitialAccessTokens
    tokens: RegistrationTokens
    brands: Brands
    profiles: Mapping[str, Profile]

    def terms(self, token: str | None) -> RegistrationTerms:
        """On which terms whoever brings `token` may register a client; nothing is used up. Raises `OAuthError`."""
        if token is None:
            if not self.door.open:
                raise no_access()
            return terms_of_new(None, OPEN, self.door.pkce_optional, self._brand_names())
        with self.database.reading() as db:
            found = self.initial_access.find(db, token, self.clock.now())
        if found is None:
            raise bad_token()
        return terms_of_new(found.brand, found.id, found.pkce_optional, self._brand_names())

    def register(self, terms: RegistrationTerms, given: Mapping[str, Any], token: str | None) -> Answer:
        """A new client, as RFC 7591 3.2.1 tells it. Raises `OAuthError`."""
        call_from(replace(current_origin(), actor=f"registration:{terms.name}"))
        meta = check(completed(given, pkce_optional=terms.pkce_optional), terms.allowed)
        if not isinstance(meta, ClientMetadata):
            raise refused(meta)
        self._must_be_offered(meta)
        self._prove(meta.sector_identifier_uri, meta.redirect_uris)
        with self.database.transaction() as db:
            if registered_themselves(db) >= MOST_CLIENTS:
                raise full()
            if token is not None and not self.initial_access.use(db, token, meta.client_id, self.clock.now()):
                raise bad_token()  # others used it up meanwhile
            made = self.registrar.register(db, meta, DYNAMIC)
            if not isinstance(made, Registered):
                raise refused((), "client_id is taken")
            listed, own = self._listed(db, made.client_id), self.tokens.give(db, made.client_id, self.clock.now())
            return self._told(listed, own, made.secret)

    def read(self, client_id: str, token: str | None) -> Answer:
        """The client as it is registered now (RFC 7592 2.1). Raises `OAuthError`."""
        with self.database.reading() as db:
            return self._told(self._admit(db, client_id, token), token or "", None)

    def change(self, client_id: str, given: Mapping[str, Any], token: str | None) -> Answer:
        """The client becomes what `given` says and nothing besides (RFC 7592 2.2). Raises `OAuthError`."""
        with self.database.reading() as db:
            self._admit(db, client_id, token)  # before anything is fetched for it
        self._prove(given.get(SECTOR), given.get("redirect_uris"))
        with self.database.transaction() as db:
            found = self._admit(db, client_id, token)
            _must_be_its_own(found, given, self.clock)
            before = found.metadata
            said = completed(given, pkce_optional=not before.require_pkce)
            meta = check(kept(said, before), terms_of_change(before, self._brand_names()))
            if not isinstance(meta, ClientMetadata):
                raise refused(meta)
            self._must_be_offered(meta)
            outcome = self.registrar.change(db, client_id, meta, found.version, by_itself=True)
            if not isinstance(outcome, Changed | Unchanged):
                raise refused((), "the client was changed by somebody else meanwhile")
            secret = outcome.secret if isinstance(outcome, Changed) else None
            told = self._told(self._listed(db, client_id), token or "", secret)
        self.clients.forget(client_id)
        return told

    def delete(self, client_id: str, token: str | None) -> None:
        """The client is no more (RFC 7592 2.3). Raises `OAuthError`."""
        with self.database.transaction() as db:
            self._admit(db, client_id, token)
            if not isinstance(self.registrar.delete(db, client_id), Done):
                raise bad_token()

    def _admit(self, db: Connection, client_id: str, token: str | None) -> Listed:
        """The client, where `token` is its own."""
        if token is None:
            raise no_access()
        # RFC 7592 2: a client that is gone, or never was, looks like one whose token is another.
        # The client is read first: whoever changes it after that, and ends the token with it, overtakes what is done now.
        found = self.clients.listed(db, client_id)
        if not self.tokens.opens(db, client_id, token) or found is None:
            raise bad_token()
        if found.client.disabled:
            raise refused((), "the client was disabled by an administrator", code="access_denied", status=403)
        call_from(replace(current_origin(), actor=f"client:{client_id}"))
        return found

    def _prove(self, sector: object, redirect_uris: object) -> None:
        if faults := self.registrar.sectors.faults(sector, redirect_uris):
            raise refused(faults)

    def _must_be_offered(self, meta: ClientMetadata) -> None:
        if beyond := set(meta.response_types) - set(self.profiles[meta.profile].response_types):
            raise refused((Fault(("response_types",), f"{min(beyond)} is not offered here"),))

    def _brand_names(self) -> frozenset[str]:
        return frozenset(name for brand in self.brands.all() for name in (brand.id, brand.name))

    def _listed(self, db: Connection, client_id: str) -> Listed:
        found = self.clients.listed(db, client_id)
        if found is None:
            raise bad_token()
        return found

    def _told(self, listed: Listed, token: str, secret: str | None) -> Answer:
        told = shown(listed.metadata) | {
            "client_id_issued_at": int(listed.created_at.timestamp()),
            "registration_client_uri": f"{self.address}/{listed.client.id}",
            "registration_access_token": token,
        }
        # Of secrets only digests are kept: it can be told in the answer that made it, and never again.
        return told | ({"client_secret": secret, "client_secret_expires_at": 0} if secret is not None else {})


def _must_be_its_own(found: Listed, given: Mapping[str, Any], clock: Clock) -> None:
    """RFC 7592 2.2: the request names the client, and a secret in it is one that lives."""
    if given.get("client_id") != found.client.id:
        raise refused((), "client_id must be that of the client", code=BAD_METADATA)
    sent, now = given.get("client_secret"), clock.now()
    live = {one.digest for one in found.client.secret_digests if one.expires_at is None or one.expires_at > now}
    if sent is not None and (not isinstance(sent, str) or digest(sent) not in live):
        raise refused((), "client_secret is not that of the client", code=BAD_METADATA)
