"""The words of problem pages: what happened, what it means for you, what to do now."""

from dataclasses import dataclass

from idp.core.language import N_


@dataclass(frozen=True, slots=True)
class Words:
    """One problem, told to people."""

    title: str
    happened: str
    meaning: str
    action: str = "Go back to where you came from"


PROBLEMS: dict[str, Words] = {
    "bad_request": Words(
        "We could not use that request",
        "The page was asked for something it does not understand.",
        "Nothing was changed. Start again from the application you were using.",
    ),
    "unknown_host": Words(
        "This is not our address",
        "The request named another address than ours.",
        "Nothing was changed. Check the address and start again.",
    ),
    "not_found": Words(
        "There is no page here",
        "The address does not lead anywhere.",
        "It may have been mistyped or moved. Nothing was changed.",
    ),
    "method_not_allowed": Words(
        "This address works differently",
        "The page was called in a way it does not offer.",
        "Nothing was changed. Start again from the application you were using.",
    ),
    "form_expired": Words(
        "This page has grown old",
        "The form was sent from a page that no longer fits this browser.",
        "Nothing was sent. Start again, and it will work.",
        "Start again",
    ),
    "form_from_elsewhere": Words(
        "That form came from another site",
        "A form was sent to us from a page that is not ours.",
        "For your safety we did not accept it. Nothing was changed.",
    ),
    "no_interaction": Words(
        "This sign-in is no longer open",
        "It was finished already, or it was left for too long.",
        "You are not in danger and nothing was lost. Start again from the application you want to use.",
        "Start again",
    ),
    "finished": Words(
        "You have already answered here",
        "This step was finished before.",
        "Nothing more is needed. Go back to the application and go on from there.",
        "Back to the application",
    ),
    "slow_down": Words(
        "Too many tries from your connection",
        "There were many failed tries from where you are.",
        "Your account is safe. Wait a few minutes, then try again.",
        "Try again",
    ),
    "too_many_requests": Words(
        "Too many requests from your connection",
        "From where you are, far more was begun than people begin.",
        "Nothing was changed. Wait a few minutes, then start again from the application you were using.",
    ),
    "link_over": Words(
        "This link is no longer good",
        "It was used already, it is more than a day old, a newer one was sent, or its page stood open too long.",
        "Nothing was changed. Try the link in the newest mail; if you still cannot sign in, call the support of your brand.",
    ),
    "recovery_over": Words(
        "This way back in is closed",
        "It was used already, a newer e-mail was sent, or more than 15 minutes have passed.",
        "Nothing was changed. Ask for a new e-mail, and use the newest one.",
        "Ask for a new e-mail",
    ),
    "lost_over": Words(
        N_("This is over"),
        N_("It was used or stopped already, its time has passed, or its page stood open too long."),
        N_("Nothing was changed just now. Use the link in our newest message, or begin again."),
        N_("Begin again"),
    ),
    "undo_over": Words(
        "This link is no longer good",
        "It was used already, it is more than 7 days old, or its page stood open too long.",
        "Nothing was changed. Try the link in the mail once more; if something is wrong, call the support of your brand.",
    ),
    "unknown_client": Words(
        "We do not know this application",
        "The application that sent you here is not registered with us, or was switched off.",
        "We did not sign you in anywhere. If you trust the application, tell the people who run it.",
    ),
    "bad_redirect": Words(
        "The application sent a wrong return address",
        "The address it wants you sent back to is not one it has registered.",
        "For your safety we stopped here. The people who run the application need to correct it.",
    ),
    "bad_logout_return": Words(
        "The application sent a wrong return address",
        "It asked us to sign you out and to send you to an address it has not registered.",
        "For your safety we stopped here, and you are still signed in. You can sign out below.",
        "Sign out here",
    ),
    "still_signed_in": Words(
        "You are still signed in",
        "You chose to stay signed in.",
        "Nothing was changed. You can go on where you were.",
    ),
    "not_signed_in": Words(
        "You were signed out meanwhile",
        "Your sign-in here ended in the moment in which you wanted to change something.",
        "Nothing was changed. Sign in again, and look at your account before you go on.",
    ),
    "too_large": Words(
        "That was too much at once",
        "What was sent is larger than this page accepts.",
        "Nothing was changed.",
    ),
    "temporarily_unavailable": Words(
        "We cannot do this right now",
        "A part of our service does not answer.",
        "Nothing was lost. Please try again in a moment.",
        "Try again",
    ),
    "server_error": Words(
        "Something went wrong on our side",
        "We could not finish what you asked for.",
        "It is our fault, not yours. If it happens again, tell us the reference below.",
    ),
}
