from datetime import timedelta

import pytest

from idp.sessions.context import Context, is_recent
from idp.signin.masking import masked
from idp.signin.policy import ACR_VALUES, context_of, level_of
from idp.subjects.proof import Proof
from tests.builders import BEGINNING

SECOND = timedelta(seconds=1)


def test_levels_follow_from_the_factors_there_are() -> None:
    assert ACR_VALUES == ("pwd", "2sv", "mfa", "phr")


def proof(kind: str, *amr: str, at: int = 0, strength: str = "mfa") -> Proof:
    return Proof(kind, amr, strength, BEGINNING + at * SECOND)


def password(at: int = 0) -> Proof:
    return proof("password", "pwd", at=at, strength="pwd")


PASSKEY = proof("passkey", "hwk", at=9)
VERIFIED = proof("passkey", "swk", "user", "mfa", at=9, strength="phr")
TOTP = proof("totp", "otp", at=9)
RECOVERY = proof("recovery_code", "otp", at=9)
TEXT = proof("text_code", "sms", at=9, strength="2sv")
MAIL = proof("mail_code", "otp", at=9, strength="2sv")


@pytest.mark.parametrize(
    ("proofs", "acr", "amr", "since"),
    [
        pytest.param((password(5),), "pwd", ("pwd",), 5, id="a password alone"),
        pytest.param((password(5), TEXT), "2sv", ("pwd", "sms"), 5, id="a text code is two steps, and no second factor"),
        pytest.param((password(5), MAIL), "2sv", ("pwd", "otp"), 5, id="nor is a mailed code"),
        pytest.param((password(5), TOTP), "mfa", ("pwd", "otp", "mfa"), 5, id="an authenticator app is a second factor"),
        pytest.param((password(5), RECOVERY), "mfa", ("pwd", "otp", "mfa"), 5, id="so is a recovery code"),
        pytest.param(
            (password(5), PASSKEY), "mfa", ("pwd", "hwk", "mfa"), 5, id="a passkey after a password is a second factor"
        ),
        pytest.param((VERIFIED,), "phr", ("swk", "user", "mfa"), 9, id="a passkey that checked its owner is both at once"),
        pytest.param((password(5), VERIFIED), "phr", ("pwd", "swk", "user", "mfa"), 9, id="a password adds nothing to it"),
        pytest.param((password(5), TEXT, TOTP), "mfa", ("pwd", "sms", "otp", "mfa"), 5, id="the strongest way counts"),
        pytest.param((password(5), TOTP, password(60)), "mfa", ("pwd", "otp", "mfa"), 9, id="a new password leaves a step old"),
        pytest.param(
            (password(5), TOTP, password(60), proof("totp", "otp", at=70)), "mfa", ("pwd", "otp", "mfa"), 60, id="new"
        ),
        pytest.param((password(60), password(5), TOTP), "mfa", ("pwd", "otp", "mfa"), 9, id="the newest of a kind counts"),
        pytest.param(
            (password(50), TOTP, proof("recovery_code", "otp", at=60)),
            "mfa",
            ("pwd", "otp", "mfa"),
            50,
            id="the newest way counts",
        ),
        pytest.param((VERIFIED, password(60)), "phr", ("swk", "user", "pwd", "mfa"), 9, id="no password renews a passkey"),
        pytest.param(
            (VERIFIED, password(60), proof("totp", "otp", at=60)),
            "phr",
            ("swk", "user", "pwd", "otp", "mfa"),
            9,
            id="nor an app",
        ),
    ],
)
def test_proofs_add_up_to_the_truth(proofs: tuple[Proof, ...], acr: str, amr: tuple[str, ...], since: int) -> None:
    kinds = tuple(dict.fromkeys(each.kind for each in proofs))
    assert context_of(proofs) == Context(acr, amr, BEGINNING + since * SECOND, kinds)


@pytest.mark.parametrize("proofs", [(), (PASSKEY,), (TOTP,), (RECOVERY,), (TEXT,), (TOTP, MAIL)])
def test_a_second_step_without_a_first_is_no_level(proofs: tuple[Proof, ...]) -> None:
    assert level_of(proofs) is None
    with pytest.raises(ValueError, match="no level"):
        context_of(proofs)


@pytest.mark.parametrize("earlier", [VERIFIED, TOTP, RECOVERY, TEXT, MAIL, PASSKEY])
def test_a_fresh_but_weaker_proof_never_meets_a_stronger_requirement(earlier: Proof) -> None:
    context = context_of((password(5), earlier, password(600)))
    assert not is_recent(context.auth_time, 300 * SECOND, BEGINNING + 610 * SECOND)
    assert is_recent(context.auth_time, 300 * SECOND, BEGINNING + 300 * SECOND)


@pytest.mark.parametrize(
    ("name", "shown"), [("ana", "a•••"), ("ana@example.test", "a•••@example.test"), ("", "•••"), ("é", "é•••")]
)
def test_masked_names_tell_their_owner_enough(name: str, shown: str) -> None:
    assert masked(name) == shown
