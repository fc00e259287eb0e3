"""On which terms clients register themselves: what is filled in for them, what they may say, what is told of them. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from idp.clients.metadata import ClientMetadata
from idp.clients.profiles import BASELINE, PROFILES
from idp.clients.registrar import Allowed, by_dynamic_client
from idp.oidc.authorization.scopes import SCOPES

OPEN = "open"
NAMES = frozenset(ClientMetadata.model_fields)
# What RFC 7591 2 leaves to us where it is left out. Only what customers are asked for is among it.
ASKED_FOR = tuple(name for name in SCOPES if name != "accounts")
SCOPE = " ".join(ASKED_FOR)
PKCE = "require_pkce"
UNTOLD = {"secret_digests"}
# (name, value) -> what it becomes. Nobody vouches for who registers by themselves: each knows customers by names of its own.
INSTEAD: Mapping[tuple[str, str], str] = {("subject_type", "public"): "pairwise"}


@dataclass(frozen=True, slots=True)
class Door:
    """What is open to those who bring no token. `pkce_optional`: their confidential clients may do without PKCE."""

    open: bool
    pkce_optional: bool


@dataclass(frozen=True, slots=True)
class RegistrationTerms:
    """What one registrant may say; `name` is theirs in the trail. `pkce_optional`: they do without unless they ask for it."""

    name: str
    allowed: Allowed
    pkce_optional: bool


def terms_of_new(brand: str | None, name: str, pkce_optional: bool, brand_names: Collection[str]) -> RegistrationTerms:
    """The terms of whoever registers a client of `brand`; it is not called by any of `brand_names`."""
    allowed = _may_do_without(by_dynamic_client(brand, ASKED_FOR, names_of_others=brand_names), pkce_optional)
    return RegistrationTerms(name, allowed, pkce_optional)


def terms_of_change(stored: ClientMetadata, brand_names: Collection[str] = ()) -> Allowed:
    """The terms of a client that changes itself: what it may not say stays as an administrator left it."""
    terms = by_dynamic_client(stored.brand, ASKED_FOR, stored.client_id, brand_names)
    allowed = _may_do_without(terms, not stored.require_pkce)
    stays = {name: value for name, value in stored.model_dump(mode="json").items() if name not in allowed.names}
    return replace(allowed, fixed={**allowed.fixed, **stays})


def completed(given: Mapping[str, Any], *, pkce_optional: bool = False) -> dict[str, Any]:
    """What was sent, with what may be left out. Names that nobody here knows are passed over (RFC 7591 2); null is not sent.

    What libraries send unasked is replaced, not refused (RFC 7591 3.2.1): the answer says what the client is.
    """
    said = {name: value for name, value in given.items() if name in NAMES and name != "client_id" and value is not None}
    said |= {name: here for (name, value), here in INSTEAD.items() if said.get(name) == value}
    profile = PROFILES.get(str(said.get("profile")), BASELINE)
    waived = pkce_optional and profile.pkce_optional and said.get("token_endpoint_auth_method") != "none"
    free = {PKCE: False} if waived else {}
    return {"client_name": _name_for(said), "scope": SCOPE, **free, **said}


def kept(given: Mapping[str, Any], stored: ClientMetadata) -> dict[str, Any]:
    """`given` without what is not theirs to say and only repeats what they were told: clients send back all that they read."""
    theirs, told = terms_of_change(stored).names, shown(stored)
    return {name: value for name, value in given.items() if name in theirs or told.get(name) != value}


def shown(meta: ClientMetadata) -> dict[str, Any]:
    """What is told of a client to itself: everything that was stored, but digests."""
    return meta.model_dump(mode="json", exclude_none=True, exclude=UNTOLD)


def _may_do_without(allowed: Allowed, pkce_optional: bool) -> Allowed:
    return replace(allowed, names=allowed.names | {PKCE}) if pkce_optional else allowed


def _name_for(said: Mapping[str, Any]) -> str:
    uris = [said.get("client_uri"), *(said["redirect_uris"] if isinstance(said.get("redirect_uris"), list) else ())]
    hosts = (_host(uri) for uri in uris if isinstance(uri, str))
    return next((host for host in hosts if host), "Application")


def _host(uri: str) -> str:
    try:
        return (urlsplit(uri).hostname or "")[:120]
    except ValueError:
        return ""
