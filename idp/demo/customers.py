"""The sample customers, with passwords that are no secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SampleCustomer:
    """One customer; `numbers` maps brands to customer numbers, as the portals' sample agreements know them."""

    username: str
    password: str
    email: str
    given_name: str
    family_name: str
    numbers: Mapping[str, str]
    about: str
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given_name} {self.family_name}"


def _reached(phone: str, birthdate: str, street: str, town: str, postcode: str) -> dict[str, Any]:
    address = {"street_address": street, "locality": town, "postal_code": postcode, "country": "United Kingdom"}
    formatted = {"formatted": f"{street}\n{town}\n{postcode}\nUnited Kingdom"}
    return {
        "phone_number": phone,
        "phone_number_verified": True,
        "birthdate": birthdate,
        "zoneinfo": "Europe/London",
        "address": address | formatted,
    }


# Telephone numbers are of the ranges that Ofcom keeps for drama; nobody is reached by them.
CUSTOMERS = (
    SampleCustomer(
        username="ana",
        password="lantern orbit mosaic 7",
        email="ana@example.test",
        given_name="Ana",
        family_name="Ferreira",
        numbers={"stellantis": "ST-204118", "alphera": "AL-773105"},
        about="customer of both brands",
        claims=_reached("+447700900118", "1987-04-12", "14 Lantern Row", "Bristol", "BS1 4QA"),
    ),
    SampleCustomer(
        username="ben",
        password="copper harbour violet 3",
        email="ben@example.test",
        given_name="Ben",
        family_name="Okafor",
        numbers={"stellantis": "ST-310552"},
        about="one lease",
        claims=_reached("+447700900552", "1994-09-30", "3 Copper Wharf", "Leeds", "LS1 5DL"),
    ),
    SampleCustomer(
        username="fleet",
        password="granite meadow signal 9",
        email="fleet@example.test",
        given_name="Carys",
        family_name="Whitlock",
        numbers={"stellantis": "ST-900077"},
        about="Whitlock Couriers Ltd, six vehicles",
        claims=_reached("+441632960077", "1979-01-22", "Unit 9, Granite Park", "Cardiff", "CF10 3BX"),
    ),
    SampleCustomer(
        username="dev",
        password="walnut ribbon eclipse 5",
        email="dev@example.test",
        given_name="Dev",
        family_name="Patel",
        numbers={"alphera": "AL-481920"},
        about="one PCP agreement",
        claims=_reached("+447700900920", "1990-11-05", "27 Walnut Grove", "Leicester", "LE1 6RX"),
    ),
)
