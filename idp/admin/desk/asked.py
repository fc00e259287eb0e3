"""What a caller has to prove whose account is of several brands: as much as the strictest of them asks for. Pure."""

from collections.abc import Collection

SCRIPT, CODE, EITHER, BOTH = "script", "code", "script_or_code", "script_and_code"


def strictest(asked: Collection[str]) -> str:
    """One way to prove that is enough for each brand: what is done in a call is done to the account, at all of them."""
    if BOTH in asked or {SCRIPT, CODE} <= {*asked}:
        return BOTH
    return next((one for one in (SCRIPT, CODE) if one in asked), EITHER)
