"""The words of the problem pages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One problem in words. `action` is a path, or None where signing in again is the way on."""

    status: int
    title: str
    happened: str
    meaning: str
    action: str | None = None
    label: str = "Sign in again"


OTHER = Words(
    400,
    "Sign-in was not finished",
    "The sign-in service could not finish your request.",
    "You are not signed in, and nothing about your account has changed.",
)
HOME = "Go to the start page"
WORDS = {
    "access_denied": Words(
        403,
        "You chose not to continue",
        "You did not allow this portal to see your details, so it could not sign you in.",
        "Nothing was shared. You can sign in whenever you like.",
        "/",
        HOME,
    ),
    "stale_sign_in": Words(
        400,
        "That sign-in is no longer waiting",
        "This page belongs to a sign-in that was already used, is too old, or began in another browser.",
        "You can start a new one here. If you are still signed in at the sign-in service, you go straight through.",
    ),
    "not_from_here": Words(
        403,
        "You are still signed in",
        "The request to sign out did not come from a page of this portal, so we did not follow it.",
        "Use the Sign out button at the top of the page.",
        "/overview",
        "Back to your agreements",
    ),
    "signed_out_here_only": Words(
        503,
        "You are signed out here",
        "We could not reach the sign-in service to sign you out there too.",
        "Your sign-in there ends by itself after 15 minutes. On a shared computer, close all browser windows.",
        "/",
        HOME,
    ),
    "provider_unreachable": Words(
        503,
        "Sign-in is not available right now",
        "We could not reach the sign-in service.",
        "Your agreements and payments are not affected. Please try again in a minute.",
        None,
        "Try again",
    ),
    "payment_gone": Words(
        404,
        "That payment is no longer waiting",
        "It is too old, or somebody else began it.",
        "Look at your payments to see what was booked.",
        "/overview",
        "Go to your agreements",
    ),
    "payment_not_from_here": Words(
        403,
        "Nothing has been paid",
        "The form was older than your sign-in, or it did not come from a page of this portal.",
        "Use “Make a payment” on the page of your agreement.",
        "/overview",
        "Go to your agreements",
    ),
    "payment_made_before": Words(
        409,
        "That form was used before",
        "A payment of another amount was already booked from it, so nothing more was paid now.",
        "Look at your payments before you make another one.",
        "/overview",
        "Go to your agreements",
    ),
    "account_unavailable": Words(
        503,
        "We cannot show your account right now",
        "The service that holds your agreements did not answer as it should.",
        "Your agreements and payments are not affected. Please try again in a minute.",
        "",
        "Try again",
    ),
    "busy": Words(
        503,
        "Many customers are here right now",
        "We have more visitors than we can serve this second.",
        "Please try again in a moment.",
        "",
        "Try again",
    ),
    "not_found": Words(
        404,
        "There is no such page",
        "The address may be mistyped, or it belongs to an agreement that is not yours.",
        "Your agreements are all on the overview.",
        "/overview",
        "Go to your agreements",
    ),
    "refused": Words(
        400,
        "We could not read that request",
        "Something in the request is not as it should be.",
        "Nothing has changed. Start again from the first page.",
        "/",
        HOME,
    ),
    "failed": Words(
        500,
        "Something went wrong on our side",
        "We could not make this page. It has been recorded.",
        "Please try again. If it happens again, call us and give the reference below.",
        "/",
        HOME,
    ),
}
for _code in ("login_required", "interaction_required", "consent_required", "account_selection_required"):
    WORDS[_code] = Words(
        403,
        "Please sign in",
        "The sign-in service needs to hear from you before you can go on.",
        "You are not signed in yet.",
        None,
        "Sign in",
    )
for _code in ("temporarily_unavailable", "server_error"):
    WORDS[_code] = WORDS["provider_unreachable"]
