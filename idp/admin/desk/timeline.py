"""What happened to a customer, as support reads it: trail and outbox in one row of words, without a secret or an address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from idp.admin.desk.belonging import Over
from idp.admin.lately import tried
from idp.core.audit import Entry
from idp.core.audit_of_subject import Within, entries_of
from idp.core.devices import in_words
from idp.core.outbox import Sent, sent_to
from idp.core.sealing import Keyring
from idp.signin.code_messages import TEXT
from idp.web.mails import MAIL

Words = Mapping[tuple[str, str], str]
MOST = 60
# What owners are not told in their activity, for it comes with something that is; support wants to see it.
FOR_SUPPORT: Words = {
    ("SecondStepProven", ""): "A second step was proven",
    ("SecondStepProven", "text_code"): "A code by text was typed",
    ("SecondStepProven", "mail_code"): "A code by e-mail was typed",
    ("CodeSent", ""): "A code was sent",
    ("CodeSent", "text_code"): "A code was sent by text",
    ("CodeSent", "mail_code"): "A code was sent by e-mail",
    ("CodeWithheld", ""): "A code was asked for and not sent",
    ("RecoveryWithheld", ""): "Help with signing in was asked for and not given",
    ("ActivationRefused", ""): "Online access was asked for and refused",
    ("CallerCodeSent", ""): "A code to be read to an agent was sent",
    ("CallerCodeTried", ""): "A code was read to an agent",
    ("CallEnded", ""): "The call ended",
}
# The account is one, wherever it was changed: whoever helps at one brand has to know of it, though not at which other.
OF_THE_ACCOUNT = frozenset(
    {
        "SubjectCreated",
        "SubjectDisabled",
        "SubjectEnabled",
        "PasswordLocked",
        "PasswordUnlocked",
        "PasswordChanged",
        "PasskeyCounterStoodStill",
        "AuthenticatorEnrolled",
        "AuthenticatorRemoved",
        "RecoveryCodesRenewed",
        "RecoveryCodesVoided",
        "FactorResetStarted",
        "FactorResetReady",
        "FactorResetCancelled",
        "FactorResetFinished",
        "Recovered",
        "NameChanged",
        "EmailChanged",
        "PhoneChanged",
        "ContactUndone",
        "NotMe",
        "AccountClosing",
        "ClosingCancelled",
    }
)
SENT = {MAIL: "An e-mail", TEXT: "A text"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line: what happened, how it stands or with which browser, when last, and how often in a row."""

    title: str
    about: str
    at: datetime
    refused: bool
    times: int = 1


@dataclass(frozen=True, slots=True)
class Timeline:
    """`words` are those that owners read of their own account; `reasons`: of these events only what has words is told."""

    keyring: Keyring
    words: Words
    only_by_reason: frozenset[str]

    def of(self, db: Connection, subject_id: str, over: Over) -> list[Moment]:
        """The newest of what happened, the newest first, as far as it concerns an agent for the brands `over`."""
        words = {**FOR_SUPPORT, **self.words}
        wanted = {
            event: frozenset(detail for name, detail in words if name == event and event in self.only_by_reason)
            for event, _ in words
        }
        within = None if over is None else Within(over, OF_THE_ACCOUNT)
        entries = entries_of(db, self.keyring, subject_id, wanted, MOST, within=within)
        told = [_told(entry, words, here=_is_here(entry.brand, over)) for entry in entries]
        sent = [_sent(one) for one in sent_to(db, subject_id, MOST, over)]
        return _gathered(sorted((*told, *sent), key=lambda one: one.at, reverse=True)[:MOST])


def _is_here(brand: str | None, over: Over) -> bool:
    """Whether what happened at `brand`, or at none, is for an agent of the brands `over` to know in full."""
    return over is None or brand is None or brand in over


def _told(entry: Entry, words: Words, *, here: bool) -> Moment:
    closest_first = (*filter(None, (str(entry.details.get("kind", "")), entry.reason)), "")
    title = next((words[entry.event, detail] for detail in closest_first if (entry.event, detail) in words), entry.event)
    device = str(entry.personal.get("device", ""))
    about = "" if not here else "by our staff" if entry.actor else in_words(device) if device else ""
    return Moment(title, about, entry.occurred_at, entry.outcome == "refused")


def _sent(sent: Sent) -> Moment:
    title = SENT.get(sent.kind, "A message")
    if sent.delivered_at is not None:
        return Moment(f"{title} was delivered", "", sent.delivered_at, refused=False)
    if sent.failed_at is not None:
        return Moment(f"{title} could not be delivered, and was given up", tried(sent.tries), sent.failed_at, refused=True)
    return Moment(f"{title} is on its way", tried(sent.tries), sent.created_at, refused=False)


def _gathered(moments: Iterable[Moment]) -> list[Moment]:
    told: list[Moment] = []
    for one in moments:
        if told and replace(told[-1], at=one.at, times=1) == one:
            told[-1] = replace(told[-1], times=told[-1].times + 1)
        else:
            told.append(one)
    return told
