"""The rooms of the console, in the order of its menu."""

from dataclasses import dataclass

from idp.admin.rights import Right


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the console; `right` opens its first page."""

    path: str
    name: str
    about: str
    right: Right


ROOMS = (
    Room(
        "/console/clients",
        "Applications",
        "Register client applications, change them, rotate their secrets.",
        Right.SEE_CLIENTS,
    ),
    Room("/console/refusals", "Refused requests", "Find out why a request was refused, by its reference.", Right.SEE_CLIENTS),
    Room("/console/customers", "Customers", "Help a caller who cannot get in.", Right.SEE_CUSTOMERS),
    Room("/console/audit", "Audit", "Search what happened, and take it with you.", Right.READ_AUDIT),
    Room("/console/health", "Health", "Sign-ins, locks, deliveries and keys, over time.", Right.SEE_HEALTH),
    Room("/console/staff", "Staff", "Who may do what here.", Right.SEE_STAFF),
)
