"""What leaves the house: logout tokens, mails, texts and the audit trail, and how each is delivered."""

from typing import Any

from idp.app.auditing import sending
from idp.app.ground import Ground
from idp.clients.registry import Clients
from idp.core.audit_sending import KIND as AUDIT
from idp.core.fetcher import Fetcher
from idp.core.mail import MailDeliverer
from idp.core.metrics import DELIVERIES
from idp.core.outbox import Attempt, Delivered, Deliverer, Outcome, Worker
from idp.core.perishable import Perishable
from idp.core.texts import text_deliverer
from idp.oidc.logout import KIND as LOGOUT_TOKEN
from idp.oidc.logout import LogoutTokens
from idp.oidc.tokens.keys import Keys
from idp.recovery.lost_half_way import EndWrittenIn
from idp.signin.code_messages import NOBODY, TEXT
from idp.web.mails import MAIL


def _thrown_away(_payload: dict[str, Any], _attempt: Attempt) -> Delivered:
    return Delivered()


def _kept_right(ground: Ground, deliver: Deliverer) -> Deliverer:
    """What is of no use any more is not delivered, and what moves is as it is now."""
    return Perishable(EndWrittenIn(ground.database, deliver))


def outbox_worker(ground: Ground, clients: Clients, fetcher: Fetcher, keys: Keys) -> Worker:
    """The worker of the outbox. Without a text gateway texts are left alone. Raises `Misconfigured`."""
    settings = ground.settings
    tokens = LogoutTokens(settings.issuer, clients, keys, fetcher, settings.logout_token_lifetime)
    mail = MailDeliverer(settings.mail_url, f"no-reply@{settings.host.partition(':')[0]}", ground.database, ground.clock)
    deliverers: dict[str, Deliverer] = {LOGOUT_TOKEN: tokens.deliver, MAIL: _kept_right(ground, mail), NOBODY: _thrown_away}
    if settings.text_url:
        secret = settings.text_secret.get_secret_value()
        texts = text_deliverer(settings.text_url, secret, fetcher, ground.database, ground.clock)
        deliverers[TEXT] = _kept_right(ground, texts)
    receiver = sending(ground, fetcher)
    if receiver is not None:
        deliverers[AUDIT] = receiver.deliver

    def count(kind: str, outcome: Outcome) -> None:
        ground.meter.add(DELIVERIES, kind, type(outcome).__name__)

    return Worker(ground.database, ground.keyring, ground.clock, deliverers, told=count)
