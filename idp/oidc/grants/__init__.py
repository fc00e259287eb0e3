"""The grant types, one file each. Discovery reads this table."""

from idp.oidc.grants.authorization_code import AuthorizationCodeGrant
from idp.oidc.grants.client_credentials import ClientCredentialsGrant
from idp.oidc.grants.refresh_token import RefreshTokenGrant

GRANTS = (AuthorizationCodeGrant, RefreshTokenGrant, ClientCredentialsGrant)
