"""What the script of a passkey page does: it asks for options, lets the authenticator answer, and sends the form."""

from dataclasses import dataclass
from typing import Any

from tests.drivers.browser import Browser, Form, Page
from tests.drivers.soft_authenticator import SoftAuthenticator


@dataclass
class Ceremony:
    """One passkey form of the page a browser is at."""

    browser: Browser
    form: Form
    options: dict[str, Any]

    def answered(self, device: SoftAuthenticator, **changed: Any) -> str:
        """The response of `device`; `changed` are parts of it."""
        made = device.create if "user" in self.options else device.get
        return made(self.options, **changed)

    def send(self, credential: str, **fields: str) -> Page:
        return self.browser.post(self.form.action, self.form.fields | {"credential": credential} | fields)


def ceremony_of(browser: Browser, **fields: str) -> Ceremony:
    """The ceremony begun: from here on its challenge counts. `fields` are sent beside those of the form."""
    form = next(form for form in browser.page.forms if "credential" in form.fields)
    answer = browser.fetch(f"{form.action}/options", form.fields | fields)
    assert answer.status_code == 200, answer.status
    return Ceremony(browser, form, answer.get_json())


def uses(browser: Browser, device: SoftAuthenticator, **fields: str) -> Page:
    """The whole ceremony of the page, as it goes when all is well."""
    ceremony = ceremony_of(browser)
    return ceremony.send(ceremony.answered(device), **fields)
