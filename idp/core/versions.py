"""Which versions work here."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import Connection

PRODUCT = "brand-idp"
# What a notice of a vulnerability would name first.
LIBRARIES = ("Flask", "Authlib", "joserfc", "cryptography", "argon2-cffi", "webauthn", "SQLAlchemy", "granian")
_ASKED = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@cache
def product_version() -> str:
    """The version of the product; "unpacked" where it runs from a checkout that was never installed."""
    return _of(PRODUCT) or "unpacked"


@cache
def of_programs() -> tuple[tuple[str, str], ...]:
    """Name and version of the product, of Python, and of the libraries that security rests on."""
    found = ((name, _of(name)) for name in LIBRARIES)
    return (
        ("This product", product_version()),
        ("Python", platform.python_version()),
        *((name, text) for name, text in found if text),
    )


def of_database(db: Connection) -> tuple[str, str]:
    """Name and version of the SQL database."""
    dialect = db.dialect.name
    return _NAMES[dialect], str(db.exec_driver_sql(_ASKED[dialect]).scalar())


def _of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
