"""Every change that an owner can make on pages of their own, up to the moment in which its form is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from idp.core.database import metadata
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser, Form, Page
from tests.drivers.ceremony import ceremony_of, uses
from tests.drivers.lost import Loss
from tests.drivers.post import CODE, Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.drivers.soft_authenticator import SoftAuthenticator
from tests.journeys.test_enrol_in_place import KEY

ACCOUNT = "/account/"
HOME, DETAILS, SESSIONS, APPLICATIONS = (f"{ACCOUNT}{name}" for name in ("security", "details", "sessions", "applications"))
APPS, PASSKEYS, TEXT, BROWSERS = f"{HOME}/apps", f"{HOME}/passkeys", f"{HOME}/text", f"{HOME}/browsers"

Send = Callable[[], Page]


@dataclass
class Story:
    """Ana, who has one of everything; she signs in at `shop` by the passkey of `device`."""

    provider: Provider
    shop: RelyingParty
    device: SoftAuthenticator
    post: Post
    ana: Browser

    def signs_in(self) -> None:
        self.ana = self.provider.browser()
        self.ana.open(self.shop.request())
        assert uses(self.ana, self.device).left

    def stored(self) -> dict[str, list[Any]]:
        with self.provider.house.ground.database.reading() as db:
            tables = (table for table in metadata.sorted_tables if table.name != "sessions")
            return {table.name: sorted(map(repr, db.execute(table.select()))) for table in tables}

    def in_which_sessions_end(self, statement: str) -> None:
        with self.provider.house.ground.database.transaction() as db:
            db.exec_driver_sql(statement)


def form_of(page: Page) -> Form:
    """The one that changes something."""
    return next(form for form in reversed(page.forms) if form.action.startswith(ACCOUNT))


def presses(browser: Browser, page: Page, **typed: str) -> Send:
    form = form_of(page)
    return lambda: browser.post(form.action, form.fields | form.buttons | typed)


def app_added(story: Story) -> Send:
    page = story.ana.open(f"{APPS}/new")
    found = KEY.search(page.text)
    assert found is not None
    new = AuthenticatorApp(found[0].replace(" ", ""), story.provider.clock)
    form = form_of(page)
    return lambda: story.ana.post(form.action, {**form.fields, "code": new.code(), "label": "Pixel"})


def app_renamed(story: Story) -> Send:
    return presses(story.ana, story.ana.open(story.ana.open(APPS).link("Rename")), label="Mine")


def app_removed(story: Story) -> Send:
    return presses(story.ana, story.ana.open(story.ana.open(APPS).link("Remove")))


def passkey_added(story: Story) -> Send:
    story.ana.open(f"{PASSKEYS}/new")
    ceremony = ceremony_of(story.ana)
    return lambda: ceremony.send(ceremony.answered(story.provider.authenticator()), label="Key")


def passkey_asked_for(story: Story) -> Send:
    form = form_of(story.ana.open(f"{PASSKEYS}/new"))
    return lambda: story.ana.post(f"{PASSKEYS}/new/options", form.fields)


def passkey_renamed(story: Story) -> Send:
    return presses(story.ana, story.ana.open(story.ana.open(PASSKEYS).link("Rename")), label="Mine")


def passkey_removed(story: Story) -> Send:
    return presses(story.ana, story.ana.open(story.ana.open(PASSKEYS).link("Remove")))


def code_texted(story: Story) -> Send:
    return presses(story.ana, story.ana.open(TEXT), number="07700 900118")


def texts_turned_on(story: Story) -> Send:
    story.ana.open(TEXT)
    page = story.ana.submit(number="07700 900119")
    code = story.post.texts()[-1].code
    return presses(story.ana, page, code=code)


def texts_turned_off(story: Story) -> Send:
    story.provider.add_phone()
    return presses(story.ana, story.ana.open(f"{TEXT}/off"))


def mail_turned_on(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{HOME}/mail"))


def mail_turned_off(story: Story) -> Send:
    story.provider.add_mail_code()
    return presses(story.ana, story.ana.open(f"{HOME}/mail"))


def codes_renewed(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{HOME}/recovery-codes"))


def browser_forgotten(story: Story) -> Send:
    form = form_of(story.ana.open(story.ana.open(BROWSERS).link("Forget or stop trusting")))
    return lambda: story.ana.post(form.action, {**form.fields, "forget": "1"})


def browser_distrusted(story: Story) -> Send:
    form = form_of(story.ana.open(story.ana.open(BROWSERS).link("Forget or stop trusting")))
    return lambda: story.ana.post(form.action, {**form.fields, "distrust": "1"})


def others_forgotten(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{BROWSERS}/others"))


def name_changed(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{DETAILS}/name"), given_name="Anna")


def language_chosen(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{DETAILS}/language"), language="fr")


def email_typed(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{DETAILS}/email"), contact="ana.new@example.org")


def email_confirmed(story: Story) -> Send:
    story.ana.open(f"{DETAILS}/email")
    page = story.ana.submit(contact="ana.newer@example.org")
    mail = next(mail for mail in reversed(story.post.mails()) if mail["To"] == "ana.newer@example.org")
    return presses(story.ana, page, code=CODE.findall(read(mail))[0])


def phone_typed(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{DETAILS}/phone"), contact="07700 900120")


def phone_confirmed(story: Story) -> Send:
    story.ana.open(f"{DETAILS}/phone")
    page = story.ana.submit(contact="07700 900121")
    return presses(story.ana, page, code=story.post.texts()[-1].code)


def phone_removed(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{DETAILS}/phone/remove"))


def session_ended(story: Story) -> Send:
    story.signs_in()
    _here, other = (part for part in story.ana.open(SESSIONS).body.split('href="') if part.startswith(f"{SESSIONS}/e_"))
    return presses(story.ana, story.ana.open(other.partition('"')[0]))


def other_sessions_ended(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{SESSIONS}/others"))


def application_shut_out(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{APPLICATIONS}/club"))


def brand_disconnected(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{APPLICATIONS}/brand/alphera"))


def account_closed(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{ACCOUNT}close"), username="ana")


def lost_reset_stopped(story: Story) -> Send:
    Loss(story.provider, story.shop, story.post, story.provider.browser(), story.provider.clock).has_begun(
        "password", "mail_code"
    )
    return presses(story.ana, story.ana.open(f"{HOME}/lost"))


def password_changed(story: Story) -> Send:
    return presses(story.ana, story.ana.open(f"{ACCOUNT}password"), password="violet harbour copper 41")


CHANGES = (
    password_changed,
    lost_reset_stopped,
    app_added,
    app_renamed,
    app_removed,
    passkey_added,
    passkey_asked_for,
    passkey_renamed,
    passkey_removed,
    code_texted,
    texts_turned_on,
    texts_turned_off,
    mail_turned_on,
    mail_turned_off,
    codes_renewed,
    browser_forgotten,
    browser_distrusted,
    others_forgotten,
    name_changed,
    language_chosen,
    email_typed,
    email_confirmed,
    phone_typed,
    phone_confirmed,
    phone_removed,
    session_ended,
    other_sessions_ended,
    application_shut_out,
    brand_disconnected,
    account_closed,
)
