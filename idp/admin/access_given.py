"""What somebody of the staff gave away and may not give any more: initial access tokens end with the role that made them."""

from dataclasses import dataclass

from sqlalchemy import Connection

from idp.admin.rights import Post, Right, reaches
from idp.admin.roles import Roles
from idp.clients.initial_access import InitialAccessTokens
from idp.core.clock import Clock
from idp.core.events import Event


@dataclass(frozen=True, slots=True)
class AccessGiven:
    """Follows the roles of those who made tokens."""

    roles: Roles
    tokens: InitialAccessTokens
    clock: Clock

    def when_role_revoked(self, db: Connection, event: Event) -> None:
        """Subscriber: every token of theirs lets nobody in any more where they could not make it now."""
        self._end(db, event, self.roles.of(db, event.subject_id or ""))

    def when_disabled(self, db: Connection, event: Event) -> None:
        """Subscriber: whoever is stopped gives nothing any more, whatever role they still have."""
        self._end(db, event, frozenset())

    def _end(self, db: Connection, event: Event, posts: frozenset[Post]) -> None:
        now = self.clock.now()
        for token in self.tokens.made_by(db, f"staff:{event.subject_id}"):
            if not reaches(posts, Right.CHANGE_CLIENTS, token.brand):
                self.tokens.revoke(db, token.id, now)
