"""The bearer token of a call (RFC 6750 2.1): in the header alone."""

from idp.web.call import Call


def bearer_of(call: Call) -> str | None:
    """The token that was sent; None where none was."""
    scheme, _, given = (call.authorization or "").partition(" ")
    return given.strip() or None if scheme.lower() == "bearer" else None


def challenge(realm: str, code: str = "", description: str = "", **more: str) -> str:
    """A WWW-Authenticate header (RFC 6750 3). Whoever sent no token learns no error code: `code` is empty then."""
    said = {"realm": realm, "error": code, "error_description": description, **more}
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in said.items() if value)
