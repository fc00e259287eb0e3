"""The back office of a provider that runs elsewhere: it adds customers and applications to the same database."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256

from sqlalchemy import delete

from idp.app import House, build, lay_ground
from idp.clients.metadata import ClientMetadata
from idp.core.clock import SystemClock
from idp.core.migrations import upgrade
from idp.demo.customers import CUSTOMERS
from idp.recovery.asked import Asked, Waiting
from idp.selfservice import contact_undos
from idp.settings import Settings
from idp.signin import unlock_links
from idp.signin.brake import EVERYBODY, WINDOW
from idp.signin.nudges import put_off
from idp.subjects.authenticators import of, remove
from idp.subjects.model import subject_brands
from idp.subjects.subjects import NewSubject, Subject

HERE = "127.0.0.1"


class Office:
    """Works on the stores that `environment` names, as the command line does, without a new process each time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        ground = lay_ground(Settings.from_environment(environment), SystemClock())
        upgrade(ground.database)
        self.house: House = build(ground)

    def forgets_tries(self) -> None:
        """Everybody in a test run comes from one address: what one story tried must not slow the next."""
        path = self.house.ground.settings.kv_url.partition("sqlite:///")[2]
        with closing(sqlite3.connect(path, timeout=10)) as store, store:
            store.execute("DELETE FROM kv WHERE key LIKE 'throttle:%'")

    def forgets_newcomers(self) -> None:
        """Agreements that one story brought online are free for the next."""
        samples = [number for customer in CUSTOMERS for number in customer.numbers.values()]
        with self.house.ground.database.transaction() as db:
            db.execute(delete(subject_brands).where(subject_brands.c.customer_number.not_in(samples)))

    def add_customer(self, new: NewSubject, password: str) -> None:
        ground, people = self.house.ground, self.house.people
        verifier = people.hasher.hash(password)
        with ground.database.transaction() as db:
            created = people.subjects.create(db, ground.bus, new, verifier, ground.clock.now())
        assert isinstance(created, Subject), created

    def unlock_link(self, username: str, brand: str) -> str:
        """The path of a link that opens a lock of `brand`, as it is mailed to its owner."""
        ground = self.house.ground
        with ground.database.transaction() as db:
            subject = self.house.people.subjects.find(db, username)
            assert subject is not None
            handle = unlock_links.offer(db, subject.id, brand, ground.clock.now())
        return f"/unlock/{handle}"

    def recovery_link(self, username: str, brand: str) -> str:
        """The path of a link that leads back in, as it is mailed to its owner."""
        ground, digest = self.house.ground, sha256(username.encode()).hexdigest()
        now, asked = ground.clock.now(), Asked(username)
        with ground.database.transaction() as db:
            subject = self.house.people.subjects.find(db, username)
            assert subject is not None
            self.house.asked_cases.ask(db, username, asked, brand, now)
            self.house.asked_cases.take(db, Waiting(digest, asked, brand, now), now)
            handle = self.house.recovery_cases.equip(db, digest, subject, now).handle
        return f"/recovery/link/{handle}"

    def undo_link(self, username: str, kind: str, old: str, brand: str) -> str:
        """The path of a link that takes a change of e-mail or phone back, as it is mailed to the old contact."""
        ground = self.house.ground
        with ground.database.transaction() as db:
            subject = self.house.people.subjects.find(db, username)
            assert subject is not None
            handle = contact_undos.offer(db, subject.id, kind, old, brand, ground.clock.now())
        return f"/undo/{handle}"

    def puts_off_the_offer(self, username: str) -> None:
        """A customer has just said "not now" to a second step, so that a password alone leads straight on."""
        ground = self.house.ground
        with ground.database.transaction() as db:
            subject = self.house.people.subjects.find(db, username)
            assert subject is not None
            put_off(db, subject.id, ground.clock.now())

    def add_phone(self, username: str, number: str = "+447700900118") -> None:
        """Turns codes by text on for a customer."""
        ground, people = self.house.ground, self.house.people
        with ground.database.transaction() as db:
            subject = people.subjects.find(db, username)
            assert subject is not None
            people.text_code.enrol(db, subject.id, number, ground.clock.now())

    def remove_factors(self, username: str) -> None:
        """A customer has nothing but the password again."""
        ground = self.house.ground
        with ground.database.transaction() as db:
            subject = self.house.people.subjects.find(db, username)
            assert subject is not None
            for enrolled in of(db, subject.id):
                if enrolled.kind != "password":
                    remove(db, enrolled.id, ground.clock.now())

    def overlooks_a_failure(self) -> None:
        """A wrong password counts as one from elsewhere: all browsers here are one source, which would soon have to wait."""
        for name, source in (("sign-in source", HERE), ("sign-in flood", EVERYBODY)):
            self.house.throttle.give_back(name, source, WINDOW)

    def add_client(self, metadata: Mapping[str, object]) -> None:
        ground = self.house.ground
        with ground.database.transaction() as db:
            self.house.parties.clients.save(db, ground.bus, ClientMetadata.model_validate(metadata), "registered")


@contextmanager
def an_office(environment: Mapping[str, str]) -> Iterator[Office]:
    """The office for the length of the block."""
    office = Office(environment)
    yield office
    office.house.ground.database.close()
