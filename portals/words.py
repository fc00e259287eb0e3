"""The words of the problem pages."""

from dataclasses import dataclass

from portals.language import N_


@dataclass(frozen=True, slots=True)
class Words:
    """One problem in words. `action` is a path, or None where signing in again is the way on."""

    status: int
    title: str
    happened: str
    meaning: str
    action: str | None = None
    label: str = N_("Sign in again")


OTHER = Words(
    400,
    N_("Sign-in was not finished"),
    N_("The sign-in service could not finish your request."),
    N_("You are not signed in, and nothing about your account has changed."),
)
HOME = N_("Go to the start page")
WORDS = {
    "access_denied": Words(
        403,
        N_("You chose not to continue"),
        N_("You did not allow this portal to see your details, so it could not sign you in."),
        N_("Nothing was shared. You can sign in whenever you like."),
        "/",
        HOME,
    ),
    "stale_sign_in": Words(
        400,
        N_("That sign-in is no longer waiting"),
        N_("This page belongs to a sign-in that was already used, is too old, or began in another browser."),
        N_("You can start a new one here. If you are still signed in at the sign-in service, you go straight through."),
    ),
    "other_provider": Words(
        400,
        N_("That link is for another sign-in service"),
        N_("The page that sent you here asks for a sign-in service that this portal does not use."),
        N_("Nothing has changed. You can sign in here as always."),
        None,
        N_("Sign in"),
    ),
    "not_from_here": Words(
        403,
        N_("You are still signed in"),
        N_("The request to sign out did not come from a page of this portal, so we did not follow it."),
        N_("Use the Sign out button at the top of the page."),
        "/overview",
        N_("Back to your agreements"),
    ),
    "signed_out_here_only": Words(
        503,
        N_("You are signed out here"),
        N_("We could not reach the sign-in service to sign you out there too."),
        N_("Your sign-in there ends by itself after 15 minutes. On a shared computer, close all browser windows."),
        "/",
        HOME,
    ),
    "provider_unreachable": Words(
        503,
        N_("Sign-in is not available right now"),
        N_("We could not reach the sign-in service."),
        N_("Your agreements and payments are not affected. Please try again in a minute."),
        None,
        N_("Try again"),
    ),
    "language_not_from_here": Words(
        403,
        N_("The language was not changed"),
        N_("The request did not come from a page of this portal, so we did not follow it."),
        N_("Choose the language at the foot of any page."),
        "/",
        HOME,
    ),
    "payment_gone": Words(
        404,
        N_("That payment is no longer waiting"),
        N_("It is too old, or somebody else began it."),
        N_("Look at your payments to see what was booked."),
        "/overview",
        N_("Go to your agreements"),
    ),
    "payment_not_from_here": Words(
        403,
        N_("Nothing has been paid"),
        N_("The form was older than your sign-in, or it did not come from a page of this portal."),
        N_("Use “Make a payment” on the page of your agreement."),
        "/overview",
        N_("Go to your agreements"),
    ),
    "payment_made_before": Words(
        409,
        N_("That form was used before"),
        N_("A payment of another amount was already booked from it, so nothing more was paid now."),
        N_("Look at your payments before you make another one."),
        "/overview",
        N_("Go to your agreements"),
    ),
    "account_unavailable": Words(
        503,
        N_("We cannot show your account right now"),
        N_("The service that holds your agreements did not answer as it should."),
        N_("Your agreements and payments are not affected. Please try again in a minute."),
        "",
        N_("Try again"),
    ),
    "busy": Words(
        503,
        N_("Many customers are here right now"),
        N_("We have more visitors than we can serve this second."),
        N_("Please try again in a moment."),
        "",
        N_("Try again"),
    ),
    "not_found": Words(
        404,
        N_("There is no such page"),
        N_("The address may be mistyped, or it belongs to an agreement that is not yours."),
        N_("Your agreements are all on the overview."),
        "/overview",
        N_("Go to your agreements"),
    ),
    "refused": Words(
        400,
        N_("We could not read that request"),
        N_("Something in the request is not as it should be."),
        N_("Nothing has changed. Start again from the first page."),
        "/",
        HOME,
    ),
    "failed": Words(
        500,
        N_("Something went wrong on our side"),
        N_("We could not make this page. It has been recorded."),
        N_("Please try again. If it happens again, call us and give the reference below."),
        "/",
        HOME,
    ),
}
for _code in ("login_required", "interaction_required", "consent_required", "account_selection_required"):
    WORDS[_code] = Words(
        403,
        N_("Please sign in"),
        N_("The sign-in service needs to hear from you before you can go on."),
        N_("You are not signed in yet."),
        None,
        N_("Sign in"),
    )
for _code in ("temporarily_unavailable", "server_error"):
    WORDS[_code] = WORDS["provider_unreachable"]
