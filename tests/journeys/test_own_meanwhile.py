"""A session that ends in the very moment in which its owner changes something: nothing is changed, whichever page it was."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from idp.core.database import metadata
from tests.builders import ANA_PASSWORD
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser, Form, Page
from tests.drivers.ceremony import ceremony_of, uses
from tests.drivers.post import CODE, Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.drivers.soft_authenticator import SoftAuthenticator
from tests.journeys.test_enrol_in_place import KEY

HOME = "/account/security"
APPS, PASSKEYS, TEXT, BROWSERS = f"{HOME}/apps", f"{HOME}/passkeys", f"{HOME}/text", f"{HOME}/browsers"
DETAILS = "/account/details"
PAGES = (f"{HOME}/", f"{DETAILS}/", "/account/password")
# Who has more than a password is vouched for by that.
NOT_ASKED_OF_HER = {"own_email_other", "own_phone_other"}
# A request counts as activity of its session after a minute: the page lets its owner in, and in this moment it ends.
SEEN_AGAIN = timedelta(seconds=61)
ENDS = """CREATE TRIGGER ends AFTER UPDATE OF last_seen_at ON sessions
          BEGIN UPDATE sessions SET ended_at = last_seen_at, end_reason = 'test' WHERE id = NEW.id; END"""

Send = Callable[[], Page]


@dataclass
class Story:
    """Ana, who has one of everything, at ALPHERA."""

    provider: Provider
    shop: RelyingParty
    app: AuthenticatorApp
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


@pytest.fixture
def story(provider: Provider, tmp_path: Path) -> Story:
    provider.add_customer(claims={"phone_number": "+447700900118", "phone_number_verified": True})
    shop, app = provider.add_client("shop", brand="alphera", consent="implied"), provider.add_app()
    elsewhere = provider.browser()
    elsewhere.open(shop.request())
    elsewhere.sign_in("ana", ANA_PASSWORD)
    assert elsewhere.submit(code=app.code(), trust="1").left
    provider.add_recovery_codes()
    return Story(provider, shop, app, provider.add_passkey(), Post(provider, tmp_path), elsewhere)


def form_of(page: Page) -> Form:
    """The one that changes something."""
    return next(form for form in reversed(page.forms) if form.action.startswith(HOME))


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


def named(story: Story) -> Send:
    page = story.ana.open(f"{DETAILS}/name")
    return lambda: story.ana.post(f"{DETAILS}/name", page.forms[0].fields | {"given_name": "Anna"})


def language_chosen(story: Story) -> Send:
    page = story.ana.open(f"{DETAILS}/language")
    return lambda: story.ana.post(f"{DETAILS}/language", page.forms[0].fields | {"language": "de"})


def email_asked_for(story: Story) -> Send:
    page = story.ana.open(f"{DETAILS}/email")
    return lambda: story.ana.post(f"{DETAILS}/email", page.forms[0].fields | {"contact": "other@example.test"})


def email_confirmed(story: Story) -> Send:
    story.ana.open(f"{DETAILS}/email")
    page = story.ana.submit(contact="another@example.test")
    (mail,) = [mail for mail in story.post.mails() if mail["To"] == "another@example.test"]
    code = CODE.findall(read(mail))[0]
    return lambda: story.ana.post(f"{DETAILS}/email/code", page.forms[0].fields | {"code": code})


def phone_asked_for(story: Story) -> Send:
    page = story.ana.open(f"{DETAILS}/phone")
    return lambda: story.ana.post(f"{DETAILS}/phone", page.forms[0].fields | {"contact": "07700 900771"})


def phone_confirmed(story: Story) -> Send:
    story.ana.open(f"{DETAILS}/phone")
    page = story.ana.submit(contact="07700 900772")
    code = story.post.texts()[-1].code
    return lambda: story.ana.post(f"{DETAILS}/phone/code", page.forms[0].fields | {"code": code})


def phone_removed(story: Story) -> Send:
    page = story.ana.open(f"{DETAILS}/phone/remove")
    return lambda: story.ana.post(f"{DETAILS}/phone/remove", page.forms[0].fields)


def password_changed(story: Story) -> Send:
    page = story.ana.open("/account/password")
    return lambda: story.ana.post("/account/password", page.forms[0].fields | {"password": "violet harbour copper 41"})


CHANGES = (
    named,
    language_chosen,
    email_asked_for,
    email_confirmed,
    phone_asked_for,
    phone_confirmed,
    phone_removed,
    password_changed,
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
)


def test_no_page_changes_anything_in_a_session_that_just_ended(story: Story) -> None:
    """In one story, because each of them leaves everything as it was."""
    adapter, changed = story.provider.app.url_map.bind("localhost"), set()
    for prepared in CHANGES:
        story.signs_in()
        send = prepared(story)
        story.provider.clock.advance(SEEN_AGAIN)
        story.in_which_sessions_end(ENDS)
        before = story.stored()
        page = send()
        assert (page.status, "signed out meanwhile" in page.text) == (400, True), (prepared.__name__, page.text)
        assert story.stored() == before, prepared.__name__
        changed.add(adapter.match(urlsplit(page.url).path, method="POST")[0])
        story.in_which_sessions_end("DROP TRIGGER ends")
    rules = story.provider.app.url_map.iter_rules()
    ours = {rule.endpoint for rule in rules if rule.rule.startswith(PAGES) and "POST" in (rule.methods or ())}
    assert changed == ours - NOT_ASKED_OF_HER
