"""Secrets the provider makes for itself once and keeps sealed in the database, so that all workers share them."""

import os

from sqlalchemy import Column, Connection, LargeBinary, String, Table, select

from idp.core.clock import Clock
from idp.core.database import UTCDateTime, metadata, upsert
from idp.core.errors import Misconfigured
from idp.core.sealing import Keyring, Unsealable

kept_secrets = Table(
    "kept_secrets",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
)


def kept_secret(db: Connection, keyring: Keyring, name: str, clock: Clock) -> bytes:
    """The 32 random bytes called `name`, made at first need. Two makers at once agree on one.

    Raises `Misconfigured` where no master key opens it: never a silent new secret.
    """
    sealed = db.scalar(select(kept_secrets.c.sealed).where(kept_secrets.c.name == name))
    if sealed is None:
        fresh = {"name": name, "sealed": keyring.seal(os.urandom(32), _purpose(name)), "created_at": clock.now()}
        db.execute(upsert(db, kept_secrets).values(fresh).on_conflict_do_nothing())
        sealed = db.scalar(select(kept_secrets.c.sealed).where(kept_secrets.c.name == name))
    try:
        return keyring.open(sealed or b"", _purpose(name))
    except Unsealable as error:
        advice = f"the stored secret {name!r} cannot be opened: give the IDP_MASTER_KEY it was sealed under"
        raise Misconfigured(advice) from error


def _purpose(name: str) -> str:
    return f"kept secret {name}"
