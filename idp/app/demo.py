"""The pages of the demonstration, with everything that writes to somebody."""

from idp.app import sending
from idp.app.front import Front
from idp.app.house import House
from idp.app.lost import resets
from idp.app.telling import notices_of
from idp.demo.app_codes import AppCodes
from idp.demo.mail_pages import MailPages
from idp.demo.mailbox import Mailbox
from idp.demo.occasions import Occasions
from idp.demo.pages import DemoPages
from idp.demo.rehearsal import Rehearsal
from idp.recovery.letters import Letters
from idp.selfservice.contact_messages import ContactMessages
from idp.web.routes import Route


def pages(house: House, front: Front) -> tuple[Route, ...]:
    """Everything under /demo."""
    ground, brands = house.ground, house.parties.brands
    issuer, templates = ground.settings.issuer, ground.app.jinja_env
    occasions = Occasions(
        notices=notices_of(house),
        lost=resets(house).notices,
        letters=Letters(issuer, ground.clock, ground.keyring, templates),
        contacts=ContactMessages(issuer, sending.messages(house)),
    )
    codes = AppCodes(ground.database, ground.keyring)
    rehearsal = Rehearsal(ground.database, ground.keyring, occasions)
    return (
        *DemoPages(front.pages, brands, Mailbox(ground.database), codes, ground.clock).routes(),
        *MailPages(front.pages, brands, house.people.subjects, ground.database, ground.clock, rehearsal).routes(),
    )
