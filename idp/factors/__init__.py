"""The kinds of proof. A factor is one file and its name here: what stands in FACTORS is offered, and told to clients.

The others are built and have their tables; they join once a page asks for them.
"""

from idp.factors import passkey_record, tries
from idp.factors.factor import Factor
from idp.factors.mail_code import MailCode
from idp.factors.password import Password
from idp.factors.recovery_codes import RecoveryCodes
from idp.factors.text_code import TextCode
from idp.factors.totp import Totp

__all__ = ["FACTORS", "Factor", "passkey_record", "tries"]

FACTORS: tuple[type[Factor], ...] = (Password, Totp, RecoveryCodes, TextCode, MailCode)
