"""The scopes the provider understands, in the customer's words."""

from idp.core.language import N_, _

OFFLINE = "offline_access"

SCOPES: dict[str, str] = {
    "openid": N_("Know that it is you, by an identifier made for it"),
    "profile": N_("See your name and profile"),
    "email": N_("See your e-mail address"),
    "address": N_("See your postal address"),
    "phone": N_("See your phone number"),
    "accounts": N_("See your agreements, payments and documents"),
    OFFLINE: N_("Keep this access while you are away, until you take it back"),
}

# What people fear most is named even where nobody asked for it.
WITHHELD: tuple[tuple[str, str], ...] = (
    ("accounts", N_("See your agreements, payments or documents")),
    ("email", N_("See your e-mail address")),
    ("phone", N_("See your phone number")),
    ("address", N_("See your postal address")),
    (OFFLINE, "Have access while you are away"),
)
ALWAYS_WITHHELD = N_("Learn your password")


def allowed_in_words(scopes: frozenset[str]) -> tuple[str, ...]:
    """What a client with `scopes` will be able to do, in a steady order; a scope of its own is quoted by name."""
    known = tuple(_(sentence) for scope, sentence in SCOPES.items() if scope in scopes)
    return known + tuple(_("Use its own permission “%(scope)s”", scope=scope) for scope in sorted(scopes - SCOPES.keys()))


def withheld_in_words(scopes: frozenset[str]) -> tuple[str, ...]:
    """What a client with `scopes` will not be able to do."""
    return (_(ALWAYS_WITHHELD), *(_(sentence) for scope, sentence in WITHHELD if scope not in scopes))
