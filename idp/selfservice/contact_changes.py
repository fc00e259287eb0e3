"""Another e-mail address or phone number: a code comes back from it before anything is changed (S3.7).

Where nothing but a password protects the account, a code from a contact that was confirmed earlier comes first.
"""

from dataclasses import dataclass, replace

from idp.core.handles import digest
from idp.core.mail import on_the_wire
from idp.factors.mail_code import MailCode
from idp.factors.sent_code import Place
from idp.factors.text_code import TextCode
from idp.selfservice import contact_undos
from idp.selfservice.contact_drafts import Draft, Drafts
from idp.selfservice.contact_messages import ContactMessages
from idp.selfservice.contact_undos import EMAIL, PHONE
from idp.selfservice.new_contacts import NewContacts
from idp.selfservice.own import Own, Owner
from idp.selfservice.own_sending import OwnSending, Sent, Writer
from idp.signin.codes import Codes
from idp.signin.contacts import Contacts, confirmed
from idp.signin.outcomes import Dispatched, Paused, TooSoon, Unreachable, WrongCode
from idp.subjects import details
from idp.subjects.names import is_email
from idp.subjects.phone_numbers import mobile_number, written_number
from idp.subjects.proof import Proof

CODES = {EMAIL: MailCode.kind, PHONE: TextCode.kind}
# Of the contacts held already, the one that is asked first comes first.
VOUCHING = (MailCode.kind, TextCode.kind)


@dataclass(frozen=True, slots=True)
class Malformed:
    """What was typed is no such contact, or none that we can send to."""


@dataclass(frozen=True, slots=True)
class Same:
    """It is the owner's already, and confirmed."""


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Nothing waits for a code, or no longer."""


@dataclass(frozen=True, slots=True)
class InUse:
    """It became somebody else's while its code was on the way. Whoever proved to read what goes there may be told."""


@dataclass(frozen=True, slots=True)
class Changed:
    """It is the owner's contact from now on."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is asked for now: the code of kind `by` that went to `target`.

    `vouched`: it goes to the new contact. `others` are the kinds of code that another contact could vouch with instead.
    """

    by: str
    target: str
    vouched: bool
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContactChanges:
    """Collaborators. `kind` is EMAIL or PHONE throughout."""

    own: Own
    drafts: Drafts
    codes: Codes
    contacts: Contacts
    sending: OwnSending
    messages: ContactMessages
    new: NewContacts

    def begin(self, owner: Owner, kind: str, typed: str, source: str) -> Sent | Malformed | Same:
        """Takes what was typed, and sends the first code, for the network address `source`."""
        value = _usable(kind, typed)
        if value is None:
            return Malformed()
        if value == _confirmed(owner, kind):
            return Same()
        before, asked = self.drafts.find(owner, kind), self._vouching(owner)
        vouched = not asked or (before is not None and before.vouched and before.value == value)
        return self._go_on(owner, kind, Draft(value, vouched, CODES[kind] if vouched else asked[0]), source)

    def pending(self, owner: Owner, kind: str) -> str:
        """What was typed and waits for its code; empty where nothing does."""
        draft = self.drafts.find(owner, kind)
        return draft.value if draft is not None else ""

    def stage(self, owner: Owner, kind: str) -> Stage | None:
        """What is asked for now; None where nothing is."""
        draft = self.drafts.find(owner, kind)
        if draft is None:
            return None
        if draft.vouched:
            return Stage(draft.by, written_number(draft.value) if kind == PHONE else draft.value, True, ())
        others = tuple(by for by in self._vouching(owner) if by != draft.by)
        return Stage(draft.by, self._target(owner, draft.by)[1], False, others)

    def ask_other(self, owner: Owner, kind: str, by: str, source: str) -> Sent | Lapsed:
        """Another contact vouches: sends a code of the kind `by` there."""
        draft = self.drafts.find(owner, kind)
        if draft is None or draft.vouched or by not in self._vouching(owner):
            return Lapsed()
        return self._go_on(owner, kind, replace(draft, by=by), source)

    def confirm(self, owner: Owner, kind: str, typed: str, source: str) -> Changed | Sent | WrongCode | Paused | Lapsed | InUse:
        """Judges the code that is asked for now. That of the new contact changes it; one before sends the next."""
        draft = self.drafts.find(owner, kind)
        if draft is None:
            return Lapsed()
        place, now = self._place(owner, kind, draft), self.own.clock.now()
        with self.own.changing(owner) as db:
            verdict = self.codes.prove(db, owner.subject.id, place.interaction_id, place.kind, typed, now)
            if not isinstance(verdict, Proof):
                return verdict
            is_last, changed = draft.vouched or not draft.value, True
            if is_last and kind == EMAIL:
                changed = self.new.email(db, owner, draft.value, now)
            elif is_last:
                self.new.phone(db, owner, draft.value or None, now)
        if not is_last:
            return self._go_on(owner, kind, Draft(draft.value, True, CODES[kind]), source, whatever=True)
        self.drafts.drop(owner, kind)
        return Changed() if changed else InUse()

    def has_codes(self, owner: Owner, number: str) -> bool:
        """Whether codes by text go to the owner's `number`."""
        with self.own.database.reading() as db:
            return self.new.text_code.number(db, owner.subject.id) == (mobile_number(number) or number)

    def remove_phone(self, owner: Owner, source: str) -> Changed | Same | Sent:
        """The owner has no number any more, at once or after a contact has vouched. `Same`: there was none."""
        if not details.phone_of(owner.subject.claims)[0]:
            return Same()
        if asked := self._vouching(owner):
            return self._go_on(owner, PHONE, Draft("", False, asked[0]), source)
        with self.own.changing(owner) as db:
            self.new.phone(db, owner, None, self.own.clock.now())
        return Changed()

    def _go_on(self, owner: Owner, kind: str, draft: Draft, source: str, *, whatever: bool = False) -> Sent:
        """Sends what `draft` asks for, and remembers it where that went out, or `whatever` becomes of it."""
        sent = self._send(owner, kind, draft, source)
        if whatever or isinstance(sent, Dispatched | TooSoon):
            self.drafts.keep(owner, kind, draft)
        return sent

    def _send(self, owner: Owner, kind: str, draft: Draft, source: str) -> Sent:
        place = self._place(owner, kind, draft)
        if draft.vouched:
            write = self._writer(owner, draft.value) if kind == EMAIL else None
            return self.sending.send(owner, place, draft.value, source, write=write)
        address, _shown = self._target(owner, draft.by)
        if not address:
            return Unreachable()
        write = self.messages.vouching(kind, draft.value) if draft.by == MailCode.kind else None
        return self.sending.send(owner, place, address, source, confirmed=True, write=write)

    def _writer(self, owner: Owner, email: str) -> Writer:
        """Whoever has the address already is told in place of the code, and nothing shows that on the page (S3.5)."""
        with self.own.database.reading() as db:
            holder = self.own.subjects.find(db, email)
            kept = contact_undos.is_kept(db, email, owner.subject.id, self.own.clock.now())
        if holder is not None and holder.id != owner.subject.id:
            return self.messages.in_use(holder.email or email, holder.locale)
        return self.messages.in_use(email, None) if kept else self.messages.confirm_email

    def _vouching(self, owner: Owner) -> tuple[str, ...]:
        """The kinds of code by which a contact held already must vouch; none where a second factor does."""
        if not self.own.is_password_alone(owner):
            return ()
        return tuple(by for by in VOUCHING if by in confirmed(owner.subject))

    def _target(self, owner: Owner, by: str) -> tuple[str, str]:
        with self.own.database.reading() as db:
            target = self.contacts.target(db, owner.subject, by)
        return (target.address, target.shown) if target is not None else ("", "")

    def _place(self, owner: Owner, kind: str, draft: Draft) -> Place:
        # Of this very contact: a code that went to one must not confirm another, nor vouch for what its mail did not say.
        told = f"{'new' if draft.vouched else 'old'} {kind} {draft.value}"
        return Place(draft.by, owner.subject.id, digest(f"{owner.session.id} {told}"))


def _usable(kind: str, typed: str) -> str | None:
    if kind == PHONE:
        return mobile_number(typed)
    email = typed.strip()
    if not is_email(email):
        return None
    try:
        on_the_wire(email)
    except ValueError:
        return None
    return email


def _confirmed(owner: Owner, kind: str) -> str | None:
    if kind == EMAIL:
        return owner.subject.email if owner.subject.email_verified else None
    number, is_confirmed = details.phone_of(owner.subject.claims)
    return mobile_number(number) if is_confirmed else None
