"""Ana and how we reach her: what the stories of changed contacts have in common."""

from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

from idp.subjects.subjects import Subject
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import STEP, AuthenticatorApp
from tests.drivers.browser import Browser, Page
from tests.drivers.post import CODE, Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

HOME = "/account/details"
EMAIL, PHONE = f"{HOME}/email", f"{HOME}/phone"
OLD, NEW = "ana@example.test", "ana.new@example.org"
NUMBER, OTHER = "+447700900118", "07700 900119"
MINUTE = timedelta(minutes=1)


@dataclass
class Story:
    """Ana signs in at a shop of one brand; `browser` is where she is first. `app` is None where she has a password alone."""

    provider: Provider
    shop: RelyingParty
    app: AuthenticatorApp | None
    post: Post
    clock: TestClock
    browser: Browser

    def another(self) -> Browser:
        """Ana, signed in in one more browser."""
        self.clock.advance(STEP)
        return self.signed_in(self.provider.browser())

    def signed_in(self, browser: Browser) -> Browser:
        browser.open(self.shop.request())
        browser.sign_in("ana", ANA_PASSWORD)
        assert self.app is None or browser.submit(code=self.app.code()).left
        return browser

    def code_to(self, address: str) -> str:
        """The code in the mail that went there last."""
        mails = [mail for mail in self.post.mails() if mail["To"] == address]
        return CODE.findall(read(mails[-1]))[0]

    def changes_email(self, browser: Browser, to: str = NEW) -> Page:
        browser.open(EMAIL)
        browser.submit(contact=to)
        return browser.submit(code=self.code_to(to))

    def changes_phone(self, browser: Browser, to: str = OTHER) -> Page:
        browser.open(PHONE)
        browser.submit(contact=to)
        return browser.submit(code=self.post.texts()[-1].code)

    def ana(self) -> Subject:
        with self.provider.house.ground.database.reading() as db:
            found = self.provider.house.people.subjects.get(db, self.subject_id)
        assert found is not None
        return found

    @property
    def subject_id(self) -> str:
        created = self.provider.happened("SubjectCreated")[0].subject_id
        assert created is not None
        return created

    def codes_go_to(self) -> str | None:
        """The number that codes by text go to."""
        with self.provider.house.ground.database.reading() as db:
            return self.provider.house.people.text_code.number(db, self.subject_id)

    def undo_links(self) -> list[str]:
        """Every link that takes a change back, by the order of the mails."""
        mails = [read(mail) for mail in self.post.mails()]
        return [f"/undo/{mail.partition('/undo/')[2].split()[0]}" for mail in mails if "/undo/" in mail]


def about(mails: list[EmailMessage], subject: str) -> list[EmailMessage]:
    return [mail for mail in mails if str(mail["Subject"]).startswith(subject)]
