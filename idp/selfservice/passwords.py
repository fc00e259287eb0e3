"""A password of one's own, exchanged: judged by the rule that meets every new one, then put in place, and the rest ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.errors import Refused
from idp.core.language import N_
from idp.core.throttle import Slowed, Throttle
from idp.factors.password import Password, Recognised
from idp.selfservice.changing import changing
from idp.selfservice.own import Owner
from idp.sessions.session import Sessions
from idp.signin.new_password import Choosing, NewPasswords, words_about
from idp.signin.words import Problem

SAME = Problem(
    N_("That is your password already"), N_("Choose another one: whoever knows the old one must not know it."), "password"
)

# How often one's new password is compared with the one of now.
MOST, WINDOW = 10, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OwnPasswords:
    """Collaborators."""

    database: Database
    clock: Clock
    sessions: Sessions
    password: Password
    passwords: NewPasswords
    throttle: Throttle

    def choosing(self, owner: Owner) -> Choosing:
        """What the page says of new passwords."""
        return self.passwords.choosing(owner.brand)

    def chosen_at(self, owner: Owner) -> datetime | None:
        """When the password was chosen; None where there is none."""
        with self.database.reading() as db:
            enrolled = self.password.enrolled(db, owner.subject.id)
        return enrolled.created_at if enrolled is not None else None

    def change(self, owner: Owner, typed: str) -> Problem | None:
        """Makes `typed` the owner's password; what stands against it, or None where it is done.

        All other sessions end, and no browser is trusted any more (S1, what ends). Raises `Unavailable` under load, and
        `Refused` (429) beyond ten tries in an hour.
        """
        against = self.passwords.judge(typed, words_about(owner.subject), owner.brand)
        if against is not None:
            return against
        # "That is your password already" must not be what a stolen session finds the password out with.
        if isinstance(self.throttle.tries("own-password", owner.subject.id, MOST, WINDOW), Slowed):
            raise Refused("too_many_requests", because="the password was changed, or tried, too often", status=429)
        with self.database.reading() as db:
            enrolled = self.password.enrolled(db, owner.subject.id)
        if enrolled is not None and isinstance(self.password.verify(enrolled, typed), Recognised):
            return SAME
        verifier, now = self.passwords.verifier(typed), self.clock.now()
        with changing(self.database, self.sessions, owner.session, now) as db:
            keep = owner.session.id
            self.passwords.replace(db, owner.subject.id, verifier, now, reason="changed", brand=owner.brand, keep=keep)
        return None
