"""Interactions: a request that is parked until its subject has answered, and where to resume it.

An interaction belongs to the browser that began it. It lives in the KV, so losing it means "start again"; a page that was
left open longer carries its request sealed, and that request is then checked and parked anew (P2).
"""

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from idp.core.clock import Clock
from idp.core.kv import KV
from idp.core.signing import Sealer
from idp.core.throttle import Quota
from idp.core.wishes import wish
from idp.sessions.context import Requirement

SEAL_LIFETIME = timedelta(days=7)
ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A parked request.

    `kind` says who resumes it, `request` is what they need for that, `browser` the digest of its browser's handle.
    `application` names who asked and `ui_locales` the languages it wishes for, `returns_to` the address where the forms on
    the way end. `answers` collects what the
    subject has answered so far, by question.
    """

    id: str
    kind: str
    browser: str
    client_id: str | None
    brand: str | None
    application: str | None
    requirement: Requirement
    request: Mapping[str, Any]
    returns_to: str = ""
    login_hint: str = ""
    ui_locales: str = ""
    purpose: str = "sign_in"
    parked_at: datetime
    answers: Mapping[str, str] = field(default_factory=dict)

    def is_answered(self, question: str, session_id: str) -> bool:
        """Whether the session with this id has answered `question` here."""
        return self.answers.get(question) == session_id

    def answered(self, **answers: str) -> "Interaction":
        """The same with further answers."""
        return replace(self, answers={**self.answers, **answers})


Reviver = Callable[[dict[str, Any], str], Interaction | None]


class Interactions:
    """The store of interactions, each for `lifetime`; `quota` limits how many one source may begin.

    `paths` maps kinds to the address that resumes them, `revivers` to what parks their request anew.
    """

    def __init__(
        self, kv: KV, sealer: Sealer, clock: Clock, lifetime: timedelta, paths: Mapping[str, str], quota: Quota
    ) -> None:
        self._kv = kv
        self._quota = quota
        self._sealer = sealer
        self._clock = clock
        self._lifetime = lifetime
        self._paths = paths
        self.revivers: dict[str, Reviver] = {}

    def park(
        self,
        *,
        kind: str,
        browser: str,
        client_id: str | None,
        brand: str | None,
        application: str | None,
        requirement: Requirement,
        request: Mapping[str, Any],
        returns_to: str = "",
        login_hint: str = "",
        ui_locales: str = "",
        purpose: str = "sign_in",
    ) -> Interaction:
        """Parks a request of `browser` and gives the interaction. Raises `Refused` where its source parks too much."""
        self._quota.use()
        parked = Interaction(
            id=secrets.token_urlsafe(16),
            kind=kind,
            browser=browser,
            client_id=client_id,
            brand=brand,
            application=application,
            requirement=requirement,
            request=request,
            returns_to=returns_to,
            login_hint=login_hint,
            ui_locales=ui_locales,
            purpose=purpose,
            parked_at=self._clock.now(),
        )
        self._kv.set(_live(parked.id), _to_bytes(parked), self._lifetime)
        return parked

    def find(self, interaction_id: str, browser: str) -> Interaction | None:
        """The open interaction of this browser; None for another browser's, a finished or a lapsed one."""
        return self._read(_live(interaction_id), interaction_id, browser)

    def finished(self, interaction_id: str, browser: str) -> Interaction | None:
        """This browser's interaction as it was when it ended; None where it did not, or long ago."""
        return self._read(_over(interaction_id), interaction_id, browser)

    def keep(self, interaction: Interaction) -> bool:
        """Stores new answers. False where the interaction has ended meanwhile: an answer cannot reopen it."""
        left = interaction.parked_at + self._lifetime - self._clock.now()
        if left <= timedelta(0):
            return False
        self._kv.set(_live(interaction.id), _to_bytes(interaction), left)
        # `end` leaves its mark before it takes, so whichever comes first, an ended interaction stays ended.
        if self._kv.get(_over(interaction.id)) is not None:
            self._kv.delete(_live(interaction.id))
            return False
        return True

    def end(self, interaction_id: str, browser: str) -> Interaction | None:
        """Closes an interaction of this browser: exactly one of many callers gets it."""
        found = self.find(interaction_id, browser)
        if found is None or not self._kv.add(_over(interaction_id), _to_bytes(found), self._lifetime):
            return None
        taken = self._kv.take(_live(interaction_id))
        return (_from_bytes(taken) if taken else None) or found

    def seal(self, interaction: Interaction) -> str:
        """Its request as text for a hidden field, which only this provider can open and only this browser can use."""
        value = {
            "id": interaction.id,
            "kind": interaction.kind,
            "browser": interaction.browser,
            "request": dict(interaction.request),
            "client_id": interaction.client_id,
        }
        return self._sealer.seal(value, self._clock.now())

    def revive(self, sealed: str, browser: str) -> Interaction | None:
        """Checks the request of a page left open and parks it anew; None where that can no longer be done."""
        value = self._sealer.open(sealed, SEAL_LIFETIME, self._clock.now()) if sealed else None
        if value is None or value["browser"] != browser or value["kind"] not in self.revivers:
            return None
        if self.finished(value["id"], browser) is not None:
            return None  # answered already, whatever address the form was sent to
        return self.revivers[value["kind"]](value["request"], browser)

    def client_of(self, sealed: str, browser: str) -> str | None:
        """Which client the request of a page left open came from; None for one that is no client's, or another browser's."""
        value = self._sealer.open(sealed, SEAL_LIFETIME, self._clock.now()) if sealed else None
        return value.get("client_id") if value is not None and value["browser"] == browser else None

    def resume_url(self, interaction: Interaction) -> str:
        """Where the interaction goes on once its subject has answered."""
        return f"{self._paths[interaction.kind]}/{interaction.id}"

    def _read(self, key: str, interaction_id: str, browser: str) -> Interaction | None:
        stored = self._kv.get(key) if ID.fullmatch(interaction_id) else None
        found = _from_bytes(stored) if stored else None
        if found is None or found.browser != browser:
            return None
        wish(asked=found.ui_locales, brand=found.brand)
        return found


def _live(interaction_id: str) -> str:
    return f"interaction:{interaction_id}"


def _over(interaction_id: str) -> str:
    return f"interaction-over:{interaction_id}"


def _to_bytes(interaction: Interaction) -> bytes:
    wanted = interaction.requirement
    value = {name: getattr(interaction, name) for name in _PLAIN} | {
        "request": dict(interaction.request),
        "answers": dict(interaction.answers),
        "parked_at": interaction.parked_at.isoformat(),
        "requirement": {
            "acr_values": list(wanted.acr_values),
            "max_age": wanted.max_age.total_seconds() if wanted.max_age is not None else None,
            "renewed": wanted.renewed,
        },
    }
    # Not escaped: letters beyond ASCII would take up to three times the room, and the KV has no more than 64 KiB for a value.
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _from_bytes(stored: bytes) -> Interaction | None:
    # What cannot be read, after an update say, is as good as gone: the subject starts again.
    try:
        value = json.loads(stored)
        wanted = value.pop("requirement")
        requirement = Requirement(
            acr_values=tuple(wanted["acr_values"]),
            max_age=timedelta(seconds=wanted["max_age"]) if wanted["max_age"] is not None else None,
            renewed=wanted["renewed"],
        )
        parked_at = datetime.fromisoformat(value.pop("parked_at"))
        return Interaction(**value, requirement=requirement, parked_at=parked_at)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


_PLAIN = ("id", "kind", "browser", "client_id", "brand", "application", "returns_to", "login_hint", "ui_locales", "purpose")
