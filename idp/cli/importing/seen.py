"""Which names a file has given already, and where: on disk, so that a long file takes no more memory than a short one."""

import hashlib
import sqlite3

from idp.subjects.names import name_key
from idp.subjects.subjects import NewSubject


class Seen:
    """Remembers the names of rows by their digests, in a file of its own that nobody else sees and that ends with it."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.execute("PRAGMA journal_mode=OFF")
        self._file.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")

    def earlier(self, new: NewSubject, line: int) -> str | None:
        """What `new` shares with a row before it, in words; where that is nothing, `new` is remembered as of `line`."""
        keys = {"username": name_key(new.username), "email": name_key(new.email)}
        keys |= {f"customer_numbers of {brand}": number for brand, number in new.numbers.items()}
        digests = {name: hashlib.sha256(f"{_space(name)}\n{key}".encode()).digest()[:16] for name, key in keys.items()}
        for name, digest in digests.items():
            found = self._file.execute("SELECT line FROM seen WHERE digest = ?", (digest,)).fetchone()
            if found is not None:
                return f"{name}: stands in line {found[0]} already"
        self._file.executemany("INSERT INTO seen VALUES (?, ?)", [(digest, line) for digest in digests.values()])
        return None

    def close(self) -> None:
        """Forgets everything."""
        self._file.close()


def _space(name: str) -> str:
    # A username is never an address, so the two need not be told apart; numbers of two brands are.
    return name if name.startswith("customer_numbers") else "name"
