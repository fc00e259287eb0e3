"""Removes what has ended for good. The worker calls it; nothing it removes could be used again."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from idp.oidc.tokens.model import families, refresh_tokens, revoked_tokens

# A spent code that comes again must still be known as spent for a while, so that its family can fall.
TOMBSTONE = timedelta(days=1)


def purge(db: Connection, now: datetime, grace: timedelta, limit: int = 500) -> int:
    """Removes at most `limit` families that ended, with their tokens, and successors kept beyond `grace`; answers how many."""
    late = refresh_tokens.c.successor_sealed.is_not(None), refresh_tokens.c.used_at <= now - grace
    db.execute(update(refresh_tokens).where(*late).values(successor_sealed=None))
    db.execute(delete(revoked_tokens).where(revoked_tokens.c.expires_at <= now))
    before = now - TOMBSTONE
    never_used = families.c.code_used_at.is_(None) & (families.c.code_expires_at <= before)
    ended = select(families.c.id).where(or_(families.c.expires_at <= before, never_used)).limit(limit)
    ids = list(db.scalars(ended))
    db.execute(delete(refresh_tokens).where(refresh_tokens.c.family_id.in_(ids)))
    return db.execute(delete(families).where(families.c.id.in_(ids))).rowcount
