"""Security headers, by the guard of the route. Computed once for each kind; only the nonce of a page is new each time."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from idp.settings import Settings
from idp.web.routes import Guard

NOTHING_CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def fixed_headers(guard: Guard, settings: Settings) -> tuple[tuple[str, str], ...]:
    """What every answer under `guard` carries, pages and errors alike."""
    rules = guard.value
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        # Not no-referrer: that would make the Origin of our own forms "null".
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "unsafe-none" if rules.popup else "same-origin"),
        ("Cross-Origin-Resource-Policy", "cross-origin" if rules.cacheable else "same-origin"),
    ]
    if settings.https:
        headers.append(("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))
    if not rules.cacheable:
        headers += [("Cache-Control", "no-store"), ("Pragma", "no-cache")]
    return tuple(headers)


def page_csp(nonce: str, form_action: Iterable[str]) -> str:
    """The policy of a page of ours.

    `form_action` names redirect URIs a form may end at: Chromium applies form-action to every redirect after it, so a
    loopback or native scheme must be allowed by name; https is allowed as a whole.
    """
    ends = " ".join(sorted({end for uri in form_action if (end := _form_end(uri))}))
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; "
        "style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        f"base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self' https:{' ' + ends if ends else ''}"
    )


def _form_end(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme == "https":
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme == "http" else f"{parts.scheme}:"
