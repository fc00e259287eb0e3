import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.database import Database
from idp.core.errors import IdpError
from idp.core.sealing import Keyring
from idp.factors.factor import Wrong
from idp.factors.totp import MOST_APPS, BadLabel, ClockOff, Enrolled, Replayed, TooMany, Totp
from idp.subjects.authenticators import Authenticator, of, remove
from idp.subjects.proof import Proof
from tests.builders import BEGINNING, TestClock, written

STEP = timedelta(seconds=30)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TOTP = Totp(Keyring(b"k" * 32))


def code_at(steps: int, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(BEGINNING + steps * STEP)


def enrol(database: Database, subject_id: str, secret: str = SECRET, label: str = "Phone") -> Authenticator:
    """An app whose last counted step is the one ten minutes before the beginning."""
    earlier = BEGINNING - 20 * STEP
    with database.transaction() as db:
        done = TOTP.confirm(db, subject_id, secret, code_at(-20, secret), label, earlier)
        assert isinstance(done, Enrolled)
        return next(app for app in of(db, subject_id, "totp") if app.id == done.authenticator_id)


def try_code(database: Database, app: Authenticator, code: str, steps: int = 0) -> object:
    return written(database, lambda db: TOTP.verify(db, (app,), code, BEGINNING + steps * STEP))


def test_the_codes_are_those_of_rfc_6238(database: Database, ana_id: str) -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    app = enrol(database, ana_id, secret)
    at = BEGINNING.fromtimestamp(20000000000, BEGINNING.tzinfo)  # RFC 6238, appendix B: 65353130
    assert isinstance(written(database, lambda db: TOTP.verify(db, (app,), "353130", at)), Proof)


def test_a_proposal_is_fresh_and_complete() -> None:
    one, other = (TOTP.propose("ana & ben@example.test", "Example: Bank") for _ in range(2))
    assert one.secret != other.secret
    assert len(base64.b32decode(one.secret)) == 20
    address = urlsplit(one.uri)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path).endswith("ana & ben@example.test")
    assert parse_qs(address.query) == {"secret": [one.secret], "issuer": ["Example: Bank"]}


def test_the_qr_code_needs_neither_script_nor_style() -> None:
    drawing = ET.fromstring(TOTP.propose("<script>&\"'", "Bank").qr)  # noqa: S314 (our own)
    names = {name for element in drawing.iter() for name in element.attrib}
    assert {element.tag for element in drawing.iter()} <= {"svg", "g", "path"}
    assert not {name for name in names if name == "style" or name.startswith("on")}
    assert drawing.get("viewBox")


def test_only_a_right_code_enrols_and_it_is_spent(database: Database, ana_id: str) -> None:
    with database.transaction() as db:
        assert TOTP.confirm(db, ana_id, SECRET, "000000", "Phone", BEGINNING) == Wrong()
        assert TOTP.confirm(db, ana_id, SECRET, code_at(4), "Phone", BEGINNING) == ClockOff(2)
        assert of(db, ana_id, "totp") == ()
        assert isinstance(TOTP.confirm(db, ana_id, SECRET, code_at(0), "  My phone ", BEGINNING), Enrolled)
        (app,) = of(db, ana_id, "totp")
    assert app.label == "My phone"
    assert try_code(database, app, code_at(0)) == Replayed()


def test_the_same_secret_is_enrolled_once(database: Database, ana_id: str) -> None:
    def confirm(_: int) -> object:
        return written(database, lambda db: TOTP.confirm(db, ana_id, SECRET, code_at(0), "Phone", BEGINNING))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(confirm, range(4)))
    assert sum(isinstance(answer, Enrolled) for answer in answers) == 1
    assert answers.count(Replayed()) == 3


def test_an_app_has_a_name_that_can_be_read(database: Database, ana_id: str) -> None:
    with database.transaction() as db:
        for label in ("", "   ", "x" * 65, "a\x00b", "a\nb", "\u202eevil", "\ud800"):
            assert TOTP.confirm(db, ana_id, SECRET, code_at(0), label, BEGINNING) == BadLabel()
        assert isinstance(TOTP.confirm(db, ana_id, SECRET, code_at(0), "<b>é" + "x" * 60, BEGINNING), Enrolled)


def test_there_is_room_for_several_apps_but_not_for_any_number(database: Database, ana_id: str, ben_id: str) -> None:
    secrets = [base64.b32encode(bytes([number] * 20)).decode() for number in range(MOST_APPS + 1)]
    apps = [enrol(database, ana_id, secret, f"App {number}") for number, secret in enumerate(secrets[:MOST_APPS])]
    with database.transaction() as db:
        answer = TOTP.confirm(db, ana_id, secrets[-1], code_at(0, secrets[-1]), "One more", BEGINNING)
        assert answer == TooMany()
        assert isinstance(TOTP.verify(db, apps, code_at(0, secrets[2]), BEGINNING), Proof)
        remove(db, apps[0].id, BEGINNING)
    enrol(database, ana_id, secrets[-1])
    enrol(database, ben_id)


@pytest.mark.parametrize("secret", ["", "AAAA", "not base32", SECRET.lower(), SECRET + "AAAAAAAA"])
def test_a_secret_that_we_did_not_propose_is_a_fault(database: Database, ana_id: str, secret: str) -> None:
    with database.transaction() as db, pytest.raises(ValueError):  # noqa: PT011
        TOTP.confirm(db, ana_id, secret, "000000", "Phone", BEGINNING)


def test_a_proof_says_what_was_proven(database: Database, ana_id: str) -> None:
    app = enrol(database, ana_id)
    assert try_code(database, app, code_at(0)) == Proof("totp", ("otp",), "pwd", BEGINNING)
    with database.reading() as db:
        assert of(db, ana_id, "totp")[0].last_used_at == BEGINNING


@pytest.mark.parametrize(
    ("steps", "answer"),
    [
        (-1, Proof("totp", ("otp",), "pwd", BEGINNING)),
        (1, Proof("totp", ("otp",), "pwd", BEGINNING)),
        (-2, ClockOff(-1)),
        (2, ClockOff(1)),
        (5, ClockOff(3)),
        (-10, ClockOff(-5)),
        (10, ClockOff(5)),
        (-11, Wrong()),
        (11, Wrong()),
    ],
)
def test_a_clock_may_be_off_by_a_step_and_is_told_within_ten(
    database: Database, ana_id: str, steps: int, answer: object
) -> None:
    assert try_code(database, enrol(database, ana_id), code_at(steps)) == answer


def test_what_told_of_a_fast_clock_never_counts(database: Database, ana_id: str) -> None:
    app = enrol(database, ana_id)
    assert try_code(database, app, code_at(6)) == ClockOff(3)
    assert try_code(database, app, code_at(6), steps=6) == Replayed()
    assert isinstance(try_code(database, app, code_at(7), steps=6), Proof)


def test_steps_never_go_backwards(database: Database, ana_id: str) -> None:
    app = enrol(database, ana_id)
    assert isinstance(try_code(database, app, code_at(1)), Proof)
    for earlier in (1, 0, -1):
        assert try_code(database, app, code_at(earlier)) == Replayed()
    assert isinstance(try_code(database, app, code_at(2), steps=1), Proof)


@pytest.mark.parametrize("spell", ["{0}{1}", " {0} {1} ", "{0}\u00a0{1}", "{0}\t{1}"], ids=str)
def test_spaces_do_not_matter(database: Database, ana_id: str, spell: str) -> None:
    app = enrol(database, ana_id)
    assert isinstance(try_code(database, app, spell.format(code_at(0)[:3], code_at(0)[3:])), Proof)


FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
ARABIC = {ord("0") + digit: 0x0660 + digit for digit in range(10)}
ODD: list[Callable[[str], str]] = [
    lambda code: code.translate(FULL_WIDTH),
    lambda code: code.translate(ARABIC),
    lambda code: code + "0",
    lambda code: code[:5],
    lambda code: f"+{code[1:]}",
    lambda code: f"{code[:3]}-{code[3:]}",
    lambda code: code + "\x00",
    lambda _: "",
    lambda _: "\ud800",
    lambda _: "1" * 100_000,
]


@pytest.mark.parametrize("spell", ODD)
def test_only_six_plain_digits_are_a_code(database: Database, ana_id: str, spell: Callable[[str], str]) -> None:
    app = enrol(database, ana_id)
    assert try_code(database, app, spell(code_at(0))) == Wrong()
    assert isinstance(try_code(database, app, code_at(0)), Proof)


@given(text=st.text())
def test_any_text_is_simply_wrong(text: str) -> None:
    app = Authenticator("a", "s", "totp", "", Keyring(b"k" * 32).seal(b"x" * 20, "totp:s"), None, 0, BEGINNING, None)
    if not re.fullmatch("[0-9]{6}", "".join(text.split())):
        assert TOTP.verify(None, (app,), text, BEGINNING) == Wrong()  # type: ignore[arg-type]


def test_of_ten_uses_of_one_step_one_counts(database: Database, ana_id: str) -> None:
    app = enrol(database, ana_id)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: try_code(database, app, code_at(0)), range(10)))
    assert sum(isinstance(answer, Proof) for answer in answers) == 1
    assert answers.count(Replayed()) == 9


def test_a_removed_app_proves_nothing(database: Database, ana_id: str, clock: TestClock) -> None:
    app = enrol(database, ana_id)
    with database.transaction() as db:
        remove(db, app.id, clock.now())
        assert TOTP.verify(db, of(db, ana_id, "totp"), code_at(0), clock.now()) == Wrong()
    assert try_code(database, app, code_at(0)) == Replayed()


def test_secrets_are_sealed_for_their_subject(database: Database, ana_id: str, ben_id: str) -> None:
    app = enrol(database, ana_id)
    assert base64.b32decode(SECRET) not in app.verifier
    assert SECRET.encode() not in app.verifier
    stolen = Authenticator(app.id, ben_id, "totp", "", app.verifier, None, 0, BEGINNING, None)
    with pytest.raises(IdpError):
        try_code(database, stolen, code_at(0))
