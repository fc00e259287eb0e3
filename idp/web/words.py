"""The words of problem pages: what happened, what it means for you, what to do now."""

from dataclasses import dataclass

from idp.core.language import N_


@dataclass(frozen=True, slots=True)
class Words:
    """One problem, told to people."""

    title: str
    happened: str
    meaning: str
    action: str = N_("Go back to where you came from")


PROBLEMS: dict[str, Words] = {
    "bad_request": Words(
        N_("We could not use that request"),
        N_("The page was asked for something it does not understand."),
        N_("Nothing was changed. Start again from the application you were using."),
    ),
    "unknown_host": Words(
        N_("This is not our address"),
        N_("The request named another address than ours."),
        N_("Nothing was changed. Check the address and start again."),
    ),
    "not_found": Words(
        N_("There is no page here"),
        N_("The address does not lead anywhere."),
        N_("It may have been mistyped or moved. Nothing was changed."),
    ),
    "not_your_role": Words(
        N_("This is not open to you"),
        N_("The page is for staff with another role, or of another brand."),
        N_("Nothing was changed. An administrator can give you the role."),
    ),
    "method_not_allowed": Words(
        N_("This address works differently"),
        N_("The page was called in a way it does not offer."),
        N_("Nothing was changed. Start again from the application you were using."),
    ),
    "form_expired": Words(
        N_("This page has grown old"),
        N_("The form was sent from a page that no longer fits this browser."),
        N_("Nothing was sent. Start again, and it will work."),
        N_("Start again"),
    ),
    "form_from_elsewhere": Words(
        N_("That form came from another site"),
        N_("A form was sent to us from a page that is not ours."),
        N_("For your safety we did not accept it. Nothing was changed."),
    ),
    "no_interaction": Words(
        N_("This sign-in is no longer open"),
        N_("It was finished already, or it was left for too long."),
        N_("You are not in danger and nothing was lost. Start again from the application you want to use."),
        N_("Start again"),
    ),
    "finished": Words(
        N_("You have already answered here"),
        N_("This step was finished before."),
        N_("Nothing more is needed. Go back to the application and go on from there."),
        N_("Back to the application"),
    ),
    "slow_down": Words(
        N_("Too many tries from your connection"),
        N_("There were many failed tries from where you are."),
        N_("Your account is safe. Wait a few minutes, then try again."),
        N_("Try again"),
    ),
    "too_many_requests": Words(
        N_("Too many requests from your connection"),
        N_("From where you are, far more was begun than people begin."),
        N_("Nothing was changed. Wait a few minutes, then start again from the application you were using."),
    ),
    "link_over": Words(
        N_("This link is no longer good"),
        N_("It was used already, it is more than a day old, a newer one was sent, or its page stood open too long."),
        N_(
            "Nothing was changed. Try the link in the newest mail; if you still cannot sign in, call the support of your brand."
        ),
    ),
    "recovery_over": Words(
        N_("This way back in is closed"),
        N_("It was used already, a newer e-mail was sent, or more than 15 minutes have passed."),
        N_("Nothing was changed. Ask for a new e-mail, and use the newest one."),
        N_("Ask for a new e-mail"),
    ),
    "lost_over": Words(
        N_("This is over"),
        N_("It was used or stopped already, its time has passed, or its page stood open too long."),
        N_("Nothing was changed just now. Use the link in our newest message, or begin again."),
        N_("Begin again"),
    ),
    "undo_over": Words(
        N_("This link is no longer good"),
        N_("It was used already, it is more than 7 days old, or its page stood open too long."),
        N_("Nothing was changed. Try the link in the mail once more; if something is wrong, call the support of your brand."),
    ),
    "unknown_client": Words(
        N_("We do not know this application"),
        N_("The application that sent you here is not registered with us, or was switched off."),
        N_("We did not sign you in anywhere. If you trust the application, tell the people who run it."),
    ),
    "bad_redirect": Words(
        N_("The application sent a wrong return address"),
        N_("The address it wants you sent back to is not one it has registered."),
        N_("For your safety we stopped here. The people who run the application need to correct it."),
    ),
    "activation_not_here": Words(
        N_("Online access is not activated here"),
        N_("There is no way yet to activate online access to your agreements on this page."),
        N_("Nothing was changed. Call the support of your brand, and people there help you."),
    ),
    "activation_later": Words(
        N_("We cannot check your agreement right now"),
        N_("The service that holds your agreements did not answer."),
        N_("Nothing you typed was kept. Try again in a few minutes; if it goes on, call us."),
        N_("Try again"),
    ),
    "activation_taken": Words(
        N_("This agreement cannot be added"),
        N_("It has online access already, or your sign-in belongs to another customer number of ours."),
        N_("Nothing was changed. If you think that is wrong, call us: the number is below."),
        N_("Sign in"),
    ),
    "bad_logout_return": Words(
        N_("The application sent a wrong return address"),
        N_("It asked us to sign you out and to send you to an address it has not registered."),
        N_("For your safety we stopped here, and you are still signed in. You can sign out below."),
        N_("Sign out here"),
    ),
    "still_signed_in": Words(
        N_("You are still signed in"),
        N_("You chose to stay signed in."),
        N_("Nothing was changed. You can go on where you were."),
    ),
    "not_signed_in": Words(
        N_("You were signed out meanwhile"),
        N_("Your sign-in here ended in the moment in which you wanted to change something."),
        N_("Nothing was changed. Sign in again, and look at your account before you go on."),
    ),
    "too_large": Words(
        N_("That was too much at once"),
        N_("What was sent is larger than this page accepts."),
        N_("Nothing was changed."),
    ),
    "temporarily_unavailable": Words(
        N_("We cannot do this right now"),
        N_("A part of our service does not answer."),
        N_("Nothing was lost. Please try again in a moment."),
        N_("Try again"),
    ),
    "server_error": Words(
        N_("Something went wrong on our side"),
        N_("We could not finish what you asked for."),
        N_("It is our fault, not yours. If it happens again, tell us the reference below."),
    ),
}

# Whoever meets one of these was about to sign in: the page leads on to what helps those who cannot.
ABOUT_SIGN_IN = frozenset({"no_interaction", "slow_down", "link_over", "not_signed_in"})
