"""The passkey that a browser makes without asking, while a second step is offered (WebAuthn L3, conditional create).

Chromium says that it can, but leaves the making to a password manager that has the password of the page in it, and to the
account of a person; no switch and no virtual authenticator stands in for those. With the tools of developers it refuses at
once, or waits for ever. So here a script stands where the password manager would: what the page asks of it is written down,
and asked of Chromium again without `mediation`, so that Chromium makes the passkey itself and with all its own checks.
"""

import pytest

from tests.browser.conftest import Newcomer
from tests.browser.device import Device
from tests.browser.visitor import OF_ALL_OTHERS, Visitor

pytestmark = pytest.mark.browser

OFFER = "Make your sign-in safer"
MANAGER = """
const make = navigator.credentials.create.bind(navigator.credentials);
const bytes = (buffer) => new Uint8Array(buffer).length;
navigator.credentials.create = ({ mediation, signal, publicKey }) => {
  const { challenge, user, excludeCredentials, authenticatorSelection, attestation, rp } = publicKey;
  const handle = bytes(user.id);
  const wanted = { mediation, stoppable: signal instanceof AbortSignal, rp: rp.id, name: user.name, handle, attestation };
  const sizes = { challenge: bytes(challenge), excluded: excludeCredentials.length };
  sessionStorage.setItem("asked", JSON.stringify({ ...wanted, ...authenticatorSelection, ...sizes }));
  return make({ signal, publicKey });
};
"""
CANNOT = """
navigator.credentials.create = () => sessionStorage.setItem("asked", "null");
PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: false });
"""
OLD = "delete PublicKeyCredential.getClientCapabilities"


def passes_the_password(visitor: Visitor, brand: str, name: str) -> None:
    visitor.customer_login(brand)
    visitor.fill_in(name, OF_ALL_OTHERS)
    visitor.press("Sign in")


def is_in(visitor: Visitor) -> None:
    visitor.reads("We know of no agreement of yours")


@pytest.mark.parametrize("brand", ["stellantis", "alphera"])
def test_it_is_made_and_signs_in_the_next_time(newcomer: Newcomer, brand: str) -> None:
    visitor, name = newcomer()
    device = Device(visitor.page, kept="synced")
    device.makes_them_without_a_touch()
    visitor.page.add_init_script(MANAGER)
    passes_the_password(visitor, brand, name)
    is_in(visitor)  # nothing was asked, and no page stood in between
    assert len(device.credentials()) == 1
    visitor.page.goto(f"{visitor.places.issuer}/account/security")
    visitor.sees("1, not used yet")
    assert visitor.page.evaluate("JSON.parse(sessionStorage.getItem('asked'))") == {
        "mediation": "conditional",
        "stoppable": True,
        "rp": visitor.page.evaluate("location.hostname"),
        "name": name,
        "handle": 64,
        "attestation": "none",
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "preferred",
        "challenge": 32,
        "excluded": 0,
    }
    device.asks_for_a_touch_again()
    visitor.visit(brand, "/overview")
    visitor.press("Sign out")
    visitor.reads("You are signed out")
    visitor.customer_login(brand)
    is_in(visitor)  # by autofill, which the virtual authenticator answers by itself


def test_a_browser_that_cannot_is_not_asked(newcomer: Newcomer) -> None:
    visitor, name = newcomer()
    Device(visitor.page)
    visitor.page.add_init_script(CANNOT)
    passes_the_password(visitor, "alphera", name)
    visitor.reads(OFFER)
    for script in ("", OLD):
        visitor.page.add_init_script(script)
        visitor.page.reload()
        visitor.page.wait_for_load_state("networkidle")
        assert visitor.page.evaluate("sessionStorage.getItem('asked')") is None
    visitor.press("Not now")
    is_in(visitor)
