from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from idp.core.database import Database
from idp.core.errors import Unavailable
from idp.core.events import Bus, PasswordLocked, SignedIn, SignInFailed
from idp.factors.hash_slots import HashSlots
from idp.factors.password import Password, Recognised
from idp.factors.password_hash import Mismatch, PasswordHasher, Unhashable
from idp.sessions.context import Requirement
from idp.signin.flow import Flow
from idp.signin.nudges import put_off
from idp.signin.outcomes import Incomplete, LockedOut, NotRecognised, Proven, TooLong, TooManyTries
from idp.subjects.authenticators import Authenticator, authenticators, of
from idp.subjects.subjects import Subject, Subjects
from tests.builders import ANA_PASSWORD, NAMES, TestClock, Witness, a_hasher
from tests.unit.signin.conftest import Visitor

WRONG = "copper harbour violet 9"


def test_the_right_password_starts_a_session_and_resumes(visitor: Visitor, flow: Flow, witness: Witness, ana: Subject) -> None:
    with flow.progress.database.transaction() as db:
        put_off(db, ana.id, flow.progress.clock.now())
    interaction = visitor.park()
    step = visitor.sign_in(interaction=interaction)
    assert isinstance(step, Proven)
    assert step.resume == f"/authorize/{interaction.id}"
    assert flow.progress.sessions.find(step.started.handle) == step.started.session
    session = step.started.session
    assert (session.subject_id, session.brand, session.browser, session.shared) == (ana.id, "stellantis", visitor.digest, False)
    assert (session.context.acr, session.context.amr, session.context.proofs) == ("pwd", ("pwd",), ("password",))
    (event,) = witness.events
    assert isinstance(event, SignedIn)
    assert (event.subject_id, event.client_id, event.session_id, event.acr) == (ana.id, "stellantis-portal", session.id, "pwd")
    assert event.new_device


def test_who_has_no_second_step_is_sent_by_the_offer_of_one(visitor: Visitor, ana: Subject) -> None:
    interaction = visitor.park()
    step = visitor.sign_in(interaction=interaction)
    assert isinstance(step, Proven)
    assert step.resume == f"/signin/{interaction.id}/offer"


@pytest.mark.parametrize("name", ["ANA", "ana@example.test", " Ana@Example.Test "])
def test_any_spelling_of_the_name_signs_in(visitor: Visitor, ana: Subject, name: str) -> None:
    assert isinstance(visitor.sign_in(name), Proven)


@pytest.mark.parametrize("password", [WRONG, ANA_PASSWORD.upper(), f"{ANA_PASSWORD} ", "\x00", "x" * 1024])
def test_any_other_password_does_not(visitor: Visitor, witness: Witness, ana: Subject, password: str) -> None:
    assert visitor.sign_in(password=password) == NotRecognised()
    (event,) = witness.events
    assert isinstance(event, SignInFailed)
    assert (event.subject_id, event.outcome, event.reason) == (ana.id, "refused", "wrong_password")


def test_a_name_that_does_not_exist_gets_the_same_answer(visitor: Visitor, witness: Witness, ana: Subject) -> None:
    assert visitor.sign_in("nobody", WRONG) == visitor.sign_in("ana", WRONG)
    unknown, known = witness.events
    assert (unknown.subject_id, known.subject_id) == (None, ana.id)
    assert unknown.reason == known.reason


def test_the_name_tried_is_kept_as_a_keyed_digest(visitor: Visitor, flow: Flow, witness: Witness) -> None:
    for name in ("Ann", " ann ", "anne"):
        visitor.sign_in(name, WRONG)
    replace(visitor, flow=replace(flow, name_key=b"o" * 32)).sign_in("ann", WRONG)
    first, spelling, other, otherwise_keyed = (e.name_digest for e in witness.events if isinstance(e, SignInFailed))
    assert first == spelling
    assert len({first, other, otherwise_keyed}) == 3


def judging(flow: Flow, password: Password) -> Flow:
    """The same flow with another factor in the place of the password."""
    return replace(flow, progress=replace(flow.progress, password=password))


class Counting(Password):
    """The real factor, counting how often it hashed and against what."""

    def __init__(self, hasher: PasswordHasher) -> None:
        super().__init__(hasher)
        self.against: list[bool] = []

    def verify(self, enrolled: Authenticator | None, password: str) -> Recognised | Mismatch | Unhashable:
        self.against.append(enrolled is not None)
        return super().verify(enrolled, password)


def test_every_name_costs_one_hash(flow: Flow, visitor: Visitor, hasher: PasswordHasher, ana: Subject) -> None:
    counting = Counting(hasher)
    visitor.flow = judging(flow, counting)
    visitor.sign_in("ana", WRONG)
    visitor.sign_in("nobody", WRONG)
    visitor.sign_in("a" * 10_000, WRONG)
    assert counting.against == [True, False, False]


@pytest.mark.parametrize(
    ("username", "password", "step"),
    [
        ("", ANA_PASSWORD, Incomplete("username")),
        ("  \t", ANA_PASSWORD, Incomplete("username")),
        ("ana", "", Incomplete("password")),
        ("", "", Incomplete("username")),
        ("ana", "x" * 1025, TooLong()),
        ("nobody", "x" * 1025, TooLong()),
        ("ana", "\ud800", TooLong()),
    ],
)
def test_what_cannot_be_a_try_is_none(
    visitor: Visitor, witness: Witness, ana: Subject, username: str, password: str, step: object
) -> None:
    for _ in range(21):
        assert visitor.sign_in(username, password) == step
    assert witness.events == []
    assert isinstance(visitor.sign_in(), Proven)


def test_a_disabled_subject_is_not_recognised_whatever_the_password(
    visitor: Visitor, database: Database, clock: TestClock, witness: Witness, ana: Subject
) -> None:
    with database.transaction() as db:
        Subjects(NAMES).disable(db, Bus(), ana.id, clock.now())
    assert visitor.sign_in() == NotRecognised()
    assert visitor.sign_in(password=WRONG) == NotRecognised()
    assert [e.reason for e in witness.events] == ["disabled_or_changed", "wrong_password"]


def test_a_password_changed_while_it_was_compared_no_longer_counts(
    flow: Flow, visitor: Visitor, database: Database, hasher: PasswordHasher, ana: Subject
) -> None:
    class ChangedMeanwhile(Password):
        def verify(self, *given: Any) -> Recognised | Mismatch | Unhashable:
            answer = super().verify(*given)
            with database.transaction() as db:
                db.execute(update(authenticators).values(verifier=b"another"))
            return answer

    visitor.flow = judging(flow, ChangedMeanwhile(hasher))
    assert visitor.sign_in() == NotRecognised()


def test_a_verifier_of_older_parameters_is_renewed(
    flow: Flow, visitor: Visitor, database: Database, tmp_path: Path, clock: TestClock, ana: Subject
) -> None:
    visitor.flow = judging(flow, Password(a_hasher(tmp_path, memory_kib=128)))
    for _ in range(2):
        assert isinstance(visitor.sign_in(), Proven)
    with database.reading() as db:
        (password,) = of(db, ana.id, "password")
    assert b"m=128," in password.verifier
    assert password.last_used_at == clock.now()


def test_twenty_failures_slow_the_source_and_nobody_else(
    visitor: Visitor, flow: Flow, clock: TestClock, witness: Witness, ana: Subject
) -> None:
    for n in range(20):
        assert visitor.sign_in(f"name{n}", WRONG) == NotRecognised()
    assert [e.name for e in witness.events].count("SourceThrottled") == 1
    step = visitor.sign_in()
    assert isinstance(step, TooManyTries)
    assert timedelta(0) < step.retry_after <= timedelta(minutes=10)
    assert isinstance(Visitor(flow, address="192.0.2.8").sign_in(), Proven)
    assert len(witness.named("SignInFailed")) == 20
    clock.advance(step.retry_after)
    assert isinstance(visitor.sign_in(), Proven)


def test_one_password_tried_on_many_names_from_many_sources_is_braked(visitor: Visitor, flow: Flow, ana: Subject) -> None:
    for n in range(100):
        guesser = Visitor(flow, address=f"198.51.{n}.1")
        assert guesser.sign_in(f"name{n}", "Summer2026! Summer2026!") == NotRecognised()
    assert isinstance(visitor.sign_in(password="Summer2026! Summer2026!"), TooManyTries)
    assert isinstance(visitor.sign_in(), Proven)


def test_a_lock_is_told_once_and_nothing_is_compared_behind_it(
    visitor: Visitor, flow: Flow, witness: Witness, clock: TestClock, hasher: PasswordHasher, ana: Subject
) -> None:
    counting = Counting(hasher)
    visitor.flow = judging(flow, counting)
    until = clock.now() + timedelta(minutes=15)
    for name in ("ana", "nobody"):
        steps = [visitor.sign_in(name, WRONG) for _ in range(4)]
        assert steps == [NotRecognised()] * 4
        assert visitor.sign_in(name, WRONG) == LockedOut("stellantis", until)
        assert visitor.sign_in(name) == LockedOut("stellantis", until)
    assert counting.against == [True] * 5 + [False] * 5
    reasons = [e.reason for e in witness.named("SignInFailed")]
    assert reasons == [*["wrong_password"] * 5, "locked"] * 2
    known, unknown = witness.named("PasswordLocked")
    assert isinstance(known, PasswordLocked)
    assert (known.subject_id, known.brand, known.until, known.shut) == (ana.id, "stellantis", until.isoformat(), False)
    assert unknown.subject_id is None


@pytest.mark.parametrize("brand", ["stellantis", "alphera", None])
def test_a_sign_in_begun_before_the_lock_cannot_finish_inside_it(
    flow: Flow, visitor: Visitor, witness: Witness, hasher: PasswordHasher, ana: Subject, brand: str | None
) -> None:
    guesser = Visitor(flow, address="192.0.2.9")

    class LockedMeanwhile(Password):
        def verify(self, *given: Any) -> Recognised | Mismatch | Unhashable:
            answer = super().verify(*given)
            for _ in range(5):
                guesser.sign_in(password=WRONG, interaction=guesser.park(brand=brand))
            return answer

    visitor.flow = judging(flow, LockedMeanwhile(hasher))
    step = visitor.sign_in()
    assert isinstance(step, LockedOut)
    assert step.brand == brand
    assert witness.named("SignedIn") == []
    assert witness.named("SignInFailed")[-1].reason == "locked"


def test_a_whole_ipv6_line_is_one_source(visitor: Visitor, ana: Subject) -> None:
    for n in range(20):
        visitor.address = f"2001:db8:1:2::{n:x}"
        visitor.sign_in(f"name{n}", WRONG)
    visitor.address = "2001:db8:1:2:ffff::1"
    assert isinstance(visitor.sign_in(), TooManyTries)
    visitor.address = "2001:db8:1:3::1"
    assert isinstance(visitor.sign_in(), Proven)


def test_signing_in_again_renews_the_session(visitor: Visitor, clock: TestClock, ana: Subject) -> None:
    first = visitor.sign_in()
    assert isinstance(first, Proven)
    visitor.session = first.started.session
    clock.advance(timedelta(seconds=1))
    asked = visitor.park(requirement=Requirement(renewed=True))
    again = visitor.sign_in(interaction=asked)
    assert isinstance(again, Proven)
    assert again.started.session.id == first.started.session.id
    kept = visitor.flow.progress.interactions.find(asked.id, asked.browser)
    assert kept is not None
    assert kept.is_answered("proof", again.started.session.id)
    assert again.started.session.context.auth_time > first.started.session.context.auth_time


def test_another_subject_takes_over_the_browser(
    visitor: Visitor, flow: Flow, witness: Witness, ana: Subject, ben: Subject
) -> None:
    first = visitor.sign_in()
    assert isinstance(first, Proven)
    visitor.session = first.started.session
    second = visitor.sign_in("ben", "copper harbour violet 3")
    assert isinstance(second, Proven)
    assert flow.progress.sessions.find(first.started.handle) is None
    assert [e.session_id for e in witness.named("SessionEnded")] == [first.started.session.id]


def test_a_wrong_password_leaves_the_running_session_alone(visitor: Visitor, flow: Flow, ana: Subject) -> None:
    first = visitor.sign_in()
    assert isinstance(first, Proven)
    visitor.session = first.started.session
    visitor.sign_in(password=WRONG)
    assert flow.progress.sessions.find(first.started.handle) == first.started.session


def test_signing_in_answers_which_account(visitor: Visitor, flow: Flow, ana: Subject) -> None:
    interaction = visitor.park(purpose="select")
    step = visitor.sign_in(interaction=interaction)
    assert isinstance(step, Proven)
    kept = flow.progress.interactions.find(interaction.id, visitor.digest)
    assert kept is not None
    assert {kept.answers[question] for question in ("proof", "account")} == {step.started.session.id}


def test_a_shared_computer_is_said_so(visitor: Visitor, ana: Subject) -> None:
    step = visitor.sign_in(shared=True)
    assert isinstance(step, Proven)
    assert step.started.session.shared


def test_no_slot_to_hash_is_unavailable_and_no_failure(
    flow: Flow, visitor: Visitor, witness: Witness, tmp_path: Path, ana: Subject
) -> None:
    busy = HashSlots(tmp_path / "busy", 1, queue=0)
    (tmp_path / "busy").mkdir()
    visitor.flow = judging(flow, Password(PasswordHasher(busy, memory_kib=64, passes=1)))
    with busy.one(), pytest.raises(Unavailable):
        visitor.sign_in()
    assert witness.events == []
    assert isinstance(visitor.sign_in(), Proven)
