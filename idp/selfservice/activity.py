"""What happened in one's account, in words: the entries of the trail that are about its owner."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from idp.core.audit import Entry
from idp.core.audit_of_subject import Wanted, entries_of
from idp.core.language import N_
from idp.core.sealing import Keyring
from idp.notices import CHANGES

# By event, and by kind of factor or reason where that says more; changes have the words of the mails about them.
WORDS: Mapping[tuple[str, str], str] = {
    **{(event.__name__, kind): words for (event, kind), words in CHANGES.items()},
    ("SubjectCreated", ""): N_("The account was opened"),
    ("SubjectLinked", ""): N_("An agreement was added"),
    ("SignedIn", ""): N_("Signed in"),
    ("SignInFailed", ""): N_("A sign-in was refused"),
    ("SignInFailed", "wrong_password"): N_("A wrong password was typed"),
    ("SignInFailed", "locked"): N_("A password was refused, because it was locked"),
    ("PasswordLocked", ""): N_("Signing in by password was locked"),
    ("PasswordUnlocked", ""): N_("Signing in by password was opened again"),
    ("SecondStepFailed", ""): N_("A second step was refused"),
    ("PasskeyCounterStoodStill", ""): N_("A passkey was refused: there may be a copy of it"),
    ("FactorResetStarted", ""): N_("Removing a lost second step was begun"),
    ("FactorResetReady", ""): N_("The wait before a lost second step is removed was over"),
    ("FactorResetCancelled", ""): N_("Removing a second step was stopped"),
    ("FactorResetFinished", ""): N_("A lost second step was removed"),
    ("RecoveryCodesVoided", ""): N_("Your recovery codes stopped working"),
    ("PhoneChanged", ""): N_("Your phone number was changed"),
    ("PhoneChanged", "removed"): N_("Your phone number was removed"),
    ("LanguageChosen", ""): N_("Your language was chosen"),
    ("RecoveryStarted", ""): N_("Help with signing in was asked for"),
    ("Recovered", ""): N_("Access to the account was given back"),
    ("ActivationStarted", ""): N_("Online access was asked for, for an agreement"),
    ("NotMe", ""): N_("You told us that something was not you"),
    ("SessionEnded", "owner"): N_("A session was ended from your account"),
    ("SessionEnded", "logout"): N_("Signed out"),
    ("SessionEnded", "support"): N_("A session was ended by our support"),
    ("SessionEnded", "staff"): N_("A session was ended by us"),
    ("SubjectDisabled", ""): N_("Your account was stopped"),
    ("SubjectEnabled", ""): N_("Your account is open again"),
    ("CallBegun", ""): N_("You called our support"),
    ("CallerAsked", ""): N_("Our support asked who you are"),
    ("SupportActed", "unlock"): N_("Our support opened your sign-in again"),
    ("SupportActed", "recovery_link"): N_("Our support sent you a way back in"),
    ("SupportActed", "end_sessions"): N_("Our support signed you out everywhere"),
    ("SupportActed", "factor_reset"): N_("Our support asked for a lost second step to be removed"),
    ("FactorResetDecided", ""): N_("A second agent decided about your lost second step"),
    **{
        ("FactorResetDecided", reason): N_("Removing a second step was stopped")
        for reason in ("not_lost", "password_changed", "not_me", "contact_changed")
    },
    ("ConsentGranted", ""): N_("An application was allowed in"),
    ("ConsentWithdrawn", ""): N_("An application was shut out"),
    ("AccountClosing", ""): N_("You asked us to close the account"),
    ("ClosingCancelled", ""): N_("You kept the account after all"),
}
SOMETHING = N_("Something about your sign-in changed")
NEW_BROWSER = N_("Signed in with a new browser")
# Of these only what the owner did is told: sessions also end by themselves, several times a day.
ONLY_BY_REASON = frozenset({"SessionEnded"})


WANTED: Wanted = {
    event: frozenset(detail for name, detail in WORDS if name == event and event in ONLY_BY_REASON) for event, _ in WORDS
}


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened, when last and how often in a row, with which browser (as it named itself), from where, at whom.

    `words` are to be translated. `by_us`: somebody of the provider did it.
    """

    words: str
    at: datetime
    device: str
    address: str
    brand: str | None
    client_id: str | None
    refused: bool
    by_us: bool
    times: int = 1


def happenings(db: Connection, keyring: Keyring, subject_id: str, limit: int, offset: int = 0) -> list[Happening]:
    """Up to `limit` of what happened in the subject's account, after the `offset` newest; the newest first."""
    return [_happening(entry) for entry in entries_of(db, keyring, subject_id, WANTED, limit, offset)]


def gathered(one_by_one: Iterable[Happening]) -> list[Happening]:
    """The same with what repeats itself told once: whoever guesses a hundred times must not fill the page."""
    told: list[Happening] = []
    for one in one_by_one:
        if told and replace(told[-1], at=one.at, times=1) == one:
            told[-1] = replace(told[-1], times=told[-1].times + 1)
        else:
            told.append(one)
    return told


def _happening(entry: Entry) -> Happening:
    closest_first = (*filter(None, (str(entry.details.get("kind", "")), entry.reason)), "")
    words = next((WORDS[entry.event, detail] for detail in closest_first if (entry.event, detail) in WORDS), SOMETHING)
    return Happening(
        words=NEW_BROWSER if entry.details.get("new_device") else words,
        at=entry.occurred_at,
        device=str(entry.personal.get("device", "")),
        address=str(entry.personal.get("address", "")),
        brand=entry.brand,
        client_id=entry.client_id,
        refused=entry.outcome == "refused",
        by_us=bool(entry.actor),
    )
