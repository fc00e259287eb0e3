"""What a sign-in still needs, as a table: every row is a sentence."""

from datetime import timedelta
from itertools import chain, combinations
from pathlib import Path

import pytest

from idp.brands.brand import Policy
from idp.brands.registry import read_brands
from idp.core.yaml_lines import load
from idp.sessions.context import ACR_ORDER, Context, Requirement, is_recent
from idp.signin.needs import Enrol, Need, Nothing, Standing, Step, Unmet, still_needs
from idp.signin.policy import VERIFIED_PASSKEY, parts_from
from idp.subjects.proof import Proof
from tests.architecture.source import ROOT
from tests.builders import BEGINNING as NOW

BRANDS = read_brands(load(Path(ROOT) / "clients.yaml"))
STELLANTIS, ALPHERA = BRANDS["stellantis"].policy, BRANDS["alphera"].policy
ONLY_TEXT = Policy(second_steps=("text_code",))
ONLY_PASSKEY = Policy(second_steps=("passkey",))
PLAIN = Requirement()
PAYMENT = Requirement(("mfa",), timedelta(minutes=5))
MFA, PHR, TWO_STEPS = Requirement(("mfa",)), Requirement(("phr",)), Requirement(("2sv",))
RENEWED = Requirement(renewed=True)
KINDS = ("password", "passkey", "totp", "recovery_code", "text_code", "mail_code")
PARTS = (*KINDS, VERIFIED_PASSKEY)
AMR = {"password": "pwd", "passkey": "hwk", "text_code": "sms"}


def proven(*kinds: str, minutes: int = 0) -> tuple[Proof, ...]:
    """`verified` is a passkey that checked its owner."""
    at = NOW - timedelta(minutes=minutes)
    return tuple(
        Proof("passkey", ("hwk", "user"), "phr", at)
        if kind == "verified"
        else Proof(kind, (AMR.get(kind, "otp"),), "pwd" if kind == "password" else "mfa", at)
        for kind in kinds
    )


def at_best(*kinds: str) -> frozenset[str]:
    """What a password and factors of these kinds give."""
    return parts_from(("password", *kinds)) - {"fob"} | ({"passkey"} if "fob" in kinds else frozenset())


def who(
    *enrolled: str,
    given: tuple[Proof, ...] = (),
    held: tuple[Proof, ...] = (),
    mail: bool = False,
    staff: bool = False,
    trusted: bool = False,
) -> Standing:
    """A subject with a password and what else is named, `fob` a passkey that checks nobody. `mail`: a confirmed address."""
    return Standing(
        held=held,
        given=given,
        enrolled=at_best(*enrolled),
        contacts=frozenset({"mail_code"} if mail else ()),
        staff=staff,
        trusted=trusted,
    )


def done(acr: str, *amr: str, minutes: int = 0, kinds: tuple[str, ...], nudge: bool = False) -> Nothing:
    return Nothing(Context(acr, amr, NOW - timedelta(minutes=minutes), kinds), nudge)


PASSWORD = proven("password")
TEXTED = proven("password", "text_code")
OLD = proven("password", "totp", minutes=60)
PWD = ("password",)
APP = ("password", "totp")

SIGN_IN = {
    "nothing proven: a password comes first": (who(), STELLANTIS, PLAIN, Step(PWD, False)),
    "a passkey may come first, and must check its owner": (
        who("passkey"), STELLANTIS, PLAIN, Step(("password", "passkey"), True)),
    "a password is enough for who has nothing else, who is nudged": (
        who(given=PASSWORD), STELLANTIS, PLAIN, done("pwd", "pwd", kinds=PWD, nudge=True)),
    "an app that is enrolled is asked": (who("totp", given=PASSWORD), STELLANTIS, PLAIN, Step(("totp",), False)),
    "a passkey as second step need not check its owner": (
        who("passkey", given=PASSWORD), STELLANTIS, PLAIN, Step(("passkey",), False)),
    "there is a choice of all that is enrolled, recovery codes last": (
        who(*KINDS, given=PASSWORD), ALPHERA, PLAIN,
        Step(("passkey", "totp", "text_code", "mail_code", "recovery_code"), False)),
    "a brand offers no step that it does not accept": (
        who(*KINDS, given=PASSWORD), STELLANTIS, PLAIN, Step(("passkey", "totp", "text_code", "recovery_code"), False)),
    "a step that the brand does not accept is not asked, and a better one is offered": (
        who("mail_code", given=PASSWORD), STELLANTIS, PLAIN, done("pwd", "pwd", kinds=PWD, nudge=True)),
    "the other brand asks it": (who("mail_code", given=PASSWORD), ALPHERA, PLAIN, Step(("mail_code",), False)),
    "password and app are enough": (
        who("totp", given=proven(*APP)), STELLANTIS, PLAIN, done("mfa", "pwd", "otp", "mfa", kinds=APP)),
    "any step that is enrolled is enough where no level is asked": (
        who("totp", "text_code", given=proven("password", "text_code")), STELLANTIS, PLAIN,
        done("2sv", "pwd", "sms", kinds=("password", "text_code"))),
    "a passkey that checked its owner is enough by itself": (
        who("passkey", "totp", given=proven("verified")), STELLANTIS, PLAIN,
        done("phr", "hwk", "user", "mfa", kinds=("passkey",))),
    "a passkey that did not check its owner needs the password": (
        who("passkey", given=proven("passkey")), STELLANTIS, PLAIN, Step(("password", "passkey"), True)),
    "a running session is enough": (
        who("totp", held=OLD), STELLANTIS, PLAIN, done("mfa", "pwd", "otp", "mfa", minutes=60, kinds=APP)),
    "a proof that this brand does not accept counts as absent": (
        who("text_code", "mail_code", held=proven("password", "mail_code")), STELLANTIS, PLAIN, Step(("text_code",), False)),
    "and is not told": (
        who("mail_code", held=proven("password", "mail_code")), STELLANTIS, PLAIN, done("pwd", "pwd", kinds=PWD, nudge=True)),
    "a brand that accepts no passkey takes none as sign-in either": (
        who("passkey", held=proven("verified")), ONLY_TEXT, PLAIN, Step(PWD, False)),
    "nothing enrolled at all: nothing can be asked": (Standing(enrolled=frozenset()), STELLANTIS, PLAIN, Unmet()),
}  # fmt: skip

TRUSTED = {
    "a trusted browser skips the second step, and the level stays that of a password": (
        who("totp", given=PASSWORD, trusted=True), ALPHERA, PLAIN, done("pwd", "pwd", kinds=PWD)),
    "but only where the brand allows": (who("totp", given=PASSWORD, trusted=True), STELLANTIS, PLAIN, Step(("totp",), False)),
    "it is no password": (who("totp", trusted=True), ALPHERA, PLAIN, Step(PWD, False)),
    "asking for a password's level is no step-up": (
        who("totp", given=PASSWORD, trusted=True), ALPHERA, Requirement(("pwd",)), done("pwd", "pwd", kinds=PWD)),
    "a level that is wanted and cannot be reached does not end the trust": (
        who("totp", given=PASSWORD, trusted=True), ALPHERA, Requirement(("phr", "pwd")), done("pwd", "pwd", kinds=PWD)),
    "one that can be reached does": (
        who("passkey", given=PASSWORD, trusted=True), ALPHERA, Requirement(("phr", "pwd")), Step(("passkey",), False)),
    "it never skips a step-up": (who("totp", held=PASSWORD, trusted=True), ALPHERA, MFA, Step(("totp",), False)),
    "nor a step-up to two steps": (who("totp", held=PASSWORD, trusted=True), ALPHERA, TWO_STEPS, Step(("totp",), False)),
    "nor a re-authentication by age": (
        who("totp", given=PASSWORD, trusted=True), ALPHERA, Requirement(max_age=timedelta(minutes=5)), Step(("totp",), False)),
    "nor one for this very request": (
        who("totp", given=PASSWORD, trusted=True), ALPHERA, RENEWED, Step(("totp",), False)),
    "nor what staff must have": (who("totp", given=PASSWORD, trusted=True, staff=True), ALPHERA, PLAIN, Step(("totp",), False)),
}  # fmt: skip

STEP_UP = {
    "only the missing step is asked": (who("totp", held=PASSWORD), STELLANTIS, PAYMENT, Step(("totp",), False)),
    "sent codes are not offered for a payment": (
        who("totp", "text_code", held=proven("password", "text_code")), STELLANTIS, PAYMENT, Step(("totp",), False)),
    "an old password is asked again, a fresh app is not": (
        who("totp", held=(*proven("password", minutes=60), *proven("totp"))), STELLANTIS, PAYMENT, Step(PWD, False)),
    "a fresh password does not make an old app fresh": (
        who("totp", held=OLD, given=PASSWORD), STELLANTIS, PAYMENT, Step(("totp",), False)),
    "nor an old passkey": (
        who("passkey", held=proven("verified", minutes=60), given=PASSWORD), STELLANTIS, PAYMENT, Step(("passkey",), False)),
    "both fresh: done": (
        who("totp", held=OLD, given=proven(*APP)), STELLANTIS, PAYMENT, done("mfa", "pwd", "otp", "mfa", kinds=APP)),
    "up to the last moment": (
        who("totp", held=proven(*APP, minutes=5)), STELLANTIS, PAYMENT, done("mfa", "pwd", "otp", "mfa", minutes=5, kinds=APP)),
    "what was given for this request is fresh, however slow it was": (
        who("totp", given=(*proven("password", minutes=9), *proven("totp"))), STELLANTIS, PAYMENT,
        done("mfa", "pwd", "otp", "mfa", minutes=9, kinds=APP)),
    "a higher level satisfies a lower one": (
        who("passkey", held=proven("verified")), STELLANTIS, PAYMENT, done("phr", "hwk", "user", "mfa", kinds=("passkey",))),
    "of several levels the most wanted is gone for": (
        who("totp", "text_code", held=TEXTED), STELLANTIS, Requirement(("mfa", "2sv")), Step(("totp",), False)),
    "a lower one that is wanted more is enough": (
        who("totp", "text_code", held=TEXTED), STELLANTIS, Requirement(("2sv", "mfa")),
        done("2sv", "pwd", "sms", kinds=("password", "text_code"))),
    "what else will do is offered behind it": (
        who("totp", "text_code", held=PASSWORD), STELLANTIS, Requirement(("mfa", "2sv")), Step(("totp", "text_code"), False)),
    "and whoever gives that is asked no more": (
        who("totp", "text_code", held=PASSWORD, given=proven("text_code")), STELLANTIS, Requirement(("mfa", "2sv")),
        done("2sv", "pwd", "sms", kinds=("password", "text_code"))),
    "but a password alone is not that, where something stronger is enrolled": (
        who("passkey", given=PASSWORD), STELLANTIS, Requirement(("phr", "pwd")), Step(("passkey",), False)),
    "a passkey must check its owner where nothing less will do": (
        who("passkey", held=proven(*APP)), STELLANTIS, Requirement(("phr", "mfa")), Step(("passkey",), True)),
    "the next level is gone for where the first cannot be reached": (
        who("totp", held=PASSWORD), STELLANTIS, Requirement(("phr", "mfa")), Step(("totp",), False)),
    "and nothing is set up for a level that need not be": (
        who(given=PASSWORD, mail=True), STELLANTIS, Requirement(("phr", "pwd")), done("pwd", "pwd", kinds=PWD, nudge=True)),
    "nor a higher one where another must be": (
        who(given=proven("password", "mail_code"), mail=True), STELLANTIS, Requirement(("phr", "mfa")),
        Enrol(("passkey", "totp"), True)),
    "the passkey must check its owner where that is asked": (
        who("passkey", "totp", held=proven(*APP)), STELLANTIS, PHR, Step(("passkey",), True)),
    "one that never checked its owner is a second step only": (who("fob"), STELLANTIS, PAYMENT, Step(PWD, False)),
    "after the password": (who("fob", given=PASSWORD), STELLANTIS, PAYMENT, Step(("passkey",), False)),
    "and more than it gives is not asked of it: it vouches for one that does": (
        who("fob", held=PASSWORD), STELLANTIS, PHR, Step(("passkey",), False)),
    "which is then made": (who("fob", given=proven("password", "passkey")), STELLANTIS, PHR, Enrol(("passkey",), False)),
    "the most wanted way stands first": (
        who("passkey", "totp", held=PASSWORD), STELLANTIS, Requirement(("phr", "mfa")), Step(("passkey", "totp"), False)),
    "levels nobody knows ask for nothing": (
        who(held=PASSWORD), STELLANTIS, Requirement(("urn:example:gold",)), done("pwd", "pwd", kinds=PWD, nudge=True)),
    "proof for this very request asks all of it again": (who("totp", held=proven(*APP)), STELLANTIS, RENEWED, Step(PWD, False)),
    "and the second step with it": (
        who("totp", held=proven(*APP), given=PASSWORD), STELLANTIS, RENEWED, Step(("totp",), False)),
    "two steps asked: every step will do": (
        who("text_code", held=PASSWORD), STELLANTIS, TWO_STEPS, Step(("text_code",), False)),
}  # fmt: skip

IN_PLACE = {
    "none enrolled: a password first": (
        who(held=proven("password", minutes=60), mail=True), STELLANTIS, PAYMENT, Step(PWD, False)),
    "then a code to a confirmed contact, also where the brand accepts none as a step": (
        who(held=PASSWORD, mail=True), STELLANTIS, PAYMENT, Step(("mail_code",), False)),
    "then a passkey or an app is enrolled, and the account is held to be recovered": (
        who(held=PASSWORD, given=proven("mail_code"), mail=True), STELLANTIS, PAYMENT, Enrol(("passkey", "totp"), True)),
    "who has text codes proves one of these": (
        who("text_code", held=PASSWORD), STELLANTIS, PAYMENT, Step(("text_code",), False)),
    "and enrols": (
        who("text_code", given=proven("password", "text_code")), STELLANTIS, PAYMENT, Enrol(("passkey", "totp"), True)),
    "a session of an hour ago enrols nothing": (
        who(held=proven("password", "mail_code", minutes=60), mail=True), STELLANTIS, MFA, Step(PWD, False)),
    "no contact: it cannot be met": (who(held=PASSWORD), STELLANTIS, PAYMENT, Unmet()),
    "a new passkey is proven by the app, never by a contact": (
        who("totp", held=PASSWORD, mail=True), STELLANTIS, PHR, Step(("totp",), False)),
    "nor by a text code": (who("totp", "text_code", held=PASSWORD), STELLANTIS, PHR, Step(("totp",), False)),
    "but by a recovery code": (
        who("recovery_code", held=PASSWORD, mail=True), STELLANTIS, PHR, Step(("recovery_code",), False)),
    "then only the passkey is enrolled, and nothing was recovered": (
        who("totp", given=proven(*APP), mail=True), STELLANTIS, PHR, Enrol(("passkey",), False)),
    "an app vouches also where the brand does not accept it": (
        who("totp", given=PASSWORD, mail=True), ONLY_PASSKEY, PAYMENT, Step(("totp",), False)),
    "a brand without strong steps cannot meet a payment": (
        who("totp", given=proven(*APP), mail=True), ONLY_TEXT, PAYMENT, Unmet()),
    "two steps asked, none enrolled: a code to the contact is a step where the brand accepts it": (
        who(given=proven("password", "mail_code"), mail=True), ALPHERA, TWO_STEPS,
        done("2sv", "pwd", "otp", kinds=("password", "mail_code"), nudge=True)),
    "and vouches for a better one where it does not": (
        who(given=proven("password", "mail_code"), mail=True), STELLANTIS, TWO_STEPS,
        Enrol(("passkey", "totp"), True)),
}  # fmt: skip

STAFF = {
    "staff need two factors": (who("totp", given=PASSWORD, staff=True), STELLANTIS, PLAIN, Step(("totp",), False)),
    "a text code is none": (who("totp", "text_code", given=PASSWORD, staff=True), STELLANTIS, PLAIN, Step(("totp",), False)),
    "staff without one enrol it": (
        who(given=proven("password", "mail_code"), mail=True, staff=True), ALPHERA, PLAIN, Enrol(("passkey", "totp"), True)),
    "staff without a contact do not come in": (who(given=PASSWORD, staff=True), STELLANTIS, PLAIN, Unmet()),
    "more is asked where the request wants it": (
        who("passkey", given=proven("password", "passkey"), staff=True), STELLANTIS, PHR, Step(("passkey",), True)),
}  # fmt: skip

ROWS = {**SIGN_IN, **TRUSTED, **STEP_UP, **IN_PLACE, **STAFF}
Row = tuple[Standing, Policy, Requirement, Need]


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_is_still_needed(row: Row) -> None:
    standing, policy, requirement, need = row
    assert still_needs(standing, policy, requirement, NOW) == need


def subsets(of: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(of, size) for size in range(len(of) + 1)))


@pytest.mark.parametrize(
    "policy", [STELLANTIS, ALPHERA, ONLY_TEXT, ONLY_PASSKEY], ids=["stellantis", "alphera", "text", "passkey"]
)
@pytest.mark.parametrize("acr", ACR_ORDER)
def test_whatever_is_asked_and_answered_comes_to_an_end_that_holds(policy: Policy, acr: str) -> None:
    asked = Requirement((acr,), timedelta(minutes=5))
    for enrolled in subsets(PARTS):
        if VERIFIED_PASSKEY in enrolled and "passkey" not in enrolled:
            continue
        for mail in (False, True):
            end = answered(frozenset(enrolled), frozenset({"mail_code"} if mail else ()), policy, asked)
            if isinstance(end, Nothing):
                assert is_recent(end.context.auth_time, timedelta(minutes=5), NOW)
                assert ACR_ORDER.index(end.context.acr) >= ACR_ORDER.index(acr)
                assert set(end.context.proofs) <= {"password", *policy.second_steps}
            else:
                assert end == Unmet()


def answered(enrolled: frozenset[str], contacts: frozenset[str], policy: Policy, asked: Requirement) -> Need:
    """Proves or enrols the last of what is offered, until nothing is."""
    given: tuple[Proof, ...] = ()
    for _ in range(6):
        need = still_needs(Standing(given=given, enrolled=enrolled, contacts=contacts), policy, asked, NOW)
        match need:
            case Step(choices, verified):
                assert set(choices) <= enrolled | contacts
                last = choices[-1]
                given += proven("verified" if last == "passkey" and verified else last)
            case Enrol(choices):
                assert not any(parts_from((choice,)) <= enrolled for choice in choices)
                enrolled |= parts_from((choices[-1],))
            case Nothing() | Unmet():
                return need
    raise AssertionError(f"no end for {sorted(enrolled)} at {policy.second_steps}")
