"""What is done with the audit trail besides writing it: old entries go, and a receiver gets the new ones."""

from datetime import timedelta

from sqlalchemy import Connection

from idp.app.ground import Ground
from idp.core import audit_sending
from idp.core.audit_cut import Cut, NotWhole, Scissors
from idp.core.audit_sending import Sending
from idp.core.fetcher import Fetcher
from idp.core.logs import get_log

log = get_log(__name__)


def scissors(ground: Ground) -> Scissors:
    """What cuts the trail; where there is a receiver, only what it has."""
    receives = bool(ground.settings.audit_webhook_url)

    def needed_from(db: Connection) -> int | None:
        return audit_sending.sent(db) if receives else None

    return Scissors(ground.database, ground.keyring, ground.clock, ground.bus, needed_from)


def cut_old(ground: Ground) -> int:
    """Cuts a stretch of what is older than IDP_AUDIT_RETENTION; answers how many entries went."""
    days = ground.settings.audit_retention
    if not days:
        return 0
    match scissors(ground).cut(ground.clock.now() - timedelta(days=days), "retention"):
        case Cut(entries=entries):
            return entries
        case NotWhole(faults):
            log.error("audit_cut_refused", because="the trail does not prove itself", faults=len(faults))
            return 0
        case None:
            return 0


def sending(ground: Ground, fetcher: Fetcher) -> Sending | None:
    """What sends the trail to the receiver of IDP_AUDIT_WEBHOOK_URL; None where there is none."""
    settings = ground.settings
    if not settings.audit_webhook_url:
        return None
    return Sending(
        url=settings.audit_webhook_url,
        secret=settings.audit_webhook_secret.get_secret_value().encode(),
        issuer=settings.issuer,
        personal=settings.audit_webhook_personal,
        database=ground.database,
        keyring=ground.keyring,
        clock=ground.clock,
        fetcher=fetcher,
    )
