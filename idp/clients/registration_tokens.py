"""Registration access tokens (RFC 7592 1.2): with its own a client reads, changes and deletes itself, and no other."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from idp.clients.ids import is_id
from idp.clients.registration_model import registration_tokens
from idp.core.database import upsert
from idp.core.handles import digest, new_handle, same

NOBODYS = "0" * 64


class RegistrationTokens:
    """The store of the tokens, one for each client that registered itself. Only digests are kept."""

    def give(self, db: Connection, client_id: str, now: datetime) -> str:
        """A new token for the client, in place of an earlier one; its text is seen this once."""
        handle = new_handle()
        values = {"client_id": client_id, "digest": digest(handle), "made_at": now}
        keep = upsert(db, registration_tokens).values(values)
        db.execute(keep.on_conflict_do_update(index_elements=["client_id"], set_=values))
        return handle

    def end(self, db: Connection, client_id: str) -> None:
        """The client manages itself no more; nothing where it never did."""
        db.execute(delete(registration_tokens).where(registration_tokens.c.client_id == client_id))

    def opens(self, db: Connection, client_id: str, handle: str) -> bool:
        """Whether `handle` is the token of this client. As slow for a client that is not there (S3.5)."""
        if not is_id(client_id):
            return False
        stored = db.scalar(select(registration_tokens.c.digest).where(registration_tokens.c.client_id == client_id))
        return same(stored or NOBODYS, handle) and stored is not None
