"""What a registrant may say of a client, as data: console, command line, API and applications differ in nothing else."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from idp.clients.metadata import ClientMetadata

EVERY_NAME = frozenset(ClientMetadata.model_fields)
# A permission of an API of one's own: words without any such sign are ours, and must be spelled as ours are.
OWN_SCOPE = re.compile(r"[:./]")
# RFC 7591 2 and Registration 2; what is ours alone, and whatever gives power over subjects, is an administrator's.
BY_DYNAMIC = frozenset(
    {
        "client_name",
        "application_type",
        "redirect_uris",
        "post_logout_redirect_uris",
        "backchannel_logout_uri",
        "backchannel_logout_session_required",
        "frontchannel_logout_uri",
        "frontchannel_logout_session_required",
        "initiate_login_uri",
        "grant_types",
        "response_types",
        "token_endpoint_auth_method",
        "token_endpoint_auth_signing_alg",
        "id_token_signed_response_alg",
        "userinfo_signed_response_alg",
        "introspection_signed_response_alg",
        "request_object_signing_alg",
        "request_uris",
        "require_signed_request_object",
        "require_pushed_authorization_requests",
        "sector_identifier_uri",
        "subject_type",
        "scope",
        "jwks",
        "jwks_uri",
        "require_auth_time",
        "default_max_age",
        "default_acr_values",
        "client_uri",
        "logo_uri",
        "policy_uri",
        "tos_uri",
        "contacts",
        "software_id",
        "software_version",
        "profile",
        "dpop_bound_access_tokens",
    }
)
# What it is whoever lets it in.
ALWAYS: Mapping[str, object] = {"consent": "required", "subject_type": "pairwise"}


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one registrant may set.

    `names`: metadata names. `brands`: those that may be named; `no_brand`: whether a client may have none. `scopes`: words of
    `scope`; `own_scopes`: whether permissions of other APIs may stand there too. `fixed`: what it is whatever they say.
    `foreign`: APIs, and `reserved`: scopes, that are out of their reach. `not_to_own`: APIs they may use and not speak for.
    `names_of_others`: what its name may not hold. `longest`: what its tokens may last, in seconds.
    """

    names: frozenset[str]
    brands: frozenset[str]
    no_brand: bool
    scopes: frozenset[str]
    own_scopes: bool
    fixed: Mapping[str, object] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()
    reserved: frozenset[str] = frozenset()
    not_to_own: frozenset[str] = frozenset()
    names_of_others: frozenset[str] = frozenset()
    longest: Mapping[str, int] = field(default_factory=dict)

    def scope(self, word: str) -> bool:
        """Whether `word` may be one of the scopes."""
        if word in self.reserved:
            return False
        return word in self.scopes or (self.own_scopes and OWN_SCOPE.search(word) is not None)


def by_administrator(
    brands: Collection[str],
    scopes: Collection[str],
    *,
    everywhere: bool,
    client_id: str | None = None,
    foreign: Collection[str] = (),
    reserved: Collection[str] = (),
    not_to_own: Collection[str] = (),
    longest: Mapping[str, int] | None = None,
) -> Allowed:
    """Everything, for the `brands` they reach; of no brand only `everywhere`, where they reach all.

    `client_id` is that of a client that is changed, `foreign` are APIs and `reserved` scopes that are not theirs to give.
    `not_to_own` are APIs for which they may use tokens, and not answer. `longest` is what everybody's tokens last.
    """
    return Allowed(
        names=EVERY_NAME - {"secret_digests"},
        brands=frozenset(brands),
        no_brand=everywhere,
        scopes=frozenset(scopes),
        own_scopes=True,
        fixed={} if client_id is None else {"client_id": client_id},
        foreign=frozenset(foreign),
        reserved=frozenset(reserved),
        not_to_own=frozenset(not_to_own),
        longest=longest or {},
    )


def by_file(brands: Collection[str], scopes: Collection[str], longest: Mapping[str, int] | None = None) -> Allowed:
    """What an operator may write into a file: everything, digests of secrets too. `longest` is what everybody's tokens last."""
    known = frozenset(brands), frozenset(scopes)
    return Allowed(EVERY_NAME, known[0], no_brand=True, scopes=known[1], own_scopes=True, longest=longest or {})


def by_dynamic_client(
    brand: str | None, scopes: Collection[str], client_id: str | None = None, names_of_others: Collection[str] = ()
) -> Allowed:
    """What an application may say of itself (RFC 7591): of the `brand` of its token, no implied consent, only `scopes`.

    Nobody vouches for it: it knows customers by identifiers of its own, and is not called by any of `names_of_others`.
    """
    return Allowed(
        names=BY_DYNAMIC,
        brands=frozenset() if brand is None else frozenset({brand}),
        no_brand=brand is None,
        scopes=frozenset(scopes),
        own_scopes=False,
        fixed={"brand": brand, **ALWAYS, **({} if client_id is None else {"client_id": client_id})},
        names_of_others=frozenset(names_of_others),
    )
