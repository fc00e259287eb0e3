"""What a client would be told about a customer: looked up for staff, and written into the trail."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from sqlalchemy import Connection

from idp.admin.console import Agent
from idp.admin.masked_claims import masked
from idp.admin.rights import Right
from idp.clients.client import Client
from idp.clients.consent import Consents
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus
from idp.core.staff_events import ClaimsPreviewed
from idp.core.throttle import Slowed, Throttle
from idp.oidc.authorization.scopes import OFFLINE
from idp.oidc.preview import Grant, Preview, Previewed
from idp.sessions.context import Context
from idp.subjects.subjects import Subject, Subjects

# A sign-in by password, a moment ago: what is previewed are claims about people, not about sign-ins.
LEVEL, METHODS = "pwd", ("pwd",)
# A developer looks at a few customers of their own, not at everybody's.
MOST, WINDOW = 60, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NoCustomer:
    """Nobody has that username, or they are no customer of a brand within the agent's reach. Nobody learns which."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """The agent has looked often; in so many minutes they may look again."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Shown:
    """The claims, as the agent may see them: `whole` where their role lets them see customers."""

    previewed: Previewed
    whole: bool
    disabled: bool


@dataclass(frozen=True, slots=True)
class Previews:
    """Previews for staff."""

    database: Database
    bus: Bus
    clock: Clock
    subjects: Subjects
    consents: Consents
    preview: Preview
    throttle: Throttle

    def show(self, agent: Agent, client: Client, username: str, scopes: frozenset[str]) -> Shown | NoCustomer | TooMany:
        """What `client` would be told about the customer with exactly this username, with those of its own `scopes`.

        Every look is recorded. The agent's right over the client is the caller's to check.
        """
        tries = self.throttle.tries("preview", agent.subject.id, MOST, WINDOW)
        if isinstance(tries, Slowed):
            return TooMany(ceil(tries.retry_after / timedelta(minutes=1)))
        now = self.clock.now()
        granted = scopes_of(client) & scopes
        with self.database.transaction() as db:
            subject = self._within_reach(db, agent, client, username)
            if subject is None:
                self.bus.record(
                    db, ClaimsPreviewed(client_id=client.id, brand=client.brand, outcome="refused", reason="no_customer")
                )
                return NoCustomer()
            grant = Grant(tuple(sorted(granted)), Context(LEVEL, METHODS, now, METHODS), {})
            previewed = self.preview.of(db, client, subject, grant, now)
            self.bus.record(
                db,
                ClaimsPreviewed(
                    subject_id=subject.id, client_id=client.id, brand=client.brand, scope=" ".join(sorted(granted))
                ),
            )
        whole = agent.reaches(Right.SEE_CUSTOMERS, client.brand)
        return Shown(previewed if whole else hidden(previewed), whole, subject.disabled)

    def _within_reach(self, db: Connection, agent: Agent, client: Client, username: str) -> Subject | None:
        subject = self.subjects.find(db, username)
        # An e-mail address signs in too, but whoever types one here may be fishing for accounts.
        if subject is None or subject.username != username.strip():
            return None
        brands = agent.brands(Right.SEE_CLIENTS)
        theirs = self.consents.visited_brands(db, subject.id)
        numbered = {brand for brand in brands or () if self.subjects.customer_number(db, subject.id, brand) is not None}
        return subject if brands is None or brands & (theirs | numbered) else None


def scopes_of(client: Client) -> frozenset[str]:
    """The scopes that a client may be granted with a code."""
    return client.scopes if client.may("refresh_token") else client.scopes - {OFFLINE}


def hidden(previewed: Previewed) -> Previewed:
    """The same shapes without what is personal."""
    return Previewed(
        masked(previewed.access_token),
        masked(previewed.id_token) if previewed.id_token is not None else None,
        masked(previewed.userinfo) if previewed.userinfo is not None else None,
    )
