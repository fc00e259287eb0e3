""" "This wasn't me", said by whoever is signed in: everything ends at once, and nothing but recovery leads back."""

from dataclasses import dataclass

from sqlalchemy import Connection

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus, NotMe
from idp.core.language import _, speaking
from idp.core.origin import current_origin
from idp.core.sealing import Keyring
from idp.notices import Notices
from idp.selfservice.own import Owner
from idp.sessions import known_browsers
from idp.sessions.session import Sessions
from idp.signin.locking import Locking
from idp.subjects.subjects import Subject
from idp.web.mails import Mail, branded, post

REASON = "activity"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One transaction, whoever of several callers comes first. It asks for no proof: an owner in distress must not wait."""

    database: Database
    clock: Clock
    bus: Bus
    sessions: Sessions
    locking: Locking
    notices: Notices
    keyring: Keyring

    def sound(self, owner: Owner) -> bool:
        """Ends all sessions and tokens, shuts every lane of the password, forgets every browser, tells owner and support.

        False where the session ended meanwhile: then it was done already, or is nobody's to do.
        """
        now = self.clock.now()
        with self.database.transaction() as db:
            # Sessions before the password, as a sign-in takes them: neither may wait for the other.
            if owner.session.id not in {one.id for one in self.sessions.hold_all(db, owner.subject.id, now)}:
                return False
            self.locking.shut(db, owner.subject.id, owner.brand, now)
            # The intruder's browser may be among the known ones, and its lane must not outlive the recovery either.
            known_browsers.forget_all(db, owner.subject.id)
            self.bus.record(db, NotMe(**owner.by, reason=REASON))
            self.notices.tell(db, owner.subject.id, owner.brand, lambda _brand: to_owner())
            self._tell_support(db, owner)
        return True

    def _tell_support(self, db: Connection, owner: Owner) -> None:
        brand = self.notices.brand_of(db, owner.subject.id, owner.brand)
        if brand is None:
            return
        with speaking(brand.languages[0]):
            mail = to_support(owner.subject)
            payload = branded(self.notices.templates, brand, brand.support.email, mail, self.clock.now())
        post(db, self.keyring, self.clock, payload)


def to_owner() -> Mail:
    """To whom it belongs, at the address on file."""
    return Mail(
        "not_me",
        _("You told us that it was not you"),
        [
            _("We signed you out everywhere, and your password opens nothing any more."),
            _("To get back in, open the sign-in page and choose “Can’t sign in?”. There you choose a new password."),
        ],
        _("If you did not tell us that, call us at once: the number is below."),
    )


def to_support(subject: Subject) -> Mail:
    """To the people who look after customers of the brand."""
    return Mail(
        "to_support",
        _("A customer reports activity that was not theirs"),
        [
            _("Customer: %(username)s (%(id)s)", username=subject.username, id=subject.id),
            _("Reference: %(reference)s", reference=current_origin().request_id),
            _("They were signed out everywhere, and their password is shut until they recover their account or you open it."),
        ],
        "",
    )
