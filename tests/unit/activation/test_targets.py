"""What a page shows of a contact, and of the contact of nobody."""

import re
from collections import Counter
from datetime import date

from idp.activation.targets import NOWHERE, Targets, mail_target
from idp.brands.agreement_check import Found, NotFound
from idp.signin.agreement_details import Details, read_details
from idp.subjects.phone_numbers import mobile_number
from idp.web.forms import Form

BOTH = frozenset({"mail_code", "text_code"})
TARGETS = Targets(b"k" * 32, BOTH)
BORN = date(1991, 2, 18)


def details(number: int) -> Details:
    return Details(f"HP{number:07}", BORN, "NR23FJ")


def test_the_address_comes_before_the_number_and_what_is_no_contact_is_none() -> None:
    mail, number = "elin@example.test", "+447700900206"
    assert TARGETS.real(Found("1", mail, number)).address == mail
    assert TARGETS.real(Found("1", None, "07700 900206")).address == number
    assert TARGETS.real(Found("1", "not an address", number)).address == number
    assert TARGETS.real(Found("1", "a@b.example, c@d.example")) == NOWHERE
    assert TARGETS.real(Found("1", None, "+44 20 7946 0000")) == NOWHERE
    assert Targets(b"k" * 32, frozenset({"mail_code"})).real(Found("1", None, number)) == NOWHERE


def test_an_address_shows_two_letters() -> None:
    assert mail_target("elin.moss@rare-domain.example").shown == "e•••@r•••"


def test_ghosts_look_like_customers_and_are_nobodys() -> None:
    ghosts = [TARGETS.of("stellantis", details(n), NotFound()) for n in range(800)]
    kinds = Counter(ghost.kind for ghost in ghosts)
    assert kinds["mail_code"] > kinds["text_code"] > kinds[""] > 0
    for ghost in ghosts:
        assert re.fullmatch(r"[a-z]•••@[a-z]•••|•••• [0-9]{3}|", ghost.shown)
        assert ghost.address.endswith(".invalid") or mobile_number(ghost.address) is None
    assert len({ghost.shown for ghost in ghosts if ghost.kind == "mail_code"}) > 100


def test_a_ghost_is_the_same_every_time_and_another_for_every_detail() -> None:
    ghost = TARGETS.ghost("stellantis", Details("HP-1234567", BORN, "NR2 3FJ"), "unknown")
    assert TARGETS.ghost("stellantis", Details("HP-1234567", BORN, "NR2 3FJ"), "unknown") == ghost
    others = [
        TARGETS.ghost("alphera", Details("HP-1234567", BORN, "NR2 3FJ"), "unknown"),
        TARGETS.ghost("stellantis", Details("HP-1234567", date(1991, 2, 19), "NR2 3FJ"), "unknown"),
        TARGETS.ghost("stellantis", Details("HP-1234567", BORN, "NR2 3FK"), "unknown"),
        TARGETS.ghost("stellantis", Details("HP-1234567", BORN, "NR2 3FJ"), "throttled"),
        Targets(b"j" * 32, BOTH).ghost("stellantis", Details("HP-1234567", BORN, "NR2 3FJ"), "unknown"),
    ]
    assert all(other.address != ghost.address for other in others)


def test_no_spelling_is_a_fresh_counter() -> None:
    typed = {"birth_day": "18", "birth_month": "2", "birth_year": "1991"}
    spelled = (("PCP-4903127", "NR2 3FJ"), (" pcp4903127", "nr23fj "), ("p.c.p 49 03 127", "N-R-2 (3FJ)"))
    read = [read_details(Form(typed | {"agreement": one, "postcode": other}), date(2026, 1, 1)) for one, other in spelled]
    assert read == [Details("PCP4903127", BORN, "NR23FJ")] * 3
