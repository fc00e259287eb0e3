"""What staff typed into a form while their proof ran out: kept until they have proven themselves anew, given back once.

It is sealed, and lies under whose it is, the browser it was typed in and the page of the form: nobody else, and no other page,
gets it. Not under the session: ten idle minutes over a long form end it, and that is when somebody loses most.
"""

import json
from dataclasses import dataclass
from datetime import timedelta

from idp.core.handles import digest
from idp.core.kv import KV, LARGEST
from idp.core.sealing import Keyring
from idp.web.forms import Form

KEPT_FOR = timedelta(minutes=15)
PURPOSE = "unsent form"
SEALING = 64
NEVER = frozenset({"csrf_token", "password", "code", "secret", "client_secret"})
# A private key that was pasted by mistake, as PEM or as JWK (RFC 7518 6.2.2, 6.3.2, 6.4).
PRIVATE = ("PRIVATE KEY", '"d"', '"k"')


@dataclass(frozen=True, slots=True)
class Kept:
    """A form: what was `typed`, None where that may not be kept, and what stood on the button that was `pressed`."""

    typed: Form | None
    pressed: str = ""


@dataclass(frozen=True, slots=True)
class Unsent:
    """Keeps forms. Where the KV lost one, it is typed again."""

    kv: KV
    keyring: Keyring

    def keep(self, subject_id: str, browser: str, path: str, kept: Kept) -> None:
        """Keeps a form in place of what was kept for this page before; of it nothing that is, or may be, a secret."""
        typed = None if kept.typed is None else _harmless(kept.typed)
        plain = json.dumps({"typed": typed, "pressed": kept.pressed}).encode()
        if len(plain) + SEALING <= LARGEST:
            self.kv.set(_key(subject_id, browser, path), self.keyring.seal(plain, PURPOSE), KEPT_FOR)

    def take(self, subject_id: str, browser: str, path: str) -> Kept | None:
        """What was kept for this page; it is gone afterwards."""
        sealed = self.kv.take(_key(subject_id, browser, path))
        if sealed is None:
            return None
        kept = json.loads(self.keyring.open(sealed, PURPOSE))
        return Kept(None if kept["typed"] is None else Form(kept["typed"]), kept["pressed"])


def _harmless(form: Form) -> dict[str, str]:
    return {name: value for name, value in form.items() if name not in NEVER and not _is_private(value)}


def _is_private(value: str) -> bool:
    return any(sign in value for sign in PRIVATE)


def _key(subject_id: str, browser: str, path: str) -> str:
    return f"console-unsent:{digest(' '.join((subject_id, browser, path)))}"
