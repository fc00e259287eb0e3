"""The accounts that a demonstration begins with: its customers, and the staff with their roles and apps."""

from typing import assert_never

from idp.app import House
from idp.app.console import roles_of
from idp.cli.failures import refused
from idp.demo.customers import CUSTOMERS, SampleCustomer
from idp.demo.staff import STAFF, SampleStaff, equip
from idp.subjects.subjects import Malformed, NewSubject, Subject, Taken


def add_samples(house: House) -> None:
    """Adds those that are missing. Raises `Failure` where somebody else took a name."""
    for customer in CUSTOMERS:
        _add(house, _customer(customer), customer.password)
    for one in STAFF:
        _employ(house, one)


def _customer(customer: SampleCustomer) -> NewSubject:
    return NewSubject(
        username=customer.username,
        email=customer.email,
        email_verified=True,
        given_name=customer.given_name,
        family_name=customer.family_name,
        claims=customer.claims,
        locale="en-GB",
        numbers=customer.numbers,
    )


def _employ(house: House, one: SampleStaff) -> None:
    ground = house.ground
    new = NewSubject(
        username=one.username,
        email=one.email,
        email_verified=True,
        given_name=one.given_name,
        family_name=one.family_name,
        locale="en-GB",
        numbers={},
    )
    added = _add(house, new, one.password)
    if added is not None:
        with ground.database.transaction() as db:
            equip(db, one, added.id, roles_of(house), house.people.totp, ground.clock.now())


def _add(house: House, new: NewSubject, password: str) -> Subject | None:
    """Adds a sample account; None where it is there already."""
    ground = house.ground
    with ground.database.reading() as db:
        if house.people.subjects.find(db, new.username) is not None:
            return None
    verifier = house.people.hasher.hash(password)
    with ground.database.transaction() as db:
        created = house.people.subjects.create(db, ground.bus, new, verifier, ground.clock.now())
    match created:
        case Subject():
            return created
        case Taken(name) | Malformed(name):
            raise refused(f"the sample account {new.username} cannot be added ({name}): start anew with --reset")
        case _:
            assert_never(created)
