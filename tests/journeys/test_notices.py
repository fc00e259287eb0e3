"""What a customer is told by mail, from a real outbox."""

from email.message import EmailMessage
from pathlib import Path

from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser
from tests.drivers.mail_server import mail_server
from tests.drivers.provider import Provider

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def delivered(provider: Provider, folder: Path) -> list[EmailMessage]:
    provider.house.protocol.outbox.run_once(10)
    return mail_server().arrived(folder)


def test_a_new_browser_is_told_once_in_the_brands_name(provider: Provider, browser: Browser, tmp_path: Path) -> None:
    provider.add_customer(email="ana@example.test")
    shop = provider.add_client("shop", brand="alphera", consent="implied")
    page = browser.open(shop.request())
    fields = page.forms[0].fields | {"username": "ana", "password": ANA_PASSWORD}
    browser.post(page.url, fields, headers=FIREFOX)
    assert browser.submit(press="later").left
    (mail,) = delivered(provider, tmp_path)
    assert mail["To"] == "ana@example.test"
    assert "ALPHERA Financial Services" in mail["From"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Firefox on Linux, on 2 November 2026 at 09:30 (GMT)" in body.get_content()
    browser.open("/logout")
    browser.submit(press="logout")
    browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left
    assert len(delivered(provider, tmp_path)) == 1


def test_nobody_is_mailed_at_an_address_that_was_never_confirmed(provider: Provider, browser: Browser, tmp_path: Path) -> None:
    provider.add_customer(email_verified=False)
    shop = provider.add_client("shop", brand="alphera", consent="implied")
    browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left
    assert delivered(provider, tmp_path) == []
