"""The kinds of proof. A factor is one file and its name here: what stands in FACTORS is offered, and told to clients."""

from idp.factors import tries
from idp.factors.factor import Factor
from idp.factors.mail_code import MailCode
from idp.factors.passkey import Passkeys
from idp.factors.password import Password
from idp.factors.recovery_codes import RecoveryCodes
from idp.factors.text_code import TextCode
from idp.factors.totp import Totp

__all__ = ["FACTORS", "Factor", "tries"]

FACTORS: tuple[type[Factor], ...] = (Password, Totp, Passkeys, RecoveryCodes, TextCode, MailCode)
