"""Sample customers of the brands who have no online access yet, and what the brand asks them when they want it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One customer of `brand`, as its portal's sample books know them. `reached` says in words how: it shows in the list."""

    brand: str
    name: str
    agreement: str
    birth_date: str
    postcode: str
    reached: str


# Nobody is reached at these addresses and numbers.
NEWCOMERS: Iterable[Newcomer] = (
    Newcomer("stellantis", "Elin Moss", "PCP-4903127", "18 February 1991", "NR2 3FJ", "E-mail and mobile on file"),
    Newcomer("stellantis", "Farid Haddad", "HP-5610448", "3 July 1982", "M4 1HQ", "Mobile on file, no e-mail"),
    Newcomer("stellantis", "Greta Lund", "HP-5433871", "27 November 1968", "EH6 6QQ", "Neither on file: support helps"),
    Newcomer("alphera", "Hanna Sato", "PCP-6240913", "21 May 1996", "OX4 1JE", "E-mail and mobile on file"),
    Newcomer("alphera", "Iwan Price", "HP-8720056", "9 December 1975", "SA1 3SN", "Mobile on file, no e-mail"),
    Newcomer("alphera", "Jo Brandt", "HP-8615530", "14 March 1959", "PL1 2TR", "Neither on file: support helps"),
    Newcomer("alphera", "Ben Okafor", "HP-8941706", "30 September 1994", "LS1 5DL", "Signs in at Stellantis already"),
)
