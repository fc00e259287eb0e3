"""What is told of clients by the admin API, what is read from a call about one, and why nothing was done. Pure."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NoReturn

from idp.admin.api.problem import Problem, conflict, malformed, not_there
from idp.clients.registrar import Faults, FromFile, NoSecret, Overtaken, Taken, Unknown
from idp.clients.registry import Listed, Secret

USUAL_OVERLAP, LONGEST_OVERLAP = 168, 2160


def shown(found: Listed, secrets: Iterable[Secret]) -> dict[str, Any]:
    """Everything that is known of a client; of its secrets when they were made, used and end."""
    return {
        "client_id": found.client.id,
        "metadata": found.metadata.model_dump(mode="json", exclude={"secret_digests"}),
        "source": found.source,
        "disabled": found.client.disabled,
        "version": found.version,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "secrets": [
            {"id": s.id, "created_at": s.created_at, "expires_at": s.expires_at, "last_used_at": s.last_used_at}
            for s in secrets
        ],
    }


def refuse(outcome: object) -> NoReturn:
    """Raises the `Problem` that says why the registrar did nothing."""
    match outcome:
        case Unknown():
            raise not_there()
        case FromFile():
            raise conflict("from_file", "clients.yaml says what this client is; change it there")
        case Taken():
            raise conflict("taken", "A client of this id is there, or was once; choose another, or none")
        case NoSecret():
            raise conflict("no_secret", "This client has no secret: it proves itself by its own keys, or not at all")
        case Overtaken():
            raise Problem(412, "overtaken", "It was changed since it was read; read it again")
        case _:
            raise AssertionError(f"an outcome that nobody thought of: {outcome}")


def wrong(faults: Faults) -> Problem:
    """Every mistake, at its field."""
    errors = [(".".join(map(str, fault.at)), fault.reason) for fault in faults]
    return Problem(422, "invalid", "; ".join(f"{field}: {reason}" if field else reason for field, reason in errors), errors)


def version_of(if_match: str | None) -> int | None:
    """The version that must still be there; None where any will do. Raises `Problem`."""
    if if_match is None:
        return None
    text = if_match.strip().strip('"')
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise malformed("If-Match", "must be the ETag of the client as it was read")
    return int(text)


def overlap_of(body: Mapping[str, Any]) -> timedelta:
    """How long an older secret lives on. Raises `Problem`."""
    if unknown := body.keys() - {"overlap_hours"}:
        raise malformed(min(unknown)[:40], "is not known here")
    hours = body.get("overlap_hours", USUAL_OVERLAP)
    if type(hours) is not int or not 0 <= hours <= LONGEST_OVERLAP:
        raise malformed("overlap_hours", f"must be a whole number between 0 and {LONGEST_OVERLAP}")
    return timedelta(hours=hours)
