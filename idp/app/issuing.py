"""The endpoints that clients call: token, userinfo, introspection, revocation, discovery, key set."""

from idp.app.house import House
from idp.oidc import metadata
from idp.oidc.assertion import Assertions
from idp.oidc.client_auth import ClientAuthenticator
from idp.oidc.endpoints.discovery import Discovery
from idp.oidc.endpoints.introspect import Introspect
from idp.oidc.endpoints.jwks import Jwks
from idp.oidc.endpoints.revoke import Revoke
from idp.oidc.endpoints.token import Token
from idp.oidc.endpoints.userinfo import UserInfoEndpoint
from idp.oidc.server import TokenServer
from idp.oidc.tokens.access import AccessTokens
from idp.oidc.tokens.identity import IdTokens
from idp.oidc.tokens.inspection import Inspection
from idp.oidc.tokens.issuance import Issuance
from idp.oidc.tokens.minting import Minting
from idp.oidc.tokens.refresh import Limits, RefreshTokens
from idp.oidc.userinfo import UserInfo
from idp.web.routes import Route


def issuing_routes(house: House) -> tuple[Route, ...]:
    """The routes, with all they need."""
    ground, keys = house.ground, house.keys
    issuer, database, clock = ground.settings.issuer, ground.database, ground.clock
    access_tokens = AccessTokens(issuer, keys, ground.keyring)
    limits = Limits(ground.settings.offline_idle, ground.settings.refresh_grace)
    refresh_tokens = RefreshTokens(ground.bus, ground.keyring, house.families, limits)
    inspection = Inspection(issuer, house.clients, house.families, access_tokens, refresh_tokens, house.pairwise)
    authenticator = ClientAuthenticator(
        clients=house.clients,
        assertions=Assertions(issuer, issuer + metadata.TOKEN, house.client_keys, ground.kv, clock),
        database=database,
        bus=ground.bus,
        clock=clock,
    )
    server = TokenServer(authenticator, _issuance(house, access_tokens, refresh_tokens))
    languages = [language for brand in house.brands.all() for language in brand.languages]
    return (
        *Token(issuer + metadata.TOKEN, server).routes(),
        *UserInfoEndpoint(UserInfo(issuer, database, inspection, keys), clock).routes(),
        *Introspect(issuer, issuer + metadata.INTROSPECT, authenticator, inspection, keys, database, clock).routes(),
        *Revoke(issuer + metadata.REVOKE, authenticator, inspection, database, clock).routes(),
        *Discovery.of(metadata.provider_metadata(issuer, languages)).routes(),
        *Jwks(keys).routes(),
    )


def _issuance(house: House, access_tokens: AccessTokens, refresh_tokens: RefreshTokens) -> Issuance:
    ground, settings = house.ground, house.ground.settings
    minting = Minting(
        issuer=settings.issuer,
        access_tokens=access_tokens,
        id_tokens=IdTokens(settings.issuer, house.keys, settings.id_token_lifetime),
        pairwise=house.pairwise,
        access_token_lifetime=settings.access_token_lifetime,
    )
    return Issuance(
        database=ground.database,
        bus=ground.bus,
        clock=ground.clock,
        sessions=house.sessions,
        families=house.families,
        codes=house.codes,
        refresh_tokens=refresh_tokens,
        minting=minting,
    )
