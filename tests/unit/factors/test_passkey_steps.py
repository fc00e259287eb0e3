"""Passkeys as the step of a subject who is known, and those that a browser made by itself."""

from idp.factors.passkey import Proven, Registered
from idp.factors.passkey_ceremony import Because
from idp.factors.passkey_record import is_known_to_its_owner
from tests.drivers.soft_authenticator import SoftAuthenticator
from tests.unit.factors.passkey_scene import ATTEMPT, Scene, why


def test_where_nothing_else_is_proven_it_must_check_its_owner(scene: Scene) -> None:
    scene.registered()
    proven = scene.verified_step()
    assert isinstance(proven, Proven)
    assert proven.proof.strength == "phr"
    scene.device.verifies = False
    assert why(scene.verified_step()) is Because.NOT_VERIFIED


def test_its_options_demand_it_and_name_the_subjects_own(scene: Scene) -> None:
    registered = scene.registered()
    with scene.database.transaction() as db:
        options = scene.passkeys.authenticate_options(db, ATTEMPT, scene.ana.id, verified=True)
    assert options["userVerification"] == "required"
    assert [one["id"] for one in options["allowCredentials"]] == [registered.record.credential_id]


def test_a_step_after_a_password_is_worth_nothing_where_more_is_asked(scene: Scene) -> None:
    scene.registered()
    sent = scene.device.get(scene.request(scene.ana))
    with scene.database.transaction() as db:
        judged = scene.passkeys.verify(db, ATTEMPT, sent, scene.clock.now(), scene.ana.id, verified=True)
    assert why(judged) is Because.CHALLENGE


def test_one_made_unasked_is_known_to_its_owner_once_used(scene: Scene) -> None:
    scene.device = SoftAuthenticator(present=False, verifies=False)
    with scene.database.transaction() as db:
        options = scene.passkeys.register_options(db, ATTEMPT, scene.ana, unasked=True)
        sent = scene.device.create(options)
        made = scene.passkeys.register(db, ATTEMPT, scene.ana.id, sent, "Laptop", scene.clock.now(), unasked=True)
        assert isinstance(made, Registered)
        ((before, _),) = scene.passkeys.enrolled(db, scene.ana.id)
    scene.device.present = scene.device.verifies = True
    assert isinstance(scene.sign_in(), Proven)
    with scene.database.transaction() as db:
        ((after, _),) = scene.passkeys.enrolled(db, scene.ana.id)
    assert (is_known_to_its_owner(before), is_known_to_its_owner(after)) == (False, True)


def test_one_made_knowingly_is_known_at_once(scene: Scene) -> None:
    scene.registered()
    with scene.database.transaction() as db:
        ((made, _),) = scene.passkeys.enrolled(db, scene.ana.id)
    assert is_known_to_its_owner(made)


def test_browsers_are_told_of_those_in_use_alone(scene: Scene) -> None:
    with scene.database.transaction() as db:
        assert scene.passkeys.accepted(db, scene.eve.id) is None
    registered = scene.registered()
    with scene.database.transaction() as db:
        accepted = scene.passkeys.accepted(db, scene.ana.id)
    assert accepted is not None
    assert accepted.credential_ids == (registered.record.credential_id,)
