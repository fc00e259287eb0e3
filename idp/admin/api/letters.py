"""What people are told of acts upon their account, by the admin API or an operator, in their language and a brand's dress."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from idp.admin.desk.letters import DONE
from idp.brands.brand import Brand, zone_of
from idp.core.clock import Clock
from idp.core.language import N_, _
from idp.notices import Notices
from idp.web.formats import on
from idp.web.mails import Mail

DISABLED, ENABLED, ENDED = "disable", "enable", "end_sessions"
UNLOCKED, STAFF, STAFF_NO_MORE = "unlock", "staff", "staff_no_more"
WHEN = N_("We did this %(when)s.")
NOT_EXPECTED = N_("If you did not expect this, call us: the number is below.")

# By act: what was done, and what follows.
WORDS: Mapping[str, tuple[str, str]] = {
    DISABLED: (
        N_("Your account was stopped"),
        N_("Nobody can sign in to it, and every browser and application is signed out. Call us to have it opened again."),
    ),
    ENABLED: (
        N_("Your account is open again"),
        N_("You can sign in as before. Your password and your second steps were not changed."),
    ),
    ENDED: DONE["end_sessions"],
    UNLOCKED: DONE["unlock"],
    STAFF: (
        N_("You are one of the staff now"),
        N_("From now on you always sign in with two steps. If you have no second one yet, you set it up the next time."),
    ),
    STAFF_NO_MORE: (
        N_("You are no longer one of the staff"),
        N_("Your account stays as it is: your password and your second steps were not changed."),
    ),
}


@dataclass(frozen=True, slots=True)
class Letters:
    """Collaborators."""

    notices: Notices
    clock: Clock

    def done(self, db: Connection, subject_id: str, brand_id: str | None, act: str) -> None:
        """Tells the customer, if they have a confirmed address, in the name of this brand or of one that knows them."""
        self.notices.tell(db, subject_id, brand_id, lambda brand: self._done(brand, act))

    def _done(self, brand: Brand, act: str) -> Mail:
        title, text = WORDS[act]
        when = _(WHEN, when=on(self.clock.now().astimezone(zone_of(brand))))
        return Mail("base", _(title), [when, _(text)], _(NOT_EXPECTED))
