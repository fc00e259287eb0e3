"""What a rehearsed request would come to, in words for its developer."""

from collections.abc import Mapping
from typing import assert_never

from idp.oidc.authorization.decision import Activate, AskConsent, Decision, Issue, Known, Refuse, SignIn
from idp.signin.needs import Enrol, Need, Nothing, Step, Unmet, Vouched

CALLED: Mapping[str, str] = {
    "password": "password",
    "passkey": "passkey",
    "totp": "code from an authenticator app",
    "recovery_code": "recovery code",
    "text_code": "code by text",
    "mail_code": "code by e-mail",
}


def what_next(decision: Decision, known: Known | None) -> str:
    """What would happen, were you the one who signs in."""
    match decision:
        case Issue(_, context):
            return f"You would be sent back with a code at once, without a page: you are signed in at level {context.acr}."
        case AskConsent(_, first_visit):
            page = "whether to use your sign-in at this brand too" if first_visit else "to allow what is asked for"
            return f"You would be asked {page}. After that, a code goes back."
        case SignIn():
            return _step(known.need) if known is not None else "You would sign in first."
        case Activate():
            return "The page opens on which customers begin online access."
        case Refuse(error):
            return f"The application would be told {error.code}: {error.public}."
        case _:
            assert_never(decision)


def _step(need: Need) -> str:
    match need:
        case Step(choices, _):
            kinds = " or ".join(CALLED.get(kind, kind) for kind in choices)
            return f"You would be asked for more proof first: {kinds}. After that, a code goes back."
        case Enrol(choices, _):
            kinds = " or ".join(CALLED.get(kind, kind) for kind in choices)
            return f"You would be led to set up a further way to prove who you are first: {kinds}."
        case Unmet():
            return "You cannot reach the level that is asked for at this brand; a page would say so."
        case Nothing() | Vouched():
            return "You would choose which account to use."
        case _:
            assert_never(need)
