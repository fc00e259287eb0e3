"""Customers who come from another system sign in with the password they had there; after that nothing of its hash is left."""

import bcrypt
import pytest

from idp.factors.legacy_hash import is_legacy, taken_over
from idp.subjects.many import Newcomer, create_many
from idp.subjects.subjects import NewSubject
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

PASSWORD = "lantern orbit mosaic 7"


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    return provider.add_client("shop", brand=str(request.param), consent="implied")


@pytest.fixture(autouse=True)
def elin(provider: Provider) -> None:
    """Elin comes with a hash of her own, Jon without."""
    verifier = taken_over(bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode())
    coming = [
        Newcomer(2, NewSubject("elin", "elin@example.test", email_verified=True), verifier),
        Newcomer(3, NewSubject("jon", "jon@example.test", email_verified=True), None),
    ]
    ground, names = provider.house.ground, provider.house.people.subjects.closed_names
    with ground.database.transaction() as db:
        assert create_many(db, ground.bus, names, coming, "imported", ground.clock.now()) == {}
    for name in ("elin", "jon"):
        provider.puts_off_the_offer(name)


def verifier_of(provider: Provider, name: str) -> bytes | None:
    people = provider.house.people
    with provider.house.ground.database.reading() as db:
        subject = people.subjects.find(db, name)
        assert subject is not None
        enrolled = people.password.enrolled(db, subject.id)
    return enrolled.verifier if enrolled else None


def test_the_first_sign_in_replaces_the_hash(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.request())
    assert browser.sign_in("elin", "lantern orbit mosaic 8").status == 422
    before = verifier_of(provider, "elin")
    assert before is not None
    assert is_legacy(before)
    assert browser.sign_in("elin", PASSWORD).left
    after = verifier_of(provider, "elin")
    assert after is not None
    assert after.startswith(b"$argon2id$")
    later = provider.browser()
    later.open(shop.request())
    assert later.sign_in("elin", PASSWORD).left
    assert verifier_of(provider, "elin") == after


def test_wrong_passwords_lock_as_always(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.request())
    for number in range(5):
        browser.sign_in("elin", f"guess {number}")
    assert provider.happened("PasswordLocked")
    browser.open(shop.request())
    assert not browser.sign_in("elin", PASSWORD).left
    verifier = verifier_of(provider, "elin")
    assert verifier is not None
    assert is_legacy(verifier)


def test_who_came_without_a_hash_is_told_no_more_than_anybody(shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.request())
    without = browser.sign_in("jon", PASSWORD)
    nobody = browser.sign_in("nobody", PASSWORD)
    assert (without.status, nobody.status) == (422, 422)
    assert without.text.partition("Reference")[0] == nobody.text.partition("Reference")[0]
