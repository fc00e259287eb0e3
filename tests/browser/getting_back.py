"""Somebody who cannot sign in at a brand: what they press from its portal on, and what comes to their letter box."""

import base64
import re
import secrets
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from idp.subjects.subjects import NewSubject
from tests.browser.device import Device
from tests.browser.lost import newest
from tests.browser.office import Office
from tests.browser.visitor import OF_ALL_OTHERS, Visitor
from tests.drivers.household import Household
from tests.journeys.recoveries import CODE as LONG_CODE
from tests.journeys.recoveries import NEW

LINK = re.compile(r"http\S+/recovery/link/[\w-]+")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a sample customer is asked about one; the brand reaches them at `contact`."""

    number: str
    born: tuple[str, str, str]
    postcode: str
    customer: str
    contact: str


AGREEMENTS = {
    "stellantis": Agreement("HP-5610448", ("3", "7", "1982"), "M4 1HQ", "ST-415733", "+447700900733"),
    "alphera": Agreement("PCP-6240913", ("21", "5", "1996"), "OX4 1JE", "AL-620988", "hanna@example.test"),
}


@dataclass(frozen=True, slots=True)
class Outsider:
    """A customer of one brand, who has a letter box and a browser that has never been anywhere."""

    visitor: Visitor
    office: Office
    brand: str
    name: str

    @property
    def email(self) -> str:
        return f"{self.name}@example.test"

    @property
    def household(self) -> Household:
        return Household(self.office.house, self.office.house.ground.app)

    def at(self, brand: str, visitor: Visitor) -> "Outsider":
        """The same person at another brand, in that browser."""
        return replace(self, brand=brand, visitor=visitor)

    def mailed(self, pattern: str | re.Pattern[str]) -> str:
        """What the newest mail says that fits."""
        return newest(self.office, self.email, pattern)

    def asks_for_help(self, name: str = "") -> None:
        """From the start page of the portal to the mail."""
        self.visitor.visit(self.brand)
        self.visitor.follow("Can’t sign in?")
        self.asks(name)

    def asks(self, name: str = "") -> None:
        """On the page that asks who it is."""
        self.visitor.page.get_by_label("Username, e-mail or agreement number").fill(name or self.name)
        self.visitor.press("Send the e-mail")
        self.visitor.reads("Look in your mail")

    def opens_the_link(self) -> None:
        self.visitor.page.goto(self.mailed(LINK))
        self.visitor.reads("Get back in")

    def comes_to_a_new_password(self) -> None:
        """By the link, up to what is asked before."""
        self.asks_for_help()
        self.opens_the_link()
        self.visitor.press("Choose a new password")

    def types_the_long_code(self) -> None:
        """The one of the mail, on the page that waits for it."""
        self.visitor.page.get_by_label("Code from the e-mail").fill(self.mailed(LONG_CODE))
        self.visitor.press("Go on")
        self.visitor.reads("Get back in")

    def types(self, code: str, label: str = "Code") -> None:
        self.visitor.page.get_by_label(label, exact=True).fill(code)
        self.visitor.press("Continue")

    def chooses_a_password(self) -> None:
        """To the end, of which a mail tells."""
        self.visitor.page.get_by_label("New password", exact=True).fill(NEW)
        self.visitor.press("Change the password")
        self.visitor.reads("Your password is changed")
        self.mailed("password was changed")

    def tells_of(self, agreement: Agreement) -> None:
        """Fills in what is asked about an agreement."""
        self.visitor.page.get_by_label("Agreement number").fill(agreement.number)
        for label, typed in zip(("Day", "Month", "Year"), agreement.born, strict=True):
            self.visitor.page.get_by_label(label).fill(typed)
        self.visitor.page.get_by_label("Postcode").fill(agreement.postcode)

    def tries(self, password: str = NEW) -> None:
        """Types name and password on the page of a sign-in."""
        self.visitor.fill_in(self.name, password)
        with self.visitor.page.expect_navigation():
            self.visitor.press("Sign in")

    def is_in(self, password: str = NEW, greeted: str = "We know of no agreement of yours") -> None:
        """Signs in from the portal; a second step that is offered is put off."""
        self.visitor.customer_login(self.brand)
        self.tries(password)
        if self.visitor.page.url.endswith("/offer"):
            self.visitor.press("Not now")
        self.visitor.sees(greeted)

    def is_locked_out(self, brand: str = "") -> None:
        """Types a wrong password until no more are taken."""
        self.visitor.customer_login(brand or self.brand)
        for _ in range(5):
            self.tries("not the password")
            self.office.overlooks_a_failure()
        self.visitor.reads("Sign-in by password is locked")

    def plugs_in_a_passkey(self) -> None:
        """One that was made before; the tab's device answers by itself from now on."""
        made = self.household.add_passkey(self.name)
        (credential,) = made.credentials
        key = credential.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        Device(self.visitor.page).holds(
            credentialId=as_text(credential.id), rpId=made.rp_id, privateKey=as_text(key), userHandle=as_text(credential.handle)
        )


def as_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def somebody(visitor: Visitor, office: Office, brand: str, **about: object) -> Outsider:
    """A customer nobody has seen before; `about` is what is special about them."""
    name = f"back{secrets.token_hex(4)}"
    known = {"email": f"{name}@example.test", "email_verified": True, **about}
    office.add_customer(NewSubject(username=name, **known), OF_ALL_OTHERS)  # type: ignore[arg-type]
    return Outsider(visitor, office, brand, name)
