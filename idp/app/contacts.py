"""Password, e-mail address, phone number and the other details: where they are changed, and where a change is taken back."""

from idp.app import sending
from idp.app.front import Front
from idp.app.house import House
from idp.selfservice.contact_changes import ContactChanges
from idp.selfservice.contact_drafts import Drafts
from idp.selfservice.contact_messages import ContactMessages
from idp.selfservice.contact_pages import ContactPages
from idp.selfservice.detail_pages import DetailPages
from idp.selfservice.new_contacts import NewContacts
from idp.selfservice.own import Own
from idp.selfservice.own_sending import OwnSending
from idp.selfservice.password_pages import PasswordPages
from idp.selfservice.passwords import OwnPasswords
from idp.selfservice.undo_pages import UndoPages
from idp.selfservice.undoing import Undoing
from idp.signin.codes import Codes
from idp.signin.contacts import Contacts
from idp.web.opened_links import OpenedLinks
from idp.web.routes import Route


def of_their_owner(house: House, own: Own) -> tuple[Route, ...]:
    """Everything under /account/details, and /account/password."""
    ground, people = house.ground, house.people
    messages = ContactMessages(ground.settings.issuer, sending.messages(house))
    changes = ContactChanges(
        own=own,
        drafts=Drafts(ground.kv, ground.keyring),
        codes=Codes(people.totp, people.recovery_codes, people.text_code, people.mail_code),
        contacts=Contacts(people.text_code),
        sending=own_sending(house),
        messages=messages,
        new=NewContacts(ground.bus, people.subjects, people.text_code, messages),
    )
    passwords = OwnPasswords(
        ground.database, ground.clock, people.sessions, people.password, house.new_passwords, house.throttle
    )
    return (
        *DetailPages(own, ground.bus, people.text_code).routes(),
        *ContactPages(own, changes).routes(),
        *PasswordPages(own, passwords).routes(),
    )


def taking_back(house: House, front: Front) -> tuple[Route, ...]:
    """Everything under /undo."""
    ground, people = house.ground, house.people
    undoing = Undoing(
        database=ground.database,
        clock=ground.clock,
        bus=ground.bus,
        subjects=people.subjects,
        sessions=people.sessions,
        text_code=people.text_code,
        locking=house.locking,
    )
    links = OpenedLinks("undo", ground.kv, front.browser, house.parking)
    return UndoPages(undoing, links, front.pages).routes()


def own_sending(house: House) -> OwnSending:
    """What sends codes that an owner asks for on pages of their own."""
    ground = house.ground
    quotas, messages = sending.quotas(house), sending.messages(house)
    people = house.people
    return OwnSending(ground.database, ground.clock, ground.bus, people.sessions, people.sent_codes, quotas, messages)
