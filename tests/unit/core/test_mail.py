"""Mail reaches a real SMTP server, a folder or the demo mailbox, and no header can be smuggled in."""

from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlalchemy import select

from idp.core.database import Database
from idp.core.errors import Misconfigured
from idp.core.mail import DemoMailbox, MailDeliverer, demo_messages
from idp.core.outbox import Attempt, Delivered, GiveUp, Outcome, Retry
from tests.builders import BEGINNING, TestClock
from tests.servers import free_port

SENDER = "no-reply@id.example.test"
PAYLOAD = {
    "to": "ana@example.test",
    "subject": "Un rôle du personnel vous a été donné – Stellantis Financial Services",
    "text": "Hello Ana,\nit was you?\n",
    "html": "<p>Hello Ana</p>",
    "from_name": "Stellantis Finance, Customer Service",
}


class Postbox:
    """Keeps what it is sent, or answers `refusal` to the recipient."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusal = ""

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        return self.refusal or "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.mails.append(read(envelope.content or b""))
        return "250 OK"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def smtp_url(postbox: Postbox) -> Iterator[str]:
    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"mailer", b"p@ss/word"), handled=False)

    server = Controller(
        postbox,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=check,
        auth_require_tls=False,
        decode_data=False,
    )
    server.start()
    yield f"smtp://127.0.0.1:{server.port}"
    server.stop()


def read(content: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    return message


def deliver(url: str, database: Database, tries: int = 1, **changes: Any) -> Outcome:
    attempt = Attempt(7, "mail", "", tries, BEGINNING, BEGINNING + timedelta(minutes=tries))
    return MailDeliverer(url, SENDER, database, TestClock())(PAYLOAD | changes, attempt)


only_once = pytest.mark.parametrize("tables_url", ["sqlite"], indirect=True)


@only_once
class TestSmtp:
    def test_a_mail_arrives_in_both_forms(self, smtp_url: str, postbox: Postbox, database: Database) -> None:
        assert deliver(smtp_url, database) == Delivered()
        (mail,) = postbox.mails
        assert (mail["To"], mail["Subject"]) == ("ana@example.test", PAYLOAD["subject"])
        assert mail["From"] == '"Stellantis Finance, Customer Service" <no-reply@id.example.test>'
        assert mail["Auto-Submitted"] == "auto-generated"
        plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None
        assert html is not None
        assert plain.get_content().splitlines() == ["Hello Ana,", "it was you?"]
        assert "<p>Hello Ana</p>" in html.get_content()

    def test_the_mailbox_of_the_demonstration_may_hand_on_what_it_keeps(
        self, smtp_url: str, postbox: Postbox, database: Database
    ) -> None:
        assert deliver(f"demo:{smtp_url}", database) == Delivered()
        postbox.refusal = "450 try later"
        assert isinstance(deliver(f"demo:{smtp_url}", database), Retry)
        with database.reading() as db:
            kept = db.execute(select(demo_messages.c.subject)).scalars().all()
        assert kept == [mail["Subject"] for mail in postbox.mails] == [PAYLOAD["subject"]]

    def test_a_domain_beyond_ascii_is_written_as_servers_take_it(
        self, smtp_url: str, postbox: Postbox, database: Database
    ) -> None:
        assert deliver(smtp_url, database, to="ana@bücher.example") == Delivered()
        assert postbox.mails[0]["To"] == "ana@xn--bcher-kva.example"

    def test_a_mail_without_html_is_plain(self, smtp_url: str, postbox: Postbox, database: Database) -> None:
        deliver(smtp_url, database, html="")
        assert postbox.mails[0].get_content_type() == "text/plain"

    def test_a_second_try_is_recognisably_the_same_mail(self, smtp_url: str, postbox: Postbox, database: Database) -> None:
        deliver(smtp_url, database, tries=1)
        deliver(smtp_url, database, tries=2)
        assert postbox.mails[0]["Message-ID"] == postbox.mails[1]["Message-ID"]
        assert postbox.mails[0]["Date"] == postbox.mails[1]["Date"]

    def test_credentials_of_the_address_are_used(self, smtp_url: str, postbox: Postbox, database: Database) -> None:
        assert deliver(smtp_url.replace("//", "//mailer:p%40ss%2Fword@"), database) == Delivered()
        assert deliver(smtp_url.replace("//", "//mailer:wrong@"), database) == Retry("the mail server refuses our credentials")
        assert len(postbox.mails) == 1

    @pytest.mark.parametrize(
        ("refusal", "outcome"), [("550 no such mailbox", GiveUp), ("450 try later", Retry), ("421 closing", Retry)]
    )
    def test_a_refusal_is_for_good_or_for_now(
        self, smtp_url: str, postbox: Postbox, database: Database, refusal: str, outcome: type[Outcome]
    ) -> None:
        postbox.refusal = refusal
        assert isinstance(deliver(smtp_url, database), outcome)

    def test_a_server_that_cannot_encrypt_gets_no_mail(self, smtp_url: str, postbox: Postbox, database: Database) -> None:
        assert isinstance(deliver(smtp_url + "?starttls=1", database), Retry)
        assert postbox.mails == []

    def test_a_server_that_is_away_is_tried_again(self, database: Database) -> None:
        assert isinstance(deliver(f"smtp://127.0.0.1:{free_port()}", database), Retry)


@only_once
@pytest.mark.parametrize("field", ["to", "subject", "from_name"])
@pytest.mark.parametrize("smuggled", ["x\r\nBcc: eve@example.test", "x\nBcc: e@example.test", "x\rBcc: e@example.test", "x\0"])
def test_no_header_is_smuggled_in(database: Database, tmp_path: Path, field: str, smuggled: str) -> None:
    assert isinstance(deliver(f"file://{tmp_path}/mails", database, **{field: smuggled}), GiveUp)
    assert not (tmp_path / "mails").exists()


@only_once
@pytest.mark.parametrize(
    "to", ["", "ana", "a@b@c", "ana@example.test, eve@example.test", "<ana@example.test>", "aña@b.test", None, 7]
)
def test_what_is_no_address_is_given_up(database: Database, tmp_path: Path, to: object) -> None:
    assert isinstance(deliver(f"file://{tmp_path}", database, to=to), GiveUp)


@only_once
def test_a_folder_holds_one_file_for_each_mail(database: Database, tmp_path: Path) -> None:
    for tries in (1, 2):
        assert deliver(f"file://{tmp_path}/a%20b", database, tries=tries) == Delivered()
    (file,) = (tmp_path / "a b").iterdir()
    assert read(file.read_bytes())["Subject"] == PAYLOAD["subject"]


@only_once
def test_a_folder_that_cannot_be_written_is_tried_again(database: Database, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    assert isinstance(deliver(f"file://{tmp_path}/taken", database), Retry)


def test_the_demo_mailbox_keeps_mails_and_texts(database: Database) -> None:
    assert deliver("demo:", database) == Delivered()
    text = DemoMailbox(database, TestClock(), "text")
    attempt = Attempt(8, "text", "", 1, BEGINNING, BEGINNING)
    assert text({"to": "+441234567890", "text": "Your code"}, attempt) == Delivered()
    with database.reading() as db:
        rows = db.execute(select(demo_messages).order_by(demo_messages.c.id)).mappings().all()
    assert [(row["channel"], row["to"], row["subject"]) for row in rows] == [
        ("mail", "ana@example.test", PAYLOAD["subject"]),
        ("text", "+441234567890", ""),
    ]


@only_once
@pytest.mark.parametrize("url", ["", "mailto:x", "smtp:", "smtp:///x", "file:relative", "file://host/x", "http://x"])
def test_another_address_is_refused_with_advice(database: Database, url: str) -> None:
    with pytest.raises(Misconfigured, match="IDP_MAIL_URL"):
        MailDeliverer(url, SENDER, database, TestClock())
