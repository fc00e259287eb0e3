"""`idp subject add`: an operator makes an account; the rules for new passwords hold for operators too."""

import json
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from idp.app import build, lay_ground
from idp.cli.standard_claims import problems_of
from idp.core.clock import SystemClock
from idp.settings import Settings
from idp.signin.lockout import Rule
from tests.drivers.command_line import CommandLine, Ended

GOOD = "lantern orbit mosaic 7"


def add(idp: CommandLine, *options: str, username: str = "ana", email: str = "ana@example.test", typed: str = GOOD) -> Ended:
    return idp.run("subject", "add", "--username", username, "--email", email, "--password-stdin", *options, typed=typed)


def test_a_subject_is_added_with_everything(idp: CommandLine, tmp_path: Path) -> None:
    claims = {"email_verified": True, "birthdate": "1987-04-12", "address": {"locality": "Bristol"}, "locale": "en-GB"}
    (tmp_path / "claims.json").write_text(json.dumps(claims), "utf-8")
    options = ("--given-name", "Ana", "--family-name", "Ferreira", "--claims", str(tmp_path / "claims.json"), "--json")
    ended = add(idp, *options, "--brand", "stellantis:ST-1", "--brand", "alphera:AL-1", typed=f"{GOOD}\n")
    assert ended.code == 0, ended
    assert json.loads(ended.out)["username"] == "ana"
    entries = json.loads(idp.must("audit", "tail", "--json"))
    linked = [entry["brand"] for entry in entries if entry["event"] == "SubjectLinked"]
    assert linked == ["stellantis", "alphera"]
    assert all(entry["actor"].startswith("operator:") for entry in entries)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("short 7", "too short"),
        ("", "too short"),
        ("password123456", "too easy"),
        ("anaanaanaana", "too easy"),
        ("stellantis2026", "too easy"),
        ("x" * 1025, "too long"),
    ],
)
def test_a_weak_password_is_refused(idp: CommandLine, typed: str, why: str) -> None:
    ended = add(idp, typed=typed)
    assert ended.code == 1
    assert why in ended.err
    if len(typed) > 8:
        assert typed not in ended.err


def test_nothing_is_added_twice(idp: CommandLine) -> None:
    assert add(idp, "--brand", "stellantis:ST-1").code == 0
    for changed, what in (({}, "username"), ({"username": "ANA"}, "username"), ({"username": "eve"}, "email")):
        ended = add(idp, **changed)
        assert (ended.code, f"the {what} belongs to another" in ended.err) == (1, True)
    ended = add(idp, "--brand", "stellantis:ST-1", username="eve", email="eve@example.test")
    assert (ended.code, "customer number belongs to another" in ended.err) == (1, True)


@pytest.mark.parametrize(
    ("username", "email"), [("ana@x", "ana@example.test"), (" ana", "ana@example.test"), ("ana", "nobody"), ("ana", "a@b\n.c")]
)
def test_malformed_names_are_refused(idp: CommandLine, username: str, email: str) -> None:
    ended = add(idp, username=username, email=email)
    assert ended.code == 1
    assert "not well-formed" in ended.err


@pytest.mark.parametrize(
    ("brand", "code"), [("elsewhere:1", 1), ("stellantis", 2), ("stellantis:", 2), (f"stellantis:{'1' * 65}", 1)]
)
def test_a_customer_number_belongs_to_a_known_brand(idp: CommandLine, brand: str, code: int) -> None:
    assert add(idp, "--brand", brand).code == code


def test_one_number_at_a_brand(idp: CommandLine) -> None:
    assert add(idp, "--brand", "stellantis:1", "--brand", "stellantis:2").code == 2


@pytest.mark.parametrize(("text", "why"), [("{", "is not JSON"), ("[" * 100_000, "is not JSON"), ("[]", "JSON object")])
def test_a_claims_file_holds_an_object(idp: CommandLine, tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "claims.json").write_text(text, "utf-8")
    ended = add(idp, "--claims", str(tmp_path / "claims.json"))
    assert ended.code == 1
    assert why in ended.err


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"sub": "x"}, "sub: is made by the provider"),
        ({"shoe_size": 43}, "not a standard claim"),
        ({"phone_number_verified": "yes"}, "true or false"),
        ({"address": "Bristol"}, "must be an object"),
        ({"address": {"planet": "Earth"}}, "must be an object"),
        ({"given_name": ""}, "must be text"),
        ({"locale": "e" * 36}, "must be text"),
    ],
)
def test_claims_are_those_of_the_standard(claims: dict[str, object], why: str) -> None:
    (problem,) = problems_of({"nickname": "A", **claims})
    assert why in problem


def test_a_claims_file_that_is_missing_is_named(idp: CommandLine) -> None:
    ended = add(idp, "--claims", "/nowhere/claims.json")
    assert (ended.code, ended.err) == (1, "idp: /nowhere/claims.json: cannot be read: No such file or directory\n")


def test_an_option_wins_over_the_file(idp: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "claims.json").write_text('{"given_name": "Anna"}', "utf-8")
    assert add(idp, "--claims", str(tmp_path / "claims.json"), "--given-name", "x" * 129).code == 1
    assert add(idp, "--claims", str(tmp_path / "claims.json"), "--given-name", "Ana").code == 0


def test_a_lock_is_ended(idp: CommandLine) -> None:
    assert add(idp).code == 0
    lock(idp, "ana")
    assert idp.must("subject", "unlock", "--username", "Ana@Example.Test") == "ana is unlocked.\n"
    assert idp.must("subject", "unlock", "--username", "ana") == "ana was not locked.\n"
    unlocked = [entry for entry in json.loads(idp.must("audit", "tail", "--json")) if entry["event"] == "PasswordUnlocked"]
    assert [(entry["reason"], entry["actor"].partition(":")[0]) for entry in unlocked] == [("support", "operator")]
    ended = idp.run("subject", "unlock", "--username", "nobody")
    assert (ended.code, "nobody signs in by that name" in ended.err) == (1, True)


def test_staff_are_made_and_unmade(idp: CommandLine) -> None:
    add(idp)
    assert idp.must("subject", "staff", "Ana@Example.Test") == "ana is staff from now on.\n"
    assert idp.must("subject", "staff", "ana") == "ana is staff already.\n"
    assert idp.must("subject", "staff", "ana", "--off") == "ana is not staff from now on.\n"
    assert idp.must("subject", "staff", "ana", "--off") == "ana is not staff already.\n"
    changed = [entry for entry in json.loads(idp.must("audit", "tail", "--json")) if entry["event"] == "StaffChanged"]
    assert [entry["actor"].partition(":")[0] for entry in changed] == ["operator", "operator"]
    assert idp.run("subject", "staff", "nobody").code == 1


def test_whoever_an_operator_acts_upon_is_told(idp: CommandLine, tmp_path: Path) -> None:
    """As by the admin API, in their language; what changes nothing is told to nobody."""
    (tmp_path / "claims.json").write_text(json.dumps({"email_verified": True, "locale": "fr"}), "utf-8")
    clients = (tmp_path / "clients.yaml").read_text("utf-8")
    (tmp_path / "clients.yaml").write_text(clients.replace("    legal:", "    languages: [en, fr]\n    legal:"), "utf-8")
    add(idp, "--claims", str(tmp_path / "claims.json"), "--brand", "alphera:AL-1")
    acts = ("disable", "disable", "enable")
    said = [idp.must("subject", act, "ANA").strip() for act in acts]
    assert said == ["ana is stopped.", "ana is stopped already.", "ana may sign in again."]
    assert idp.run("subject", "disable", "nobody").code == 1
    idp.must("subject", "staff", "ana")
    idp.must("role", "grant", "ana", "auditor")
    lock(idp, "ana")
    idp.must("subject", "unlock", "--username", "ana")
    house = build(lay_ground(Settings.from_environment(idp.environment), SystemClock()))
    house.protocol.outbox.run_once()
    house.ground.database.close()
    mails = [message_from_bytes(file.read_bytes(), policy=default) for file in (tmp_path / "mail").glob("*.eml")]
    assert sorted(mail["Subject"] for mail in mails) == [
        "Un rôle du personnel vous a été donné – Alphera",
        "Votre compte a été bloqué – Alphera",
        "Votre compte est de nouveau ouvert – Alphera",
        "Votre connexion a été rouverte – Alphera",
        "Vous faites maintenant partie du personnel – Alphera",
    ]
    assert all("@alphera.example" in mail["From"] for mail in mails)


def lock(idp: CommandLine, username: str) -> None:
    """As five wrong passwords do."""
    house = build(lay_ground(Settings.from_environment(idp.environment), SystemClock()))
    now = house.ground.clock.now()
    with house.ground.database.transaction() as db:
        found = house.people.subjects.find(db, username)
        assert found is not None
        lockout = house.locking.lockout
        for _ in range(5):
            lockout.failed(db, lockout.lane(found.id, username), Rule(5, "by_recovery", 15), "alphera", now)
    house.ground.database.close()
