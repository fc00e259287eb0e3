"""The scopes the provider understands, in the customer's words."""

OFFLINE = "offline_access"

SCOPES: dict[str, str] = {
    "openid": "Know that it is you, by an identifier made for it",
    "profile": "See your name and profile",
    "email": "See your e-mail address",
    "address": "See your postal address",
    "phone": "See your phone number",
    "accounts": "See your agreements, payments and documents",
    OFFLINE: "Keep this access while you are away, until you take it back",
}

# What people fear most is named even where nobody asked for it.
WITHHELD: tuple[tuple[str, str], ...] = (
    ("accounts", "See your agreements, payments or documents"),
    ("email", "See your e-mail address"),
    ("phone", "See your phone number"),
    ("address", "See your postal address"),
    (OFFLINE, "Have access while you are away"),
)
ALWAYS_WITHHELD = "Learn your password"


def allowed_in_words(scopes: frozenset[str]) -> tuple[str, ...]:
    """What a client with `scopes` will be able to do, in a steady order; a scope of its own is quoted by name."""
    known = tuple(sentence for scope, sentence in SCOPES.items() if scope in scopes)
    return known + tuple(f"Use its own permission “{scope}”" for scope in sorted(scopes - SCOPES.keys()))


def withheld_in_words(scopes: frozenset[str]) -> tuple[str, ...]:
    """What a client with `scopes` will not be able to do."""
    return (ALWAYS_WITHHELD, *(sentence for scope, sentence in WITHHELD if scope not in scopes))
