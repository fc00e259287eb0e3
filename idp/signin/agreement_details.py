"""What the holder of an agreement types about it: read from the form once, handed to the brand."""

import re
from dataclasses import dataclass, field
from datetime import date

from idp.brands.agreement_check import Asked
from idp.core.handles import digest
from idp.core.language import N_
from idp.signin.words import Problem
from idp.web.forms import Form

FIELDS = ("agreement", "birth_day", "birth_month", "birth_year", "postcode")
SHORTEST, LONGEST = 4, 40
LONGEST_POSTCODE = 16
EARLIEST = 1900
DAY, YEAR = re.compile("[0-9]{1,2}"), re.compile("[0-9]{4}")

AGREEMENT = Problem(
    N_("Check the agreement number"), N_("Type it as it stands on your agreement, such as PCP-1234567."), "agreement"
)
BIRTH_DATE = Problem(N_("Check your date of birth"), N_("Type day, month and year in numbers, such as 27 3 1985."), "birth_day")
POSTCODE = Problem(N_("Check your postcode"), N_("Type the postcode that your agreement was sent to."), "postcode")


@dataclass(frozen=True, slots=True)
class Details:
    """The three things asked: number and postcode as they are compared, and so asked, counted and made into digests (`plain`).

    Nothing of it shows when it is written down by accident.
    """

    agreement: str
    birth_date: date = field(repr=False)
    postcode: str = field(repr=False)

    @property
    def asked(self) -> Asked:
        """The question to the brand."""
        return Asked(self.agreement, self.birth_date, self.postcode)


def read_details(form: Form, today: date) -> Details | Problem:
    """The details in `form`, or what stands against the first of them that cannot be meant."""
    agreement, postcode = form["agreement"].strip(), form["postcode"].strip()
    if not _is_line(agreement, LONGEST) or len(plain(agreement)) < SHORTEST:
        return AGREEMENT
    born = _date(form["birth_day"].strip(), form["birth_month"].strip(), form["birth_year"].strip())
    if born is None or not date(EARLIEST, 1, 1) <= born < today:
        return BIRTH_DATE
    if not _is_line(postcode, LONGEST_POSTCODE) or not plain(postcode):
        return POSTCODE
    return Details(plain(agreement), born, plain(postcode))


def plain(typed: str) -> str:
    """A number or postcode as it is compared: letters and digits alone, in capitals.

    The brand hears it like this too: what it took for the same, and we for another, would be a fresh counter and a way to
    see whether something matched.
    """
    return "".join(sign for sign in typed if sign.isascii() and sign.isalnum()).upper()


def agreement_digest(brand_id: str, number: str) -> str:
    """By which tries at one agreement are counted, however its number is spelled."""
    return digest(f"{brand_id}:{plain(number)}")


def _is_line(text: str, longest: int) -> bool:
    # Letters of other scripts are in none of them: whether a brand reads past them must not show.
    return 0 < len(text) <= longest and text.isascii() and text.isprintable()


def _date(day: str, month: str, year: str) -> date | None:
    if not (DAY.fullmatch(day) and DAY.fullmatch(month) and YEAR.fullmatch(year)):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
