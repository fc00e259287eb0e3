"""What sends codes: who writes them, and how many may go out."""

from urllib.parse import urlsplit

from idp.app.house import House
from idp.factors.mail_code import MailCode
from idp.factors.text_code import TextCode
from idp.signin.code_messages import CodeMessages
from idp.signin.sending_quotas import SendQuotas


def messages(house: House) -> CodeMessages:
    """The writers; texts only where a gateway is set."""
    ground = house.ground
    return CodeMessages(
        host=urlsplit(ground.settings.issuer).hostname or "",
        brands=house.parties.brands,
        keyring=ground.keyring,
        clock=ground.clock,
        templates=ground.app.jinja_env,
        channels=frozenset({MailCode.kind, TextCode.kind} if ground.settings.text_url else {MailCode.kind}),
    )


def quotas(house: House) -> SendQuotas:
    """One count for all pages that send."""
    return SendQuotas(house.throttle, house.ground.keyring.derive("send quota"))
