"""The fields of the form for clients: what each asks, in one sentence. A table, in the order in which they are asked."""

from collections.abc import Mapping

from idp.admin.client_field import SIGNED_BY, YES_OR_NO, Field, Widget
from idp.admin.client_fields_of_requests import OF_REQUESTS

NO_BRAND = "None: it is no brand’s"
BY_SECRET = {
    "client_secret_basic": "A secret, in the Authorization header",
    "client_secret_post": "A secret, in the body of the request",
}
BY_KEY = {"private_key_jwt": "A signature with its own key (the strongest: there is no secret to lose)"}
NO_PROOF = {"none": "Nothing: whoever has it on their device can read it"}
LEVELS = {
    "": "Whatever the brand asks for",
    "2sv": "A second step, codes by text or mail too (2sv)",
    "mfa": "Two factors (mfa)",
    "phr": "A passkey or as strong (phr)",
}

FIELDS: tuple[Field, ...] = (
    Field(
        "client_name",
        "Name",
        "Customers read it when they sign in and when they are asked for consent.",
        example="Roadside help",
    ),
    Field(
        "client_id",
        "Client id",
        "How the application names itself to us. Leave it empty and we make one; it can never be changed.",
        example="roadside-help",
    ),
    Field("brand", "Brand", "Whose dress the sign-in wears and whose rules it follows.", Widget.BRAND),
    Field(
        "redirect_uris",
        "Redirect addresses",
        "Where customers come back to after signing in, one on each line, exactly as the application sends them.",
        Widget.LINES,
        example="https://app.example.com/callback",
    ),
    Field(
        "post_logout_redirect_uris",
        "Addresses after signing out",
        "Where customers are sent after signing out, one on each line. Needed if the application names one.",
        Widget.LINES,
        example="https://app.example.com/",
    ),
    Field(
        "backchannel_logout_uri",
        "Address that hears of sign-outs",
        "We tell the application here, server to server, when a customer's session ends.",
        example="https://app.example.com/backchannel-logout",
    ),
    Field(
        "backchannel_logout_session_required",
        "It wants to know which session",
        "For applications that cannot tell by the customer alone. We always say it.",
        Widget.CHOICE,
        YES_OR_NO,
    ),
    Field(
        "frontchannel_logout_uri",
        "Page that signs out in the browser",
        "We open it, unseen, in the customer's browser when they sign out. It lives where a redirect address does. Browsers "
        "that keep sites apart withhold its cookies there: the address that hears of sign-outs is more reliable.",
        example="https://app.example.com/frontchannel-logout",
    ),
    Field(
        "frontchannel_logout_session_required",
        "That page wants to know which session",
        "For pages that do not go by their cookies. We always say it.",
        Widget.CHOICE,
        YES_OR_NO,
    ),
    Field(
        "initiate_login_uri",
        "Page that begins a sign-in",
        "Customers who open the application from their account come to this address, and are sent on to us from there.",
        example="https://app.example.com/login/start",
    ),
    Field(
        "token_endpoint_auth_method",
        "How it proves itself",
        "What the application shows when it fetches tokens.",
        Widget.CHOICE,
        {**BY_SECRET, **BY_KEY, **NO_PROOF},
    ),
    Field(
        "jwks_uri",
        "Address of its key set",
        "Where the application publishes its public keys; it can change them there by itself.",
        example="https://app.example.com/jwks.json",
    ),
    Field("jwks", "Key set", "Its public keys as JSON, if it publishes them nowhere. Never paste a private key.", Widget.KEYS),
    Field(
        "scope",
        "What it may ask for",
        "Customers' details that the application may see, if they agree. They read them in these words.",
        Widget.SCOPES,
    ),
    Field(
        "resources",
        "APIs it calls",
        "Addresses of the APIs its access tokens may be for, one on each line; the first is the usual one.",
        Widget.LINES,
        example="https://api.example.com",
    ),
    Field(
        "owns",
        "APIs it answers for",
        "Addresses that stand in access tokens for this API, one on each line; it may ask us whether such a token is good.",
        Widget.LINES,
        example="https://api.example.com",
    ),
    Field(
        "grant_types",
        "Ways to tokens",
        "How the application gets tokens.",
        Widget.TICKS,
        {
            "authorization_code": "A customer signs in (authorization code)",
            "refresh_token": "Anew without the customer, while the session lasts (refresh token)",
            "client_credentials": "For itself, without any customer (client credentials)",
        },
    ),
    Field(
        "consent",
        "Consent",
        "Whether customers are asked what the application may see.",
        Widget.CHOICE,
        {"required": "Customers are asked", "implied": "Never asked: it is the brand's own application"},
    ),
    Field(
        "default_acr_values",
        "Strength of the sign-in",
        "What customers must prove at least, where the application's request does not say.",
        Widget.CHOICE,
        LEVELS,
    ),
    Field(
        "default_max_age",
        "Oldest sign-in, in seconds",
        "A customer who signed in longer ago proves themselves again. Empty: as long as the session lasts.",
        Widget.NUMBER,
        example="3600",
    ),
    Field(
        "access_token_lifetime",
        "Access tokens last, in seconds",
        "60 at least. Empty: as long as everybody's, which is the most. Shorter is safer, longer asks us less often.",
        Widget.NUMBER,
        example="300",
    ),
    Field(
        "refresh_token_lifetime",
        "Refreshing ends, in seconds",
        "How long after the sign-in the application can refresh at most. Empty: as long as everybody can.",
        Widget.NUMBER,
        example="86400",
    ),
    Field(
        "refresh_token_idle_lifetime",
        "Refresh tokens last unused, in seconds",
        "A refresh token that nobody used for so long is worth nothing any more. Empty: as long as everybody's.",
        Widget.NUMBER,
        example="3600",
    ),
    Field(
        "access_token_format",
        "Access tokens are",
        "What the APIs get that the application calls.",
        Widget.CHOICE,
        {"jwt": "Signed and readable (JWT, RFC 9068)", "opaque": "Opaque: each API asks us"},
    ),
    Field(
        "dpop_bound_access_tokens",
        "Whoever holds its tokens",
        "Bound tokens are worth nothing to a thief who lacks the application's key. With FAPI 2.0 they are always bound.",
        Widget.CHOICE,
        {"no": "May use them; the application may bind them by itself", "yes": "Must prove a key, each time (DPoP)"},
    ),
    Field(
        "subject_type",
        "How it knows customers",
        "Whether applications can tell that they speak of the same customer.",
        Widget.CHOICE,
        {"pairwise": "By an identifier of its own (pairwise)", "public": "By the same identifier as others (public)"},
    ),
    Field(
        "id_token_signed_response_alg",
        "ID tokens are signed with",
        "The algorithm that the application's library understands.",
        Widget.CHOICE,
        {"": "As its profile has it: RS256, or ES256 with FAPI 2.0", **SIGNED_BY},
    ),
    Field(
        "token_endpoint_auth_signing_alg",
        "It signs with",
        "The one algorithm of its signatures, if it always uses the same.",
        Widget.CHOICE,
        {"": "Any that is strong enough", **SIGNED_BY},
    ),
    Field(
        "require_pkce",
        "PKCE",
        "Protects codes on their way; switch it off only for an old application that cannot do it.",
        Widget.CHOICE,
        {"yes": "Required", "no": "Not required"},
    ),
    Field(
        "profile",
        "Profile",
        "The set of security rules that the application follows. FAPI 2.0 is for what moves money: it pushes its requests "
        "(PAR), proves itself with its own key, and its tokens are bound to a key (DPoP).",
        Widget.CHOICE,
        {"baseline": "Baseline: OpenID Connect with PKCE", "fapi2": "FAPI 2.0 Security Profile"},
    ),
    *OF_REQUESTS,
    Field("client_uri", "Home page", "Linked from the page that asks for consent.", example="https://app.example.com/"),
    Field(
        "logo_uri",
        "Logo",
        "Shown on the page that asks for consent; we fetch it once and keep it.",
        example="https://app.example.com/logo.png",
    ),
    Field(
        "policy_uri", "Privacy policy", "Linked from the page that asks for consent.", example="https://app.example.com/privacy"
    ),
    Field(
        "tos_uri", "Terms of service", "Linked from the page that asks for consent.", example="https://app.example.com/terms"
    ),
    Field(
        "contacts",
        "Contacts",
        "Whom to ask about the application, one address on each line.",
        Widget.LINES,
        example="team@example.com",
    ),
)
BY_NAME: Mapping[str, Field] = {one.name: one for one in FIELDS}
