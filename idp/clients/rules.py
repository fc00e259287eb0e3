"""What the metadata of a client must fulfil beyond its types: the table of rules under every way to register."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from idp.clients.allowed import Allowed
from idp.clients.faults import Fault
from idp.clients.key_rules import key_set_faults
from idp.clients.lifetimes import lifetime_faults
from idp.clients.metadata import ClientMetadata
from idp.clients.profiles import PROFILES
from idp.clients.web_origin import origin_of

LONGEST_URI = 2048
MOST_OF_A_LIST = 32
# Letters by their category that show nothing: the fillers of Hangul.
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
SUBJECT = re.compile(r"[A-Za-z0-9_-]{43}")
WORD = re.compile(r"[!-~]+")

Rule = Callable[[ClientMetadata, Allowed], Iterator[Fault]]


def _id(meta: ClientMetadata, _: Allowed) -> Iterator[Fault]:
    if SUBJECT.fullmatch(meta.client_id):
        # RFC 9068 5: a client's own token has its id for `sub`, and an API would take the client for that customer.
        yield Fault(("client_id",), "could be the identifier of a customer; choose one that is shorter or longer")


def _name(meta: ClientMetadata, allowed: Allowed) -> Iterator[Fault]:
    said = folded(meta.client_name)
    if not said:
        yield Fault(("client_name",), "needs a letter or a digit that can be seen")
    for other in sorted(allowed.names_of_others):
        if folded(other) in said:
            # Customers would take it for the brand itself.
            yield Fault(("client_name",), f"must not hold {other}, which is the name of a brand")


def _brand(meta: ClientMetadata, allowed: Allowed) -> Iterator[Fault]:
    if meta.brand is None and not allowed.no_brand:
        yield Fault(("brand",), f"must be one of yours: {', '.join(sorted(allowed.brands))}")
    elif meta.brand is not None and meta.brand not in allowed.brands:
        known = ", ".join(sorted(allowed.brands)) or "none"
        yield Fault(("brand",), f"{meta.brand} is not a brand you can register for; there are: {known}")


def _scopes(meta: ClientMetadata, allowed: Allowed) -> Iterator[Fault]:
    for word in meta.scope.split():
        if not allowed.scope(word):
            own = (
                "; a permission of your own API has a colon, a dot or a slash, such as orders:read"
                if allowed.own_scopes
                else ""
            )
            yield Fault(("scope",), f"{word} is not known; there are {', '.join(sorted(allowed.scopes))}{own}")


def _redirects(meta: ClientMetadata, _: Allowed) -> Iterator[Fault]:
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        for index, uri in enumerate(getattr(meta, name)):
            scheme = urlsplit(uri).scheme
            if meta.application_type == "web" and scheme not in ("https", "http"):
                yield Fault((name, index), f"{uri}: a web application is sent back to an https address")
            elif scheme not in ("https", "http") and "." not in scheme:
                # RFC 8252 7.1: anybody's application may claim a scheme that is no name of theirs.
                yield Fault(
                    (name, index), f"{uri}: a scheme of your own is your domain backwards, such as com.example.app:/callback"
                )
            if uri in getattr(meta, name)[:index]:
                yield Fault((name, index), f"{uri} stands twice")


def _logout_page(meta: ClientMetadata, _: Allowed) -> Iterator[Fault]:
    uri = meta.frontchannel_logout_uri
    if uri is not None and origin_of(uri) not in {origin_of(one) for one in meta.redirect_uris} - {None}:
        # Front-Channel Logout 2. It is framed by a page of ours, whose policy names this origin.
        yield Fault(("frontchannel_logout_uri",), "must have the scheme, host and port of one of the redirect addresses")


def _login_page(meta: ClientMetadata, _: Allowed) -> Iterator[Fault]:
    uri = meta.initiate_login_uri
    if uri is not None and urlsplit(uri).scheme != "https" and meta.consent != "implied":
        # Registration 2. A brand's own may live on the machine of whoever develops them.
        yield Fault(("initiate_login_uri",), f"{uri} must be an https address")


def _front_channel(meta: ClientMetadata, _: Allowed) -> Iterator[Fault]:
    if "implicit" not in meta.grant_types:
        return
    for index, uri in enumerate(meta.redirect_uris):
        parts = urlsplit(uri)
        if meta.application_type == "web" and (parts.scheme != "https" or parts.hostname == "localhost"):
            # Registration 2: what comes there is a token.
            yield Fault(("redirect_uris", index), f"{uri}: with the implicit grant it must be https, and not localhost")
    if meta.dpop_bound_access_tokens and "id_token token" in meta.response_types:
        yield Fault(("response_types",), "an access token that comes through the browser is bound to no key")


def _lengths(meta: ClientMetadata, _: Allowed) -> Iterator[Fault]:
    for name, value in meta:
        for index, one in enumerate(value if isinstance(value, tuple) else (value,)):
            at = (name, index) if isinstance(value, tuple) else (name,)
            if isinstance(one, str) and len(one) > LONGEST_URI:
                yield Fault(at, f"must have at most {LONGEST_URI} characters")
            elif isinstance(one, str) and not _can_be_seen(one):
                yield Fault(at, "holds characters that cannot be seen; type it anew")
        if isinstance(value, tuple) and len(value) > MOST_OF_A_LIST:
            yield Fault((name,), f"may hold at most {MOST_OF_A_LIST}")


def _audiences(meta: ClientMetadata, allowed: Allowed) -> Iterator[Fault]:
    for name in ("resources", "owns"):
        for index, uri in enumerate(getattr(meta, name)):
            if not WORD.fullmatch(uri):
                yield Fault((name, index), f"{uri!r} must be an address without spaces")
            elif uri in allowed.foreign:
                # Whoever may ask for tokens for an API, or about them, has its customers' data.
                yield Fault((name, index), f"{uri} is an API of another brand; ask an administrator of all brands")
            elif name == "owns" and uri in allowed.not_to_own:
                # Its owner's brand decides which customer number stands in tokens for it.
                yield Fault((name, index), f"{uri} is used by others already; ask an administrator of all brands")


def _profile(meta: ClientMetadata, _: Allowed) -> Iterator[Fault]:
    profile = PROFILES[meta.profile]
    offered: Mapping[str, tuple[str, ...]] = {
        "token_endpoint_auth_method": profile.client_auth,
        "token_endpoint_auth_signing_alg": profile.assertion_algs,
        "id_token_signed_response_alg": profile.token_algs,
        "userinfo_signed_response_alg": profile.token_algs,
        "introspection_signed_response_alg": profile.token_algs,
        "request_object_signing_alg": profile.request_object_algs,
    }
    if beyond := set(meta.response_types) - {*profile.response_types, *profile.front_channel}:
        yield Fault(("response_types",), f"{min(beyond)} is not offered with the profile {meta.profile}")
    for name, values in offered.items():
        if getattr(meta, name) not in (None, *values):
            yield Fault((name,), f"must be {' or '.join(values)} with the profile {meta.profile}")
    if not (meta.require_pkce or profile.pkce_optional):
        yield Fault(("require_pkce",), f"must be true with the profile {meta.profile}")


def _keys(meta: ClientMetadata, _: Allowed) -> Iterator[Fault]:
    yield from key_set_faults(meta)


def _lifetimes(meta: ClientMetadata, allowed: Allowed) -> Iterator[Fault]:
    yield from lifetime_faults(meta, allowed.longest)


def folded(name: str) -> str:
    """The letters and digits of a name, in one case and width and without accents: names that look alike mostly agree in it."""
    return "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isalnum() and c not in BLANK_LETTERS)


def _can_be_seen(text: str) -> bool:
    return text.isprintable() and "\ufffd" not in text


RULES: tuple[Rule, ...] = (
    *(_id, _name, _brand, _redirects, _logout_page, _login_page, _scopes, _front_channel),
    *(_audiences, _lengths, _profile, _keys, _lifetimes),
)
