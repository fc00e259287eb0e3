"""What is measured: every family of `/metrics`, with its labels. No label ever takes what a caller sent."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric. `buckets` are upper bounds in seconds, of a histogram alone, in rising order."""

    name: str
    kind: Kind
    about: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """A value that is read when it is asked for, with the labels of its family."""

    family: Family
    labels: tuple[str, ...]
    value: float


REQUESTS = Family("idp_requests_total", "counter", "Requests answered, by endpoint and class of status", ("endpoint", "status"))
DURATIONS = Family(
    "idp_request_seconds",
    "histogram",
    "Seconds from the first look at a request to its answer, by endpoint",
    ("endpoint",),
    (0.005, 0.025, 0.1, 0.5, 2.5),
)
EVENTS = Family(
    "idp_events_total",
    "counter",
    "Events of the audit trail, by name, outcome, brand and kind of proof or message; counted when they are recorded",
    ("event", "outcome", "brand", "kind"),
)
TOKENS = Family("idp_tokens_total", "counter", "Token requests that were granted, by grant", ("grant",))
REFUSALS = Family("idp_refusals_total", "counter", "Requests refused, by the code that stands in the log", ("code",))
DELIVERIES = Family("idp_deliveries_total", "counter", "Tries to deliver, by kind and how they went", ("kind", "outcome"))
HASH_WAITING = Family("idp_hash_waiting", "gauge", "Sign-ins that wait for their turn to have a password hashed")
HASH_REFUSED = Family("idp_hash_refused_total", "counter", "Sign-ins put off because too many passwords waited")
STORE_ERRORS = Family("idp_store_errors_total", "counter", "Times that a store did not answer", ("store",))
UP = Family("idp_up", "gauge", "Whether a part answers now: 1 or 0", ("part",))
OUTBOX_WAITING = Family("idp_outbox_waiting", "gauge", "Deliveries that wait, by kind", ("kind",))
OUTBOX_FAILED = Family("idp_outbox_failed", "gauge", "Deliveries that were given up and are still kept, by kind", ("kind",))
OUTBOX_OLDEST = Family("idp_outbox_oldest_seconds", "gauge", "Age of the oldest delivery that waits; 0 where none does")
KEY_AGE = Family("idp_signing_key_age_seconds", "gauge", "Since when the newest key of an algorithm signs", ("alg",))
CERTIFICATE_LEFT = Family(
    "idp_tls_certificate_left_seconds",
    "gauge",
    "How long the certificate of --tls-cert is still good; below 0 once it ended",
)
WORKER_SEEN = Family("idp_worker_seen_seconds", "gauge", "Since when no worker has been seen; -1 where there never was one")
BUILD = Family("idp_build_info", "gauge", "1, with the version of the product", ("version",))

FAMILIES: tuple[Family, ...] = (
    REQUESTS,
    DURATIONS,
    EVENTS,
    TOKENS,
    REFUSALS,
    DELIVERIES,
    HASH_WAITING,
    HASH_REFUSED,
    STORE_ERRORS,
    UP,
    OUTBOX_WAITING,
    OUTBOX_FAILED,
    OUTBOX_OLDEST,
    KEY_AGE,
    CERTIFICATE_LEFT,
    WORKER_SEEN,
    BUILD,
)


def kind_of(event: str, kind: str, amr: tuple[str, ...], reason: str) -> str:
    """What an event is told apart by: its kind, the proofs of a sign-in, or why one was refused."""
    match event:
        case "SignedIn":
            return " ".join(method for method in amr if method != "mfa")
        case "SignInFailed":
            return reason
        case _:
            return kind
