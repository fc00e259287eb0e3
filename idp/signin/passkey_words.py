"""What pages say about passkeys, and the form in which one is asked for."""

from dataclasses import dataclass
from typing import Literal

from idp.core.language import N_
from idp.factors.passkey import UnknownCredential
from idp.factors.passkey_ceremony import Because, Refused
from idp.signin.words import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyForm:
    """One button that starts a ceremony, for `parts/passkey.html`.

    Its options come from below `action`, and the response goes to `action`. `does` is the method of
    navigator.credentials. `anyone`: whoever answers signs in; `autofill`: passkeys are also offered on the username field.
    `unasked`: one is made without a prompt, or not at all. `named`: the new one gets a name, for which this is proposed.
    `parked`: the page belongs to a parked request.
    """

    action: str
    label: str
    does: Literal["get", "create"] = "get"
    anyone: bool = False
    autofill: bool = False
    unasked: bool = False
    quiet: bool = False
    named: str = ""
    parked: bool = True


def unasked_form(here: str) -> PasskeyForm:
    """The one by which a browser may make a passkey without a prompt, while a second step is offered."""
    return PasskeyForm(action=f"{here}/offer/passkey", label=N_("Make a passkey"), does="create", unasked=True)


MISSING = Problem(N_("No passkey arrived"), N_("Press the button, and your browser will ask for it."), None)
SWITCHED_OFF = Problem(
    N_("You can’t sign in with this passkey now"),
    N_("The account it belongs to is switched off. Call us to learn more; the number is below."),
    None,
)
UNKNOWN = Problem(
    N_("We don’t know that passkey"),
    N_(
        "It was removed from your account, or was never added to one. We have told your browser, so that it offers it no more."
        " Use another passkey, or another way."
    ),
    None,
)

_UNCHECKED = Problem(N_("That passkey could not be checked"), N_("Nothing was changed. Try again, or use another way."), None)
_TOO_LATE = Problem(N_("That took too long"), N_("Your browser’s answer was too old, or came twice. Try again."), None)
_SAID = {
    Because.MALFORMED: _UNCHECKED,
    Because.CHALLENGE: _TOO_LATE,
    Because.CEREMONY: _UNCHECKED,
    Because.ORIGIN: _UNCHECKED,
    Because.FRAMED: _UNCHECKED,
    Because.UNVERIFIABLE: _UNCHECKED,
    Because.NOT_VERIFIED: Problem(
        N_("Your passkey did not check that it’s you"),
        N_("Unlock it with your fingerprint, your face or your PIN. If your device can’t, use another way."),
        None,
    ),
    Because.NOT_DISCOVERABLE: Problem(
        N_("That device can’t keep the passkey"), N_("Choose another place for it, your phone for example."), None
    ),
    Because.NOT_THEIRS: Problem(
        N_("That passkey belongs to another account"), N_("Choose the passkey of the account you are signing in to."), None
    ),
    Because.TAKEN: Problem(
        N_("That passkey was added before"), N_("Choose another device, or use the passkey you have."), None
    ),
    Because.BACKUP: _UNCHECKED,
    Because.COUNTER: Problem(
        N_("We did not accept that passkey"),
        N_("There may be a copy of it that is not yours. Use another way, and call us; the number is below."),
        None,
    ),
    Because.REMOVED: UNKNOWN,
}


def refusal(refused: Refused | UnknownCredential) -> Problem:
    """What is said about a passkey that did not count."""
    return _SAID[refused.because] if isinstance(refused, Refused) else UNKNOWN
