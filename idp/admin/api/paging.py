"""Pages of lists: sizes within bounds, and cursors that only this provider can have made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.admin.api.operations import Parameter
from idp.admin.api.problem import malformed
from idp.core.sealing import Keyring
from idp.core.signing import Signer

USUAL, MOST = 50, 200
WHOLE = re.compile(r"[0-9]{1,9}")
PAGING = (
    Parameter("after", "`next` of the page before; without it the first page", {"type": "string"}),
    Parameter("limit", "How many at most", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
)


@dataclass(frozen=True, slots=True)
class Cursors:
    """Signs and reads the cursors of one list. They last: whoever polls may have been away for long."""

    signer: Signer

    @classmethod
    def of(cls, keyring: Keyring, name: str) -> "Cursors":
        """Those of the list of this name; another list's do not count."""
        return cls(Signer(keyring, f"admin api {name}"))

    def make(self, after: int | str) -> str:
        """A cursor behind the item `after`."""
        return self.signer.sign({"after": after})

    def read(self, query: Mapping[str, str], now: datetime) -> Any:
        """The item behind which the page begins; None for the first page. Raises `Problem` for what was not made here."""
        given = query.get("after")
        if given is None:
            return None
        found = self.signer.verify(given, None, now)
        if found is None:
            raise malformed("after", "must be `next` of an earlier answer, unchanged")
        return found["after"]


def limit_of(query: Mapping[str, str]) -> int:
    """How many items a page may hold. Raises `Problem` for anything but a number within the bounds."""
    given = query.get("limit", str(USUAL))
    if not WHOLE.fullmatch(given) or not 1 <= int(given) <= MOST:
        raise malformed("limit", f"must be a whole number between 1 and {MOST}")
    return int(given)
