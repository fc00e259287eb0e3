"""Refused before anything is told to a client: who asks, where the answer goes, and what cannot be read at all."""

from collections.abc import Mapping

from idp.oidc.refusals.advice import Advice

ON_ADDRESSES: Mapping[str, Advice] = {
    "client_id is missing": Advice(
        "RFC 6749 4.1.1",
        "The request names no client, or names it twice.",
        "Send client_id once, as it was registered.",
    ),
    "client_id is unknown": Advice(
        "RFC 6749 4.1.2.1",
        "No client with this client_id is registered here.",
        "Compare client_id letter by letter with the registration; check that the request went to the right provider.",
    ),
    "the client is disabled": Advice(
        "RFC 6749 4.1.2.1",
        "The client was switched off.",
        "Ask an administrator why; nothing in the request can help.",
    ),
    "redirect_uri was sent twice": Advice(
        "RFC 6749 3.1",
        "A parameter may be sent once only.",
        "Send redirect_uri once.",
    ),
    "redirect_uri is missing": Advice(
        "OpenID Connect Core 3.1.2.1",
        "redirect_uri must be sent with openid, and wherever several are registered.",
        "Send the registered redirect_uri.",
    ),
    "redirect_uri is not registered": Advice(
        "RFC 6749 3.1.2.3, RFC 9700 2.1",
        "The address is compared character by character with the registered ones; none is the same.",
        "Send a registered address unchanged, or register the one that is sent. Scheme, host, port, path, query and a "
        "slash at the end all count.",
    ),
    "post_logout_redirect_uri is not registered": Advice(
        "RP-Initiated Logout 1.0 3",
        "The address to return to after signing out is compared character by character with the registered ones; none is "
        "the same.",
        "Register it in post_logout_redirect_uris, or send a registered one unchanged.",
    ),
    "a logout parameter was sent twice": Advice(
        "RP-Initiated Logout 1.0 2",
        "A parameter may be sent once only.",
        "Send each parameter once.",
    ),
    "parameters cannot be read: *": Advice(
        "RFC 6749 3.1, Appendix B",
        "The parameters are not UTF-8, hold a NUL, or are more than 100.",
        "Encode names and values as UTF-8 in application/x-www-form-urlencoded.",
    ),
    "the body is not a form": Advice(
        "OpenID Connect Core 3.1.2.1",
        "By POST, the parameters come as a form.",
        "Send Content-Type: application/x-www-form-urlencoded.",
    ),
    "* is too long": Advice(
        "RP-Initiated Logout 1.0 2",
        "The value is longer than is kept or sent back.",
        "Shorten it. Keep what is long on your side, and send a reference in state.",
    ),
    "the Host header names another host": Advice(
        "RFC 9110 7.2",
        "The request reached the provider under a name that is not its own.",
        "Use the addresses in discovery; a proxy must pass the Host header on.",
    ),
    "This address takes other methods": Advice(
        "RFC 9110 15.5.6",
        "The address is there, and does nothing by this method.",
        "Use one of the methods that the answer names in Allow.",
    ),
    "The address is too long": Advice(
        "RFC 9110 15.5.15",
        "The address is longer than is read.",
        "Send the request by POST, or send less.",
    ),
    "too_large": Advice(
        "RFC 9110 15.5.14",
        "The body is larger than is read.",
        "Send less.",
    ),
    "The body is too large": Advice(
        "RFC 9110 15.5.14",
        "The body is larger than is read.",
        "Send less.",
    ),
    "The body ended early": Advice(
        "RFC 9112 6.3",
        "Fewer bytes came than Content-Length says.",
        "Send the whole body; look at proxies on the way.",
    ),
    "RecursionError": Advice(
        "RFC 8259 9",
        "The request is nested too deep to be read.",
        "Send something flatter.",
    ),
    "Unicode*": Advice(
        "RFC 6749 Appendix B",
        "The request holds bytes that are no UTF-8.",
        "Encode everything as UTF-8.",
    ),
    "control character in a redirect": Advice(
        "RFC 9110 5.5",
        "An address to redirect to holds a control character.",
        "Remove it.",
    ),
    "too many fields": Advice(
        "RFC 6749 3.1",
        "The form has more fields than are read.",
        "Send less.",
    ),
    "a field was sent twice": Advice(
        "RFC 6749 3.1",
        "A field may be sent once only.",
        "Send each field once.",
    ),
    "a field holds bytes that are not text": Advice(
        "RFC 6749 Appendix B",
        "A field holds bytes that are no UTF-8.",
        "Encode everything as UTF-8.",
    ),
    "a form was posted from another site": Advice(
        "OpenID Connect Core 3.1.2.1",
        "A page of the provider's own was posted to from another site.",
        "Send people to /authorize or /logout; the pages behind it are theirs alone.",
    ),
    "the form's token does not belong to this browser": Advice(
        "OpenID Connect Core 3.1.2.1",
        "The page was older than its browser's cookie, or the browser keeps no cookies.",
        "Let the person start again; allow first-party cookies for the provider.",
    ),
}
