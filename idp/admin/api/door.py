"""The door of the admin API: the same table of rights as the console's, and the scopes of the token besides."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from idp.admin.api.caller import Caller
from idp.admin.api.operations import BASE, SCOPES, Operation
from idp.admin.api.problem import bad_token, not_enough, prove_again
from idp.admin.console import LEVEL, TO_CHANGE
from idp.admin.roles import Roles
from idp.core.clock import Clock
from idp.core.origin import call_from, current_origin
from idp.oidc.tokens.inspection import Inspection, Live
from idp.oidc.tokens.shown import Shown
from idp.sessions.context import ACR_ORDER, is_recent


@dataclass(frozen=True, slots=True)
class Door:
    """Tells who is calling. `staff_for`: how long a sign-in of staff is good for reading, as their sessions are."""

    issuer: str
    inspection: Inspection
    roles: Roles
    clock: Clock
    staff_for: timedelta

    def admit(self, db: Connection, shown: Shown, operation: Operation) -> Caller:
        """The caller, who may do `operation`. Raises `Problem`, with a challenge after RFC 6750 or RFC 9470."""
        live = self.inspection.live(db, shown.token, self.clock.now())
        if live is None or live.token.audience != self.issuer + BASE:
            raise bad_token(shown.scheme)
        if live.token.bound_to != shown.bound_to:
            # RFC 9449 7.1, 7.2: stolen without its key, a bound token is worth nothing.
            raise bad_token("DPoP")
        caller = self._caller(db, live)
        if not caller.has(operation.scopes):
            raise not_enough(operation.scopes[0], "The access token lacks a scope")
        if not caller.may(operation.right):
            raise not_enough(operation.scopes[0], "This takes another role")
        if caller.is_staff:
            self._must_be_proven(live, operation)
        call_from(replace(current_origin(), actor=caller.actor))
        return caller

    def _caller(self, db: Connection, live: Live) -> Caller:
        # A scope that was taken from the client is gone from its tokens too.
        scopes = live.token.scope & live.client.scopes & SCOPES
        if live.holder is None:
            return Caller(f"client:{live.client.id}", scopes, live.client.brand, None)
        subject_id = live.holder.subject.id
        return Caller(f"staff:{subject_id}", scopes, None, self.roles.of(db, subject_id))

    def _must_be_proven(self, live: Live, operation: Operation) -> None:
        at = datetime.fromtimestamp(live.token.claims["auth_time"], UTC)
        lasts = TO_CHANGE if operation.right.changes else self.staff_for
        strong = live.token.claims["acr"] in ACR_ORDER[ACR_ORDER.index(LEVEL) :]
        if not strong or not is_recent(at, lasts, self.clock.now()):
            raise prove_again(LEVEL, int(lasts.total_seconds()))
