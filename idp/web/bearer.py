"""The bearer token of a call (RFC 6750 2.1): in the header alone; and what is said to whoever brings none, or a bad one."""

from idp.web.call import Call


def bearer_of(call: Call) -> str | None:
    """The token that was sent; None where none was."""
    scheme, _, given = (call.authorization or "").partition(" ")
    return given.strip() or None if scheme.lower() == "bearer" else None


def challenge(realm: str, code: str = "", description: str = "", scheme: str = "Bearer", **more: str) -> str:
    """A WWW-Authenticate header (RFC 6750 3, RFC 9449 7.1). `code` is empty for whoever sent no token: they learn none."""
    said = {"realm": realm, "error": code, "error_description": description, **more}
    return f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in said.items() if value)
