"""The half-way notice names the end of the wait, which moves as long as nobody is told: so it is written in when it leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from idp.core.database import Database
from idp.core.language import current_language, speaking
from idp.core.outbox_rows import Arrived, Attempt, GiveUp, Lost, Outcome, Waiting, fate
from idp.factors.mail_code import MailCode
from idp.factors.text_code import TextCode
from idp.recovery import lost_store as store
from idp.recovery.lost_store import Reset
from idp.web.formats import moment

# The name in a payload of whose end it speaks of, and what stands in place of the end.
ENDS, PLACE = "ends", "\ue000"
FORMS: dict[str, Callable[[str], str]] = {"text": str, "html": escape}
OVERTAKEN = GiveUp("the wait is over, which is told by itself")


def name(key: str, kind: str) -> str:
    """By which the delivery over one channel is known; `key` is the id of the reset."""
    return f"lost:{key}:{kind}"


def told(db: Connection, key: str) -> Arrived | Waiting | Lost:
    """Whether the notice has arrived over any channel."""
    return fate(db, [name(key, kind) for kind in (MailCode.kind, TextCode.kind)])


def unwritten(reset: Reset, zone: ZoneInfo) -> dict[str, Any]:
    """What the payload of a notice in the current language needs besides its words, which have `PLACE` for the end."""
    return {ENDS: {"reset": reset.id, "zone": zone.key, "language": current_language()}}


@dataclass(frozen=True, slots=True)
class EndWrittenIn:
    """A deliverer that writes the end in as it is now, gives up what is overtaken by it, and leaves the rest to `deliver`."""

    database: Database
    deliver: Callable[[dict[str, Any], Attempt], Outcome]

    def __call__(self, payload: dict[str, Any], attempt: Attempt) -> Outcome:
        ends = payload.get(ENDS)
        if ends is None:
            return self.deliver(payload, attempt)
        with self.database.reading() as db:
            reset, before = store.by_id(db, ends["reset"]), told(db, ends["reset"])
        if reset is None or reset.ready_told_at is not None:
            return OVERTAKEN
        # The first to arrive, over whichever channel, decides.
        end = reset.ready_after(before.at if isinstance(before, Arrived) and before.at else attempt.now)
        with speaking(ends["language"]):
            said = moment(end.astimezone(ZoneInfo(ends["zone"])))
        written = {form: payload[form].replace(PLACE, safe(said)) for form, safe in FORMS.items() if form in payload}
        return self.deliver(payload | written, attempt)
